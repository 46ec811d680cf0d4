# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Peak memory: of convert against the length and the width of a capture, and of a live one.

Captures for convert are generated (tests/bench/genraw), so that any length and
width can be had; live ones watch a load of a known rate.
"""
import os
import subprocess

import figures
import plot
import tracers
from machine import PROGRAM, TOP, Unusable, folder, helper, say, usage_of

RATE = 20000  # records a second
LENGTHS = [10, 100, 1000]
LENGTH_CPUS, LENGTH_THREADS = 2, 100
CPUS = [2, 8, 32, 128, 512]
CPUS_THREADS = 1024
THREADS = [100, 1000, 10000, 100000]
THREADS_CPUS = 8
WIDEST = (512, 100000)
WIDTH_SECONDS = 10
LIVE_SECONDS = [2, 8]
LIVE_RATE = 100000  # calls a second


def convert_peak(where, cpus, threads, seconds):
    say(f"memory: {cpus} CPUs, {threads} threads, {seconds} s")
    raw, trace = where + "/x.gtraw", where + "/x.out"
    with open(raw, "wb") as out:
        subprocess.run([helper("genraw"), str(cpus), str(threads), str(seconds), str(RATE)],
                       stdout=out, check=True)
    row = {"cpus": cpus, "threads": threads, "seconds": seconds,
           "raw_mib": os.path.getsize(raw) / (1 << 20),
           "peak_mib": usage_of([PROGRAM, "convert", "-q", raw, "-o", trace])["peak_kib"] / 1024}
    os.unlink(raw)
    os.unlink(trace)
    return row


def curves(quick):
    """{curve: [row]}"""
    seconds = 1 if quick else WIDTH_SECONDS
    lengths = [length // 10 for length in LENGTHS] if quick else LENGTHS
    with folder() as where:
        return {
            "length": [convert_peak(where, LENGTH_CPUS, LENGTH_THREADS, s) for s in lengths],
            "cpus": [convert_peak(where, cpus, CPUS_THREADS, seconds) for cpus in CPUS],
            "threads": [convert_peak(where, THREADS_CPUS, n, seconds) for n in THREADS],
            "widest": [convert_peak(where, *WIDEST, seconds)],
        }


def growth(rows):
    """Each row's peak to that of its curve's first."""
    for row in rows:
        row["to_first"] = figures.ratio(row["peak_mib"], rows[0]["peak_mib"])


def live_commands(out, seconds):
    return {
        tracers.RECORD: [PROGRAM, "record", "-q", "-d", f"{seconds}s", "-o", out],
        tracers.LIVE: [PROGRAM, "-q", "-d", f"{seconds}s", "-o", out],
        tracers.PERF: [*tracers.perf_record()(out), "--", "sleep", str(seconds)],
    }


def live(quick, missing):
    present = tracers.usable([tracers.RECORD, tracers.LIVE, tracers.PERF], missing)
    rows = []
    for seconds in [1] if quick else LIVE_SECONDS:
        for tracer in present:
            say(f"memory: {tracer.name}, {seconds} s")
            with folder() as where:
                command = live_commands(where + "/capture", seconds)[tracer]
                load = subprocess.Popen([helper("rate"), "1", str(LIVE_RATE), str(seconds + 2)],
                                        stdout=subprocess.DEVNULL)
                peak = usage_of(command)["peak_kib"] / 1024
                load.terminate()
                load.wait()
            rows.append({"tracer": tracer.name, "seconds": seconds, "peak_mib": peak})
    for row in rows:
        first = next(one for one in rows if one["tracer"] == row["tracer"])
        row["to_first"] = figures.ratio(row["peak_mib"], first["peak_mib"])
    return rows


def curve_lines(found):
    rows = [row for curve in found.values() for row in curve]
    return figures.table(
        f"convert's peak memory ({RATE} records a second, simulated)",
        ["curve", "CPUs", "threads", "seconds", "raw MiB", "peak MiB", "of its first"],
        [[name, row["cpus"], row["threads"], row["seconds"], figures.number(row["raw_mib"]),
          figures.number(row["peak_mib"], 1), figures.number(row["to_first"], 2)]
         for name, curve in found.items() for row in curve]) if rows else []


def live_lines(rows):
    return figures.table(
        f"Peak memory of a live capture ({LIVE_RATE} syscalls a second)",
        ["tracer", "seconds", "peak MiB", "of its first"],
        [[row["tracer"], row["seconds"], figures.number(row["peak_mib"], 1),
          figures.number(row["to_first"], 2)] for row in rows],
        ["Of gotrace-bpf's, two thirds and more are the rings, which it maps twice in a row:",
         "they are counted twice here, and take half of it."])


def run(options, missing):
    found = curves(options.quick)
    for rows in found.values():
        growth(rows)
    picture = os.path.splitext(options.out)[0] + "-memory.png"
    lines = curve_lines(found)
    lines.append("  " + plot.memory(found, picture, os.path.relpath(picture, TOP)))
    try:
        found["live"] = live(options.quick, missing)
        lines += [""] + live_lines(found["live"])
    except Unusable as why:
        lines.append(f"  no live captures: {why}")
    return found, lines
