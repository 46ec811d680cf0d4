# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""How fast a Go program's own trace and a capture become one, and a report.

A Go program traces itself sending messages to and fro while the machine, under
a load, is captured. What is counted is CPU time on one CPU.
"""
import json
import os
import subprocess
import time

import figures
from machine import PROGRAM, TOP, Unusable, folder, output_of, say, usage_of

TRACED = os.path.join(TOP, "build", "traced")
SECONDS = 2
LOAD = ["perf", "bench", "sched", "messaging", "-g", "4", "-l"]
LOOPS = 400
WANTED_S = 1.5  # of a million events and a million records


def capture(where, share):
    """Makes app.trace and cap.gtraw; returns how many records there are."""
    trace, raw, stats = (os.path.join(where, name) for name in ("app.trace", "cap.gtraw", "stats"))
    recorder = subprocess.Popen([PROGRAM, "record", "-q", "-o", raw, "--stats", stats])
    try:
        while not os.path.exists(raw) and recorder.poll() is None:
            time.sleep(0.1)
        program = subprocess.Popen([TRACED, "messages", trace, f"{SECONDS * share:.1f}s"],
                                   stdin=subprocess.DEVNULL)
        output_of(LOAD + [str(max(1, int(LOOPS * share)))])
        if program.wait() != 0:
            raise Unusable("the Go program failed")
    finally:
        recorder.terminate()
        recorder.wait()
    with open(stats) as text:
        return json.load(text)["records"]


def commands(where):
    files = [os.path.join(where, name) for name in ("app.trace", "cap.gtraw")]
    out = os.path.join(where, "both.trace")
    return {"fuse": [PROGRAM, "fuse", "-q", *files, "-o", out],
            "fuse --view cpus": [PROGRAM, "fuse", "-q", *files, "-o", out, "--view", "cpus"],
            "report": [PROGRAM, "report", *files]}


def row_of(name, samples, events, records):
    seconds = figures.spread([sample["cpu_s"] for sample in samples])
    return {"command": name, "events": events, "records": records, "cpu_s": seconds,
            "of_a_million_each_s": seconds["median"] * 2e6 / (events + records),
            "peak_mib": max(sample["peak_kib"] for sample in samples) / 1024}


def lines_of(rows, rounds):
    return figures.table(
        f"Fusion, CPU time on one CPU ({figures.of_rounds(rounds)})",
        ["command", "M Go events", "M records", "s", "s for 1 M of each", "peak MiB"],
        [[row["command"], figures.number(row["events"] / 1e6, 2),
          figures.number(row["records"] / 1e6, 2), figures.number(row["cpu_s"]["median"], 2),
          figures.number(row["of_a_million_each_s"], 2), figures.number(row["peak_mib"], 1)]
         for row in rows],
        [f"Wanted: a million of each in less than {WANTED_S} s."])


def run(options, missing):
    if not os.path.exists(TRACED):
        raise Unusable("there is no Go program to trace: make build/traced")
    with folder() as where:
        say("fusion: capture")
        records = capture(where, options.share)
        todo = commands(where)
        events = json.loads(output_of(todo["report"] + ["--json"]))["go_events"]
        samples = {name: [] for name in todo}
        for number in range(options.rounds):
            say(f"fusion: round {number + 1} of {options.rounds}")
            for name, command in todo.items():
                samples[name].append(usage_of(["taskset", "-c", "0", *command]))
    rows = [row_of(name, found, events, records) for name, found in samples.items()]
    return {"rows": rows}, lines_of(rows, options.rounds)
