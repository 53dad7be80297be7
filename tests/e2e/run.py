#!/usr/bin/env python3
"""Runs one file of end-to-end tests: run.py test_release.py [NAME…]

SLUICE_BINARY names the binary under test. With GTEST_OUTPUT=xml:FILE the counts are written there
in the form the C++ tests use, so that one reader adds up all of them.
"""
import importlib
import os
import sys
import unittest
import xml.sax.saxutils as xml

FOLDER = os.path.dirname(os.path.abspath(__file__))


def write_counts(name, result):
    target = os.environ.get("GTEST_OUTPUT", "")
    if not target.startswith("xml:"):
        return
    path = target[len("xml:"):]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    failures = len(result.failures) + len(result.unexpectedSuccesses)
    counts = "tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" disabled=\"0\"" % (
        result.testsRun, failures, len(result.errors), len(result.skipped))
    with open(path, "w", encoding="utf-8") as out:
        out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n")
        out.write("  <testsuite name=%s %s>\n" % (xml.quoteattr(name), counts))
        out.write("  </testsuite>\n</testsuites>\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not os.access(os.environ.get("SLUICE_BINARY", ""), os.X_OK):
        sys.exit("SLUICE_BINARY names no program; for example build/release/src/cli/sluice")
    sys.path.insert(0, FOLDER)
    name = os.path.splitext(os.path.basename(sys.argv[1]))[0]
    module = importlib.import_module(name)
    loader = unittest.TestLoader()
    loader.testNamePatterns = ["*%s*" % part for part in sys.argv[2:]] or None
    suite = loader.loadTestsFromModule(module)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    write_counts(name, result)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)


if __name__ == "__main__":
    main()
