# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The curves of peak memory as a picture, by gnuplot."""
import shutil
import subprocess

HEAD = """\
set terminal pngcairo size 1400,460 font "sans,11"
set output "{out}"
set multiplot layout 1,3 title "Peak memory of gotrace-bpf convert (20,000 records a second)"
set logscale xy
set grid
set key off
set format x "%.0f"
set format y "%.0f"
set yrange [1:{top}]
set ylabel "peak memory, MiB"
"""
PANEL = """\
set xlabel "{label}"
set xrange [{first}:{last}]
plot "-" using 1:2 with linespoints pt 7 lw 2, "-" using 1:2:3 with labels offset 0,1
{points}
e
{labels}
e
"""


def panel(label, rows, key):
    xs = [row[key] for row in rows]
    points = "\n".join(f"{row[key]} {row['peak_mib']:.2f}" for row in rows)
    labels = "\n".join(f"{row[key]} {row['peak_mib']:.2f} \"{row['peak_mib']:.1f}\"" for row in rows)
    return PANEL.format(label=label, first=min(xs) / 2, last=max(xs) * 2, points=points, labels=labels)


def with_of(rows, key):
    """What stays the same along a curve, for its label."""
    units = {"seconds": "{} s", "cpus": "{} CPUs", "threads": "{} threads"}
    return ", ".join(text.format(rows[0][name]) for name, text in units.items() if name != key)


def memory(curves, out, name):
    """What to say of the picture at `out`, whose name for people is `name`."""
    if not shutil.which("gnuplot"):
        return "no plot: gnuplot is not installed"
    largest = max(row["peak_mib"] for rows in curves.values() for row in rows)
    text = HEAD.format(out=out, top=10 * largest)
    for key, what in (("seconds", "length, seconds"), ("cpus", "width, CPUs"),
                      ("threads", "width, threads")):
        rows = curves["length" if key == "seconds" else key]
        text += panel(f"{what} ({with_of(rows, key)})", rows, key)
    subprocess.run(["gnuplot"], input=text, text=True, check=True)
    return "plot: " + name
