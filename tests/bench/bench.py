#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""make bench: what tracing costs and loses, and how fast reading is, as ratios.

Everything that is compared is measured in this one run, in turn. Figures go to
stdout as tables and to build/bench.json; progress goes to stderr. A figure
here is never a test: machines differ, ratios less so.
"""
import argparse
import json
import os
import signal
import sys

import fusion
import losses
import machine
import memory
import overhead
import programs
import reading
import recorder
import summary

PARTS = {"overhead": overhead.run, "losses": losses.run, "programs": programs.run,
         "reading": reading.run, "fusion": fusion.run, "memory": memory.run,
         "flight": recorder.run}
QUICK_SHARE = 0.1


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART,...",
                        help="of " + ", ".join(PARTS))
    parser.add_argument("--rounds", type=int, help="of which medians are made (5)")
    parser.add_argument("--quick", action="store_true", help="one round, a tenth of every load")
    parser.add_argument("--out", default=os.path.join(machine.TOP, "build", "bench.json"),
                        metavar="FILE", help="the figures (build/bench.json); a plot goes beside it")
    options = parser.parse_args(words)
    options.only = options.only.split(",")
    if unknown := [name for name in options.only if name not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}")
    options.share = QUICK_SHARE if options.quick else 1.0
    options.rounds = max(1, options.rounds or (1 if options.quick else 5))
    return options


def show(lines):
    print("\n".join(lines) + "\n", flush=True)


def measure(options, result, missing):
    """All parts that can be; those that cannot are said. True if all could."""
    whole = True
    for name in options.only:
        try:
            result[name], lines = PARTS[name](options, missing)
        except (machine.Unusable, OSError, ValueError) as why:
            lines, whole = [f"{name}: not measured: {why}"], False
        show(lines)
    return whole


def main():
    options = parse(sys.argv[1:])
    # So that what was started is stopped, and what was switched on is switched off.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # In the background a shell lets it be ignored, and tracers would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    missing = {}
    result = {"machine": machine.facts(), "rounds": options.rounds, "quick": options.quick,
              "missing": missing}
    show(machine.lines(result["machine"]))
    try:
        whole = measure(options, result, missing)
        result["summary"], lines = summary.make(result)
        lines += [f"  missing: {name}: {why}" for name, why in missing.items()]
        if lines:
            show(lines)
    finally:
        with open(options.out, "w") as out:
            json.dump(result, out, indent=1)
    machine.say("figures: " + os.path.relpath(options.out))
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
