# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What being watched costs a load: every tracer in turn, round after round."""
import re
import statistics
import subprocess
import tempfile

# Events of ours for one operation: what the added time is divided by.
EVENTS_PER_SYSCALL = 2


def seconds_of(command, pattern):
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(pattern, out).group(1))


LOADS = {
    # name: (unit, what one figure is)
    "syscall basic": ("ns/call", lambda: 1e3 * seconds_of(
        ["perf", "bench", "syscall", "basic", "-l", "500000"], r"([\d.]+) usecs/op")),
    # On one CPU: otherwise it measures how a virtual machine wakes its other CPU.
    "sched pipe": ("us/op", lambda: seconds_of(
        ["taskset", "-c", "0", "perf", "bench", "sched", "pipe", "-l", "30000"],
        r"([\d.]+) usecs/op")),
    "sched messaging": ("s", lambda: seconds_of(
        ["perf", "bench", "sched", "messaging", "-g", "4", "-l", "100"],
        r"Total time: ([\d.]+) \[sec\]")),
}


def measure(tracers, rounds, say):
    """{load: {tracer: [figures]}}, interleaved so that a slow minute hits all."""
    figures = {load: {t.name: [] for t in tracers} for load in LOADS}
    for number in range(rounds):
        for tracer in tracers:
            with tempfile.TemporaryDirectory(prefix="gotrace-bench-") as folder:
                tracer.start(folder)
                for load, (_, run) in LOADS.items():
                    figures[load][tracer.name].append(run())
                tracer.stop()
            say(f"round {number + 1} of {rounds}: {tracer.name}")
    return figures


def median_of(figures, load, tracer):
    return statistics.median(figures[load][tracer])


def added_per_event(figures, tracer):
    base = median_of(figures, "syscall basic", "none")
    return (median_of(figures, "syscall basic", tracer) - base) / EVENTS_PER_SYSCALL


def slowdown(figures, load, tracer):
    return median_of(figures, load, tracer) / median_of(figures, load, "none") - 1


def rows(tracers, figures):
    """A row a tracer: figures, and what they are to perf record's."""
    names = [t.name for t in tracers if t.name != "none"]
    out = []
    for name in names:
        row = {"tracer": name, "added_ns_per_event": added_per_event(figures, name)}
        for load in LOADS:
            row[load] = median_of(figures, load, name)
            row[load + " slowdown"] = slowdown(figures, load, name)
        out.append(row)
    peer = next((row for row in out if row["tracer"] == "perf record"), None)
    for row in out:
        if peer:
            row["added to perf"] = row["added_ns_per_event"] / peer["added_ns_per_event"]
            row["pipe to perf"] = row["sched pipe slowdown"] / peer["sched pipe slowdown"]
            row["messaging to perf"] = (row["sched messaging slowdown"] /
                                        peer["sched messaging slowdown"])
    return out


def table(result):
    lines = ["                      added ns   ... of    pipe       ... of    messaging  ... of",
             "tracer                per event  perf      slowdown   perf      slowdown   perf"]
    for row in result:
        lines.append("{:20s} {:9.0f} {:9.2f} {:9.0f} % {:8.2f} {:9.0f} % {:8.2f}".format(
            row["tracer"], row["added_ns_per_event"], row.get("added to perf", float("nan")),
            100 * row["sched pipe slowdown"], row.get("pipe to perf", float("nan")),
            100 * row["sched messaging slowdown"], row.get("messaging to perf", float("nan"))))
    return lines
