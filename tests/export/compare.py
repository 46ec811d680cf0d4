#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Does a Perfetto trace say the same as a Go trace of the same capture?

    tests/export/compare.py CAPTURE...       converts each twice and compares
    tests/export/compare.py --part FROM TO CAPTURE...   a part of it, in ms, against the whole, too
    tests/export/compare.py --read TRACE...  only reads each Perfetto trace

For each thread: how often it was switched in, was woken, began a syscall; and
how long it ran, waited for a CPU and slept. Where nothing was bridged, counts
are equal and sums differ by the nanoseconds that keep times apart. GOTRACE_BPF in
the environment is the program to use.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

import reading

PROGRAM = os.environ.get("GOTRACE_BPF", "./gotrace-bpf")
G_STEP = 10_000_000
APART_NS = reading.APART_NS
KINDS = ("switch", "waking", "syscall")
STATES = {"Running": "Running", "Syscall": "Running", "Runnable": "R", "Waiting": "S"}


class Go:
    """The same of a Go trace, by tid."""

    def __init__(self, path):
        self.counts = collections.Counter()
        self.sums = collections.defaultdict(collections.Counter)
        self.execs = collections.Counter()
        self.tgids = {}
        self.state = {}
        self.begun = {}
        end = 0
        events = subprocess.Popen([PROGRAM, "events", "--json", path], stdout=subprocess.PIPE)
        for line in events.stdout:
            event = json.loads(line)
            end = max(end, event["time"])
            if "goroutine" in event and event.get("to"):
                self.move(event)
        if events.wait():
            raise ValueError("the Go trace is refused")
        for g in list(self.state):
            self.enter(g, None, end)

    def enter(self, g, state, ns):
        if g in self.state:
            old, since = self.state[g]
            self.sums[g % G_STEP][old] += ns - since
        self.state[g] = (state, ns)

    def move(self, event):
        g, tid, ns, name = event["goroutine"], event["goroutine"] % G_STEP, event["time"], \
            event["event"]
        to = STATES.get(event["to"])
        if event.get("stack") and name != "GoCreate":
            self.tgids.setdefault(tid, event["stack"][-1]["line"])
        if name == "GoCreate":
            self.begun[g] = ns
        elif name == "GoStart":
            resumed = ns - self.begun.get(g, -APART_NS - 1) <= APART_NS
            self.execs[tid] += resumed
            self.counts["switch", tid] += not resumed
            self.begun[g] = ns
        elif name == "GoUnblock":
            self.counts["waking", tid] += 1
        elif name == "GoSyscallEnd":
            self.begun[g] = ns  # a fork inside it splits it
        elif name == "GoSyscallBegin":
            self.counts["syscall", tid] += ns - self.begun.get(g, -APART_NS - 1) > APART_NS
        if not self.state.get(g) or self.state[g][0] != to:
            self.enter(g, to, ns)


def convert(capture, out, *options):
    run = subprocess.run([PROGRAM, "convert", "-q", capture, "-o", out, "--stats", out + ".json",
                          *options], check=True)
    assert run.returncode == 0
    with open(out + ".json", encoding="utf-8") as file:
        return json.load(file)


def together(go):
    """Threads by what they are compared as: an exec may give a thread its leader's tid."""
    execed = {go.tgids.get(tid) for tid, count in go.execs.items() if count}
    groups = collections.defaultdict(list)
    for tid in go.sums:  # in a scoped capture strangers are no goroutines
        tgid = go.tgids.get(tid, tid)
        groups[("process", tgid) if tgid in execed else ("thread", tid)].append(tid)
    return groups


def differences(go, perfetto, spare):
    for name, tids in sorted(together(go).items()):
        execs = sum(go.execs[tid] for tid in tids)
        # Around an exec by a thread that is not the leader two have one tid for a moment.
        swapped = execs and len(tids) > 1
        known = not swapped and any(perfetto.sums[tid] for tid in tids)
        events = 0
        for kind in KINDS:
            left, right = (sum(side.counts[kind, tid] for tid in tids) for side in (go, perfetto))
            events += right
            if abs(left - right) > spare + execs * (8 if swapped else 1):
                yield f"{name}: {left} times {kind} in Go's, {right} in Perfetto's"
        for state in ("Running", "R", "S"):
            left, right = (sum(side.sums[tid][state] for tid in tids) for side in (go, perfetto))
            if known and not spare and abs(left - right) > APART_NS * (events + 20 * len(tids)):
                yield f"{name}: {left} ns {state} in Go's, {right} in Perfetto's"


def events_between(events, begin, end):
    """What happens to whom, in order, but for what may be told differently at the edges."""
    return [(event.kind, event.ns, event.cpu) for event in events
            if begin <= event.ns < end and event.kind in ("column_switch", "column_waking")]


def compare_part(capture, folder, part):
    """What a part says is what the whole says of that time."""
    path, whole_path = os.path.join(folder, "part"), os.path.join(folder, "whole")
    stats = convert(capture, path, "--to", "perfetto", *part)
    convert(capture, whole_path, "--to", "perfetto")
    begin = stats["begin_ns"] + 1000  # the start is told by then
    of_part, of_whole = (events_between(reading.read(each).events, begin, stats["end_ns"] - 1000)
                         for each in (path, whole_path))
    if len(of_part) < 100:
        yield f"only {len(of_part)} events in the part"
    for left, right in zip(of_part, of_whole):
        if left != right:
            yield f"{left} in the part, {right} in the whole"
    if len(of_part) != len(of_whole):
        yield f"{len(of_part)} events in the part, {len(of_whole)} in the whole"


def compare(capture, folder, part=()):
    """What differs. Each bridge over something not recorded may count once more, or less."""
    go_path, path = os.path.join(folder, "go"), os.path.join(folder, "perfetto")
    stats = convert(capture, go_path, "--check", *part)
    convert(capture, path, "--to", "perfetto", *part)
    if part:
        yield from compare_part(capture, folder, part)
    go, perfetto = Go(go_path), reading.read(path)
    totals = ", ".join(f"{sum(n for (kind, _), n in perfetto.counts.items() if kind == each)} "
                       f"{each}" for each in KINDS)
    print(f"# {capture}: {stats['records']} records, {stats['lost']} lost; {totals}")
    if stats["lost"] > stats["missed"] and not sum(perfetto.lost.values()):
        yield "records are lost, and no bundle says so"
    yield from differences(go, perfetto, stats["repairs"])


def main():
    wrong = 0
    if sys.argv[1] == "--read":
        for path in sys.argv[2:]:
            print(path, dict(reading.read(path).kinds))
        return
    part, captures = (), sys.argv[1:]
    if captures[0] == "--part":
        part = ("--from", captures[1] + "ms", "--to", captures[2] + "ms")
        captures = captures[3:]
    for capture in captures:
        with tempfile.TemporaryDirectory() as folder:
            found = list(compare(capture, folder, part))
        for line in found[:8]:
            print(f"{capture}: {line}", file=sys.stderr)
        wrong += len(found)
    sys.exit(wrong > 0)


main()
