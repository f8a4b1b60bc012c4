"""tour.py URL: runs every call of the installed version of Vectorizer's Python SDK against the gateway at the URL, and prints a
JSON line for each sample. `tour.py --names` only lists the samples.

The package is used as it is published; the two modules that it imports and does not hold come from the directory `missing`."""

import asyncio
import json
import sys
import traceback
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "missing"))

import collection_samples  # noqa: E402, F401
import search_samples  # noqa: E402, F401
import server_samples  # noqa: E402, F401
import tier_samples  # noqa: E402, F401
import vector_samples  # noqa: E402, F401
from dialects import VERSION, Tour  # noqa: E402
from registry import samples_for  # noqa: E402


async def run(sample, tour):
    async with tour.client() as client:
        await sample(tour, client)


def main():
    samples = samples_for(VERSION)
    if sys.argv[1] == "--names":
        print(json.dumps([name for name, _ in samples]))
        return
    tour = Tour(sys.argv[1])
    for name, sample in samples:
        line = {"name": name, "outcome": "ok", "detail": ""}
        try:
            asyncio.run(run(sample, tour))
        except Exception:
            line.update(outcome="failed", detail=traceback.format_exc())
        print(json.dumps(line), flush=True)


main()
