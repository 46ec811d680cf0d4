# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""convert's peak memory against the length of a capture and its width.

Captures are generated (tests/bench/genraw), so any length and width can be had.
"""
import os
import shutil
import subprocess
import tempfile

RATE = 20000
LENGTHS = [10, 100, 1000]
WIDTHS = [(2, 100), (2, 1000), (8, 1000), (64, 10000), (512, 10000), (512, 100000)]


def peak_mib(command):
    """Peak resident memory of a command, and how much of it is the mapped input."""
    pid = os.fork()
    if pid == 0:
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise RuntimeError(f"{command} failed")
    return usage.ru_maxrss / 1024


def measure(program, genraw, folder, cpus, threads, seconds):
    raw = folder + "/x.gtraw"
    with open(raw, "wb") as out:
        subprocess.run([genraw, str(cpus), str(threads), str(seconds), str(RATE)], stdout=out,
                       check=True)
    size = os.path.getsize(raw) / (1 << 20)
    peak = peak_mib([program, "convert", "-q", raw, "-o", folder + "/x.out"])
    os.unlink(raw)
    return {"cpus": cpus, "threads": threads, "seconds": seconds, "raw_mib": size,
            "peak_mib": peak}


PLOT = """\
set terminal pngcairo size 1000,400
set output "{out}"
set multiplot layout 1,2
set ylabel "peak memory, MiB"
set logscale xy
set key off
set xlabel "length of the capture, seconds (2 CPUs, 100 threads)"
set yrange [1:1000]
plot "-" using 1:2 with linespoints pt 7
{length}
e
set xlabel "threads (2 to 512 CPUs, 10 s)"
plot "-" using 1:2 with linespoints pt 7
{width}
e
"""


def plot(lengths, widths, out):
    if not shutil.which("gnuplot"):
        return "no plot: gnuplot is not installed"
    text = PLOT.format(out=out,
                       length="\n".join(f"{r['seconds']} {r['peak_mib']}" for r in lengths),
                       width="\n".join(f"{r['threads']} {r['peak_mib']}" for r in widths))
    subprocess.run(["gnuplot"], input=text, text=True, check=True)
    return "plot: " + out


def run(program, top, say):
    genraw = os.path.join(top, "build", "bench", "genraw")
    lengths, widths = [], []
    with tempfile.TemporaryDirectory(prefix="gotrace-bench-") as folder:
        for seconds in LENGTHS:
            say(f"memory: {seconds} s")
            lengths.append(measure(program, genraw, folder, 2, 100, seconds))
        for cpus, threads in WIDTHS:
            say(f"memory: {cpus} CPUs, {threads} threads")
            widths.append(measure(program, genraw, folder, cpus, threads, 10))
    lines = [f"convert's peak memory ({RATE} records a second)",
             "   CPUs threads seconds  raw MiB peak MiB"]
    lines += ["{:7d} {:7d} {:7d} {:8.0f} {:8.1f}".format(
        r["cpus"], r["threads"], r["seconds"], r["raw_mib"], r["peak_mib"])
        for r in lengths + widths]
    lines.append(plot(lengths, widths, os.path.join(top, "build", "bench-memory.png")))
    return {"length": lengths, "width": widths}, lines
