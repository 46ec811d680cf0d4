#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Records scheduler and syscall events through ftrace's own rings, until SIGINT.

What trace-cmd does, and no more: a reader per CPU splices whole pages from
tracefs to a file. For machines on which trace-cmd itself cannot switch ftrace
on. In an instance of its own, so that nobody else's tracing is disturbed.

    ftrace_record.py FILE EVENT...      FILE.0, FILE.1, ... are written
"""
import os
import signal
import subprocess
import sys
import threading

TRACEFS = "/sys/kernel/tracing"
INSTANCE = TRACEFS + "/instances/gotrace-bench"
PAGE = os.sysconf("SC_PAGESIZE")
RING_KIB = 16384


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def splice_all(cpu, out, stop):
    source = os.open(f"{INSTANCE}/per_cpu/cpu{cpu}/trace_pipe_raw", os.O_RDONLY | os.O_NONBLOCK)
    target = os.open(f"{out}.{cpu}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    read_end, write_end = os.pipe()
    while True:
        last = stop.is_set()
        try:
            while (got := os.splice(source, write_end, 16 * PAGE)) > 0:
                os.splice(read_end, target, got)
        except BlockingIOError:
            pass
        if last:
            return
        stop.wait(0.01)


def lost():
    total = 0
    for cpu in os.listdir(INSTANCE + "/per_cpu"):
        with open(f"{INSTANCE}/per_cpu/{cpu}/stats") as stats:
            total += sum(int(line.split()[-1]) for line in stats if line.startswith("overrun"))
    return total


def main():
    out, events = sys.argv[1], sys.argv[2:]
    if not os.path.exists(TRACEFS + "/instances"):
        subprocess.run(["mount", "-t", "tracefs", "tracefs", TRACEFS], check=True)
    os.makedirs(INSTANCE, exist_ok=True)
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        write(INSTANCE + "/trace_clock", "mono")
        write(INSTANCE + "/buffer_size_kb", str(RING_KIB))
        readers = [threading.Thread(target=splice_all, args=(cpu, out, stop))
                   for cpu in range(os.cpu_count())]
        for event in events:
            write(f"{INSTANCE}/events/{event.replace(':', '/')}/enable", "1")
        for reader in readers:
            reader.start()
        while not stop.wait(1):
            pass
        write(INSTANCE + "/events/enable", "0")
        for reader in readers:
            reader.join()
        print("lost", lost())
    finally:
        write(INSTANCE + "/events/enable", "0")
        os.rmdir(INSTANCE)


main()
