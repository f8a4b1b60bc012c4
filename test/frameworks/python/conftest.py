"""Writes the outcome of each test as a line of JSON to the file that FRAMEWORK_RESULTS names; with --collect-only, the names."""

import json
import os
import sys

sys.dont_write_bytecode = True


def name_of(nodeid):
    """`TestChroma::test_add`, without the file."""
    return nodeid.split("::", 1)[1]


def write(line):
    with open(os.environ["FRAMEWORK_RESULTS"], "a", encoding="utf-8") as results:
        results.write(json.dumps(line) + "\n")


def pytest_collection_finish(session):
    if session.config.option.collectonly:
        for item in session.items:
            write({"name": name_of(item.nodeid)})


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        # what a framework itself expects to fail is no failure
        detail = "" if report.outcome == "passed" else str(report.longrepr)[-3000:]
        write({"name": name_of(report.nodeid), "outcome": report.outcome, "detail": detail})
