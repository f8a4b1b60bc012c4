"""Runs a piece of Python, given on standard input, with the names that the page takes for granted.

Usage: run_snippet.py URL [FURTHER STATEMENT]: the statement is run after the piece, for one that only defines a function.
"""

import ast
import asyncio
import inspect
import sys
from datetime import datetime, timedelta

from polyvec_vectorizer import VectorizerClient


async def run(code, names):
    result = eval(compile(code, "<page>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    if inspect.isawaitable(result):
        await result


async def main(url, *statements):
    async with VectorizerClient(url) as client:
        names = {"client": client, "datetime": datetime, "timedelta": timedelta}
        for code in (sys.stdin.read(), *statements):
            await run(code, names)


asyncio.run(main(*sys.argv[1:]))
