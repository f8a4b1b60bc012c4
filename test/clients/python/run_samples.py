"""run_samples.py HOST PORT: runs the samples with the installed client and prints a JSON line for each; with --names, only lists them."""

import json
import os
import sys
import traceback

os.environ["ANONYMIZED_TELEMETRY"] = "False"

from samples import SAMPLES, Context  # noqa: E402


def main():
    if sys.argv[1:] == ["--names"]:
        print(json.dumps([name for name, _, _ in SAMPLES]))
        return
    import chromadb

    host, port = sys.argv[1], int(sys.argv[2])
    context = Context(chromadb, chromadb.HttpClient(host=host, port=port), host, port)
    for name, nearest, run in SAMPLES:
        line = {"name": name, "nearest": nearest, "outcome": "ok", "detail": ""}
        try:
            run(context)
        except Exception:
            line.update(outcome="failed", detail=traceback.format_exc())
        print(json.dumps(line), flush=True)


main()
