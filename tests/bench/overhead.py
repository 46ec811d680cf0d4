# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What being watched costs a load: every tracer in turn, round after round."""
import re

import figures
import quiet
import tracers
from machine import output_of, say

WANTED = [tracers.NONE, tracers.RECORD, tracers.LIVE, tracers.PERF, tracers.PERF_LARGE,
          tracers.PERF_TRACE, tracers.PERF_SCHED, tracers.RINGS_LARGE, tracers.TRACE_CMD,
          tracers.BPFTRACE]
BASE = tracers.NONE.name
# What a tracer's cost is a share of.
REFERENCES = {"to_perf_record": tracers.PERF.name, "to_ftrace": tracers.RINGS_LARGE.name}
SLOW = 20  # how many times shorter a load is for a slow tracer


class Load:
    """A load of perf bench. command(n) makes n operations; pattern finds `scale` ns of `per`."""

    def __init__(self, name, operations, command, pattern, ns):
        self.name, self.operations, self.command = name, operations, command
        self.pattern, self.ns = pattern, ns

    def run(self, share):
        """(ns of an operation, operations)"""
        count = max(1, int(self.operations * share))
        command, operations = self.command(count)
        found = re.search(self.pattern, output_of(command))
        return self.ns(float(found.group(1)), operations), operations


def bench(*words):
    return ["perf", "bench", *words]


# The first two on one CPU: the tracer's own work finds the other one free, and
# a pipe across two CPUs would measure how a virtual machine wakes one.
PINNED = ["taskset", "-c", "0"]
MESSAGES = 4 * 20 * 20  # of four groups in one loop
LOADS = [
    Load("syscall basic", 400000,
         lambda n: (PINNED + bench("syscall", "basic", "-l", str(n)), n),
         r"([\d.]+) usecs/op", lambda usecs, _: 1e3 * usecs),
    Load("sched pipe", 40000,
         lambda n: (PINNED + bench("sched", "pipe", "-l", str(n)), n),
         r"([\d.]+) usecs/op", lambda usecs, _: 1e3 * usecs),
    Load("sched messaging", 100,
         lambda n: (bench("sched", "messaging", "-g", "4", "-l", str(n)), n * MESSAGES),
         r"Total time: ([\d.]+) \[sec\]", lambda seconds, messages: 1e9 * seconds / messages),
]


def measure(present, rounds, share):
    """{load: {tracer: [sample]}}, interleaved so that a slow minute hits all."""
    samples = {load.name: {t.name: [] for t in present} for load in LOADS}
    for number in range(rounds):
        for load in LOADS:
            say(f"overhead: round {number + 1} of {rounds}: {load.name}")
            disturbed = quiet.wait()
            for tracer in present:
                part = share / SLOW if tracer.slow else share
                sample = tracer.watch(lambda: load.run(part))
                sample["ns"], sample["operations"] = sample.pop("load")
                samples[load.name][tracer.name].append(sample)
            disturbed = disturbed or quiet.reason()
            for tracer in present:
                samples[load.name][tracer.name][-1]["disturbed"] = disturbed
    return samples


def quiet_rounds(load_samples):
    """The same without the rounds that others disturbed, unless that is all of them."""
    kept = {name: [one for one in samples if not one.get("disturbed")]
            for name, samples in load_samples.items()}
    return kept if all(kept.values()) else load_samples


def of_quiet_rounds(load_samples):
    """For a table's title."""
    samples = load_samples[BASE]
    bad = [one["disturbed"] for one in samples if one.get("disturbed")]
    if not bad:
        return figures.of_rounds(len(samples))
    if len(bad) < len(samples):
        return (f"{figures.of_rounds(len(samples) - len(bad))}; {len(bad)} more left out, "
                f"disturbed: {bad[0]}")
    return f"{figures.of_rounds(len(samples))}; ALL DISTURBED: {bad[0]}"


def per_operation(sample, what):
    return figures.ratio(sample[what], sample["operations"])


def records_of(sample):
    """Kept and lost: what it would have had to write."""
    return None if sample["kept"] is None else sample["kept"] + (sample["lost"] or 0)


def seen(samples):
    return [figures.ratio(records_of(sample), sample["operations"]) for sample in samples]


def events_of(load_samples):
    """How many events an operation of this load is: what ours records of it, least disturbed.

    The same for all tracers: some record themselves at work, too, which is
    part of what they cost, and no event of the load.
    """
    return min(figures.known(seen(load_samples.get(tracers.RECORD.name, []))), default=None)


def row_of(tracer, base, samples, events):
    """The figures of one tracer under one load; its rounds beside those without a tracer."""
    added = [s["ns"] - b["ns"] for s, b in zip(samples, base)]
    own = figures.median([figures.ratio(s["cpu_s"], s["operations"]) for s in samples])
    return {
        "tracer": tracer,
        "ns": figures.spread([s["ns"] for s in samples]),
        "added_ns": figures.spread(added),
        "slowdown": figures.spread(figures.ratios([s["ns"] for s in samples],
                                                  [b["ns"] for b in base])),
        "events_per_operation": events,
        "records_per_operation": figures.median(seen(samples)),
        "added_ns_per_event": figures.spread([figures.ratio(ns, events) for ns in added]),
        "own_cpu_ns_per_event": figures.ratio(own and 1e9 * own, events),
        "lost_percent": figures.spread([tracers.lost_percent(s) for s in samples]),
        "rounds": samples,
    }


def rows_of(load_samples):
    base = load_samples[BASE]
    events = events_of(load_samples)
    rows = [row_of(name, base, samples, events) for name, samples in load_samples.items()]
    added = {row["tracer"]: row["added_ns"]["median"] for row in rows}
    for row in rows:
        for share, reference in REFERENCES.items():
            if reference in added and row["tracer"] != BASE:
                row[share] = figures.ratio(row["added_ns"]["median"], added[reference])
    return rows


HEADINGS = ["tracer", "ns/op (min..max)", "added ns/op", "slowdown (min..max)", "of perf record",
            "of ftrace", "added ns/event", "own CPU ns/event", "records/op", "lost %"]


def cells(row):
    if row["tracer"] == BASE:
        return [BASE, figures.span(row["ns"]), "-", "1", "-", "-", "-", "-", "-", "-"]
    return [row["tracer"], figures.span(row["ns"]), figures.number(row["added_ns"]["median"]),
            figures.span(row["slowdown"], 2), figures.number(row.get("to_perf_record"), 2),
            figures.number(row.get("to_ftrace"), 2),
            figures.number(figures.middle(row["added_ns_per_event"])),
            figures.number(row["own_cpu_ns_per_event"]),
            figures.number(row["records_per_operation"], 1),
            figures.share(figures.middle(row["lost_percent"]))]


def run(options, missing):
    present = tracers.usable(WANTED, missing)
    samples = measure(present, options.rounds, options.share)
    result = {name: rows_of(quiet_rounds(of_load)) for name, of_load in samples.items()}
    lines = []
    for load in LOADS:
        lines += figures.table(
            f"What being watched costs: perf bench {load.name} "
            f"({of_quiet_rounds(samples[load.name])})",
            HEADINGS, [cells(row) for row in result[load.name]]) + [""]
    lines += ["  added, slowdown: against 'none' of the same round. event: a record that gotrace-bpf record",
              "  makes of the load, for every row. own CPU: of the tracer's process, beyond an idle one.",
              "  records/op: kept and lost, by the tracer's own account, as is lost %; perf records itself, too.",
              "  perf trace does not watch the scheduler, perf sched record no syscalls; bpftrace only counts.",
              f"  perf trace: loads {SLOW} times shorter."]
    return result, lines
