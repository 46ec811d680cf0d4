#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""make bench: what tracing costs and how fast converting is, as ratios.

Everything that is compared is measured in this one run, in turn. Figures go to
stdout as a table and to build/bench.json; progress goes to stderr. A figure
here is never a test: machines differ, ratios less so.

    tests/bench/bench.py [--rounds N] [--only overhead,convert,programs,memory]
"""
import argparse
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import convert  # noqa: E402
import memory  # noqa: E402
import overhead  # noqa: E402
import programs  # noqa: E402
import tracers  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(TOP, "gotrace-bpf")


def say(text):
    print("  " + text, file=sys.stderr, flush=True)


def run_overhead(rounds):
    with tempfile.TemporaryDirectory(prefix="gotrace-bench-") as folder:
        present = tracers.usable(PROGRAM, folder, say)
    figures = overhead.measure(present, rounds, say)
    rows = overhead.rows(present, figures)
    return rows, ["What being watched costs (medians of %d rounds)" % rounds] + overhead.table(rows)


PARTS = {
    "overhead": run_overhead,
    "programs": lambda rounds: programs.run(PROGRAM, say),
    "convert": lambda rounds: convert.run(PROGRAM, rounds, say),
    "memory": lambda rounds: memory.run(PROGRAM, TOP, say),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    result = {}
    for name in options.only.split(","):
        result[name], lines = PARTS[name](options.rounds)
        print("\n".join(lines) + "\n", flush=True)
    with open(os.path.join(TOP, "build", "bench.json"), "w") as out:
        json.dump(result, out, indent=1)
    say("figures: build/bench.json")


main()
