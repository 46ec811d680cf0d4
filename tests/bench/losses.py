# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What is lost at a known rate: syscalls made and counted by tests/bench/rate.c.

Two answers: what the tracer itself says it lost of all that it saw, and what is
missing, of the calls that were made, in what it wrote. Every CPU that makes calls is busy
with it all the time, so that with all of them a tracer has to share.
"""
import json

import figures
import tracers
from machine import helper, online_cpus, output_of, say

WANTED = [tracers.RECORD, tracers.LIVE, tracers.PERF, tracers.PERF_LARGE, tracers.PERF_TRACE,
          tracers.RINGS, tracers.RINGS_LARGE, tracers.TRACE_CMD, tracers.BPFTRACE]
RATES = [100000, 500000, 0]  # calls a second on each CPU; 0: as many as it can
RECORDS_PER_CALL = 2
SECONDS = 1.5


def steps():
    widths = sorted({1, online_cpus()})
    return [(cpus, rate) for cpus in widths for rate in RATES]


def step_name(step):
    cpus, rate = step
    records = "max" if rate == 0 else f"{cpus * rate * RECORDS_PER_CALL / 1e6:g} M/s"
    return f"{cpus} CPU{'s' if cpus > 1 else ''}: {records}"


def figure_of(sample):
    calls, seconds, found = (*(sample["load"][name] for name in ("calls", "seconds")),
                             sample.get("found"))
    return {
        "calls": calls, "found": found, "kept": sample["kept"], "lost": sample["lost"],
        "made_per_second": RECORDS_PER_CALL * calls / seconds,
        "kept_per_second": None if found is None else
                           RECORDS_PER_CALL * min(found, calls) / seconds,
        "lost_percent": tracers.lost_percent(sample),
        "missing_percent": None if found is None else max(0.0, 100 * (1 - found / calls)),
    }


def measure(present, rounds, share):
    """{tracer: [{step: figure}, of each round]}"""
    found = {tracer.name: [] for tracer in present}
    for number in range(rounds):
        for tracer in present:
            found[tracer.name].append({})
        for cpus, rate in steps():
            say(f"losses: round {number + 1} of {rounds}: {step_name((cpus, rate))}")
            command = [helper("rate"), str(cpus), str(rate), str(SECONDS * share)]
            for tracer in present:
                sample = tracer.watch(lambda: json.loads(output_of(command)))
                found[tracer.name][-1][step_name((cpus, rate))] = figure_of(sample)
    return found


def row_of(name, rounds):
    row = {"tracer": name, "rounds": rounds}
    for what in ("lost_percent", "missing_percent", "made_per_second", "kept_per_second"):
        row[what] = {step_name(step): figures.spread([one[step_name(step)][what] for one in rounds])
                     for step in steps()}
    return row


def cells(row, what, text):
    return [row["tracer"]] + [text(figures.middle(row[what][step_name(step)])) for step in steps()]


def run(options, missing):
    present = tracers.usable(WANTED, missing)
    rounds = max(1, options.rounds // 3)
    rows = [row_of(name, found) for name, found in measure(present, rounds, options.share).items()]
    headings = ["tracer"] + [step_name(step) for step in steps()]
    lines = figures.table(f"Records lost, %, by the tracer's own account ({figures.of_rounds(rounds)})",
                          headings, [cells(row, "lost_percent", figures.share) for row in rows])
    lines += [""] + figures.table(
        "Calls missing, %, of those that were made", headings,
        [cells(row, "missing_percent", figures.share) for row in rows])
    lines += [""] + figures.table(
        "Their records kept, millions a second (what slows the load down has less to lose)",
        headings, [cells(row, "kept_per_second", lambda n: figures.number(n and n / 1e6, 2))
                   for row in rows])
    return rows, lines
