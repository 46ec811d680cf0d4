# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What the flight recorder uses while it only keeps, beside `record`: at known rates.

A load of tests/bench/rate.c makes two records a call. What a process uses is
taken from /proc before and after the load, so that starting and ending do not count.
"""
import json
import os
import subprocess
import time

import figures
from machine import PROGRAM, Unusable, folder, helper, output_of, say

RECORDS_PER_CALL = 2
RATES = [100000, 1000000]  # records a second
SECONDS = 2
SETTLE = 0.2  # until what the rings hold has been read
READY_SECONDS = 30
TICK = os.sysconf("SC_CLK_TCK")
COMMANDS = {
    "record": lambda where: [PROGRAM, "record", "-v", "-o", where + "/cap.gtraw"],
    "flight": lambda where: [PROGRAM, "flight", "-v", "--keep", "10s,256M", "-o", where + "/dump.out"],
    "flight --when": lambda where: [PROGRAM, "flight", "-v", "--keep", "10s,256M", "-o",
                                    where + "/dump.out", "--when", "waiting > 100s",
                                    "--when", "syscall fsync > 100s"],
}


def used(pid):
    """(user, system) seconds so far."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) / TICK, int(fields[12]) / TICK


def wait_until_ready(process, log):
    until = time.monotonic() + READY_SECONDS
    while "recording" not in open(log).read():
        if process.poll() is not None or time.monotonic() > until:
            raise Unusable(open(log).read().strip()[-200:])
        time.sleep(0.02)


def sample(command, load):
    """(user ns, system ns, share of a core) of a record, of the process during the load."""
    with folder() as where:
        log = os.path.join(where, "log")
        with open(log, "wb") as err:
            process = subprocess.Popen(command(where), stdin=subprocess.DEVNULL, stdout=err, stderr=err)
        try:
            wait_until_ready(process, log)
            before, begin = used(process.pid), time.monotonic()
            records = RECORDS_PER_CALL * json.loads(output_of(load))["calls"]
            time.sleep(SETTLE)
            after, seconds = used(process.pid), time.monotonic() - begin
        finally:
            process.terminate()
            process.wait()
    user, system = (after[i] - before[i] for i in range(2))
    return 1e9 * user / records, 1e9 * system / records, 100 * (user + system) / seconds


def run(options, missing):
    del missing
    found = {(name, rate): [] for name in COMMANDS for rate in RATES}
    for number in range(options.rounds):
        for rate in RATES:
            say(f"flight: round {number + 1} of {options.rounds}: {rate} records/s")
            load = [helper("rate"), "1", str(rate // RECORDS_PER_CALL), str(SECONDS)]
            for name, command in COMMANDS.items():
                found[name, rate].append(sample(command, load))
    rows = [{"tracer": name, "rate": rate,
             **{what: figures.spread([one[i] for one in samples])
                for i, what in enumerate(("user_ns", "system_ns", "core_percent"))}}
            for (name, rate), samples in found.items()]
    lines = figures.table(
        f"The flight recorder beside record: CPU while it keeps ({figures.of_rounds(options.rounds)})",
        ["tracer", "records/s", "% of a core", "user ns/record", "system ns/record"],
        [[row["tracer"], str(row["rate"])] +
         [figures.span(row[what]) for what in ("core_percent", "user_ns", "system_ns")] for row in rows])
    return rows, lines
