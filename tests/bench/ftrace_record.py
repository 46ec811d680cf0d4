#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Records scheduler and syscall events through ftrace's own rings, until SIGINT.

What trace-cmd does, and no more: a reader per CPU splices whole pages from
tracefs to a file. For machines on which trace-cmd itself cannot switch ftrace
on. In an instance of its own, so that nobody else's tracing is disturbed.

    ftrace_record.py [-b KIB] FILE EVENT...

FILE.0, FILE.1, ... are written: what `trace-cmd restore` makes a trace.dat of.
KIB is the size of each CPU's ring, else the kernel's default. At the end it
says how many records were read and lost, as JSON.
"""
import argparse
import json
import os
import signal
import subprocess
import threading

TRACEFS = "/sys/kernel/tracing"
INSTANCE = f"{TRACEFS}/instances/gotrace-bench-{os.getpid()}"
PAGE = os.sysconf("SC_PAGESIZE")
LOSSES = ("overrun", "commit overrun", "dropped events")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def move_pages(source, target, pipe):
    """All that is there."""
    read_end, write_end = pipe
    try:
        while (got := os.splice(source, write_end, 16 * PAGE)) > 0:
            os.splice(read_end, target, got)
    except BlockingIOError:
        pass


def read_rest(source, target):
    """The last pages, which are not full."""
    try:
        while data := os.read(source, PAGE):
            os.write(target, data.ljust(PAGE, b"\0"))
    except BlockingIOError:
        pass


def splice_all(cpu, out, stop):
    source = os.open(f"{INSTANCE}/per_cpu/cpu{cpu}/trace_pipe_raw", os.O_RDONLY | os.O_NONBLOCK)
    target = os.open(f"{out}.{cpu}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    pipe = os.pipe()
    last = False
    while not last:
        last = stop.is_set()
        move_pages(source, target, pipe)
        stop.wait(0.01)
    read_rest(source, target)
    for fd in (source, target, *pipe):
        os.close(fd)


def counters():
    """The kernel's, of all CPUs: {name: sum}."""
    total = {}
    for cpu in os.listdir(INSTANCE + "/per_cpu"):
        with open(f"{INSTANCE}/per_cpu/{cpu}/stats") as stats:
            for line in stats:
                name, _, value = line.partition(":")
                if value.strip().isdigit():
                    total[name] = total.get(name, 0) + int(value)
    return total


def record(out, events, stop):
    stopped = threading.Event()
    readers = [threading.Thread(target=splice_all, args=(cpu, out, stopped))
               for cpu in range(os.cpu_count())]
    for event in events:
        write(f"{INSTANCE}/events/{event.replace(':', '/')}/enable", "1")
    for reader in readers:
        reader.start()
    print("recording", flush=True)
    stop.wait()
    write(INSTANCE + "/events/enable", "0")
    stopped.set()
    for reader in readers:
        reader.join()
    total = counters()
    lost = sum(total.get(name, 0) for name in LOSSES)
    print(json.dumps({"records": total["read events"], "lost": lost}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-b", type=int, metavar="KIB")
    parser.add_argument("file")
    parser.add_argument("events", nargs="+")
    options = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    if not os.path.exists(TRACEFS + "/instances"):
        subprocess.run(["mount", "-t", "tracefs", "tracefs", TRACEFS], check=True)
    os.mkdir(INSTANCE)
    try:
        write(INSTANCE + "/trace_clock", "mono")
        if options.b:
            write(INSTANCE + "/buffer_size_kb", str(options.b))
        record(options.file, options.events, stop)
    finally:
        write(INSTANCE + "/events/enable", "0")
        os.rmdir(INSTANCE)


main()
