# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Is the machine ours? Who else traces, or wants its CPUs, is in every figure.

A bench waits a while for a quiet moment; what is measured without one is marked.
"""
import os
import time

import machine

STATISTICS = "/proc/sys/kernel/bpf_stats_enabled"
TRACERS = {"perf", "bpftrace", "strace", "ltrace", "trace-cmd", "gdb"}
LOOK_S, TRIES = 0.25, 40
MOST_BUSY = 0.08  # of all CPUs, by others, at rest


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def busy_and_all(stat):
    """Of the first line of /proc/stat: ticks not idle, stolen ones among them, and all."""
    ticks = [int(word) for word in stat.split("\n", 1)[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def busy_share(before, after):
    (busy, total), (busy_then, total_then) = busy_and_all(after), busy_and_all(before)
    return (busy - busy_then) / max(1, total - total_then)


def running_tracers():
    names = (read(f"/proc/{pid}/comm").strip() for pid in os.listdir("/proc") if pid.isdigit())
    return sorted(TRACERS.intersection(names))


def ftrace_is_on():
    for root in ("/sys/kernel/tracing", "/sys/kernel/debug/tracing"):
        tracer = read(root + "/current_tracer").strip()
        if tracer:
            return tracer != "nop" or read(root + "/events/enable").strip() not in ("", "0")
    return False


def who_traces():
    """What is switched on by others, in words; "" if nothing is."""
    if read(STATISTICS).strip() == "1":
        return "kernel.bpf_stats_enabled is 1"
    if count := machine.tracing_already():
        return f"{count} BPF programs of others trace"
    if found := running_tracers():
        return ", ".join(found) + " runs"
    return "ftrace is on" if ftrace_is_on() else ""


def reason():
    """Why a figure taken now is none; "" if it is one. Takes a moment; nothing of ours runs."""
    before = read("/proc/stat")
    time.sleep(LOOK_S)
    share = busy_share(before, read("/proc/stat"))
    if share > MOST_BUSY:
        return f"others take {100 * share:.0f} % of the CPUs"
    return who_traces()


def wait():
    """Waits for a quiet moment, ten seconds or more. The reason why there was none, or ""."""
    why = ""
    for _ in range(TRIES):
        why = reason()
        if not why:
            return ""
    machine.say(f"not quiet: {why}; what is measured now is marked")
    return why
