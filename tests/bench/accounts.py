# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What each tracer says of itself: how many records it kept and how many it lost.

Each function takes the path of a tracer's output (its messages are beside it,
with .log, our numbers with .json) and returns (kept, lost); None for what the
tool cannot say.
"""
import json
import re
import subprocess


def text_of(path):
    with open(path, errors="replace") as file:
        return file.read()


def of_stats(text):
    """gotrace-bpf --stats"""
    numbers = json.loads(text)
    return numbers["records"], numbers["lost"]


def of_perf_report(text):
    """perf report --stats: a total, then a section for each event, which has the real losses."""
    _, *sections = re.split(r"^\S+ stats:$", text, flags=re.M)

    def total(what, of):
        return sum(int(n) for section in of
                   for n in re.findall(rf"^\s*{what} events: +(\d+)", section, re.M))

    if not sections:
        return None, None
    return total("SAMPLE", sections[:1]), total("LOST_SAMPLES", sections[1:])


def of_perf_trace(lines):
    """A line is a syscall from begin to end, but those that were interrupted: two lines."""
    kept = lost = 0
    for line in lines:
        if line.startswith("LOST "):
            lost += int(line.split()[1])
        elif line.rstrip().endswith("...") or "... [continued]" in line:
            kept += 1
        else:
            kept += 2
    return kept, lost


def of_trace_cmd(text):
    """trace-cmd report --stat"""
    lost = sum(int(n) for n in re.findall(r"^(?:commit overrun|overrun|dropped events): (\d+)",
                                          text, re.M))
    return sum(int(n) for n in re.findall(r"^read events: (\d+)", text, re.M)), lost


def of_bpftrace(text):
    """It counts in the kernel, and does not say what it missed."""
    return sum(int(n) for n in re.findall(r"^@n\[[^]]*\]: (\d+)", text, re.M)), None


def stats(path):
    return of_stats(text_of(path + ".json"))


def perf_data(path):
    out = subprocess.run(["perf", "report", "--stats", "-i", path], capture_output=True, text=True)
    return of_perf_report(out.stdout)


def perf_trace(path):
    with open(path, errors="replace") as lines:
        return of_perf_trace(lines)


def ftrace(path):
    numbers = json.loads(text_of(path + ".log").splitlines()[-1])
    return numbers["records"], numbers["lost"]


def trace_cmd(path):
    out = subprocess.run(["trace-cmd", "report", "--stat", "-i", path], capture_output=True,
                         text=True)
    return of_trace_cmd(out.stdout)


def bpftrace(path):
    return of_bpftrace(text_of(path + ".log"))
