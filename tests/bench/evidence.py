# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""How many of the calls that tests/bench/rate.c made are in what a tracer wrote.

Each function takes the paths of the files and the tids of the callers. What
others on the machine did at the same time is not counted. An account that a
tool gives of itself can be checked so.
"""
import mmap
import platform
import subprocess

from machine import PROGRAM, helper, output_of

# See rate.c.
MARK = b"ratemark"
GETPPID = {"x86_64": 110, "aarch64": 173}.get(platform.machine())


def occurrences(path, pattern):
    with open(path, "rb") as file:
        if not (size := file.seek(0, 2)):
            return 0
        with mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ) as content:
            found, at = 0, content.find(pattern)
            while at >= 0:
                found, at = found + 1, content.find(pattern, at + len(pattern))
            return found


def marks(paths, _):
    """perf.data and ftrace's pages hold the arguments of a call."""
    return sum(occurrences(path, MARK) for path in paths)


def raw_capture(paths, tids):
    """Of gotrace-bpf record."""
    return sum(int(output_of([helper("calls"), path, str(GETPPID), *map(str, tids)]))
               for path in paths)


def lines_with(command, patterns):
    """How many lines a command says that have one of the patterns."""
    words = [word for pattern in patterns for word in ("-e", pattern)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as source:
        found = subprocess.run(["grep", "-aFc", *words], stdin=source.stdout, capture_output=True)
    return int(found.stdout)


def trace(paths, tids):
    """Of gotrace-bpf: a Go trace."""
    return lines_with([PROGRAM, "events", paths[0]],
                      [f" GoID={tid} Running->Syscall" for tid in tids])


def perf_trace(paths, tids):
    return lines_with(["cat", paths[0]], [f"/{tid} getppid(" for tid in tids])
