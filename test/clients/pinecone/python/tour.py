"""tour.py TRANSPORT CONTROL_URL SECURE_CONTROL_URL: runs every call of the installed version of Pinecone's Python SDK over `rest`
or `grpc`, and prints a JSON line for each sample. The second URL is a gateway's that speaks TLS; its certificate authority is in
the file SSL_CERT_FILE. With `TRANSPORT --names` it only lists the samples."""

import json
import sys
import traceback

import asyncio_samples  # noqa: F401
import control_samples  # noqa: F401
import document_samples  # noqa: F401
import inference_samples  # noqa: F401
import vector_samples  # noqa: F401
from dialects import MAJOR, Tour
from registry import samples_for


def main():
    transport, *urls = sys.argv[1:]
    samples = samples_for(MAJOR, transport)
    if urls == ["--names"]:
        print(json.dumps([name for name, _, _ in samples]))
        return
    plain, secure = (Tour(url, transport) for url in urls)
    if MAJOR == 9 and transport == "grpc":
        # its documented calls know no plaintext
        plain = secure
    for name, tls, run in samples:
        line = {"name": name, "outcome": "ok", "detail": ""}
        try:
            run(secure if tls else plain)
        except Exception:
            line.update(outcome="failed", detail=traceback.format_exc())
        print(json.dumps(line), flush=True)


main()
