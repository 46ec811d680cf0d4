# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""How fast captures become traces, and how fast traces are read, against peers.

One load is captured by each tool in turn; then each tool's reader runs over
its own file, round after round, on one CPU.
"""
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import tempfile

import tracers

LOADS = [
    ["perf", "bench", "sched", "messaging", "-g", "4", "-l", "400"],
    ["perf", "bench", "syscall", "basic", "-l", "500000"],
]


def cpu_seconds(command):
    """CPU time (user and system) of a command that succeeds, and its peak memory in MiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["taskset", "-c", "0", *command], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def capture(tracer, folder):
    tracer.start(folder)
    for load in LOADS:
        subprocess.run(load, capture_output=True, check=True)
    tracer.stop()
    return tracer.output


def perf_records(path):
    text = subprocess.run(["perf", "report", "--stats", "-i", path], capture_output=True,
                          text=True).stdout
    return sum(int(n) for n in re.findall(r"SAMPLE events: +(\d+)", text)[:1])


def trace_cmd_records(path):
    text = subprocess.run(["trace-cmd", "report", "--stat", "-i", path], capture_output=True,
                          text=True).stdout
    return sum(int(n) for n in re.findall(r"entries: (\d+)", text))


def readers(program, folder, files, counts):
    """(name, what is counted, how many, command)"""
    trace = folder + "/a.out"
    out = [("gotrace-bpf convert", "records", counts["records"],
            [program, "convert", "-q", files["gotrace-bpf record"], "-o", trace]),
           ("gotrace-bpf validate", "events", counts["events"], [program, "validate", trace])]
    if shutil.which("go"):
        tool = folder + "/gotrace"
        subprocess.run(["go", "build", "-o", tool, "cmd/trace"], check=True)
        out.append(("Go's reader and printer", "events", counts["events"], [tool, "-d=parsed", trace]))
        out.append(("gotrace-bpf events", "events", counts["events"], [program, "events", trace]))
    if "perf record" in files:
        out.append(("perf script", "records", perf_records(files["perf record"]),
                    ["perf", "script", "-i", files["perf record"]]))
    if "trace-cmd record" in files:
        out.append(("trace-cmd report", "records", trace_cmd_records(files["trace-cmd record"]),
                    ["trace-cmd", "report", "-i", files["trace-cmd record"]]))
    return out


def run(program, rounds, say):
    wanted = ("gotrace-bpf record", "perf record", "trace-cmd record")
    with tempfile.TemporaryDirectory(prefix="gotrace-bench-") as folder:
        files = {}
        for tracer in tracers.usable(program, folder, say):
            if tracer.name in wanted:
                say("capture with " + tracer.name)
                files[tracer.name] = capture(tracer, folder)
        stats, trace = folder + "/stats.json", folder + "/a.out"
        subprocess.run([program, "convert", "-q", files["gotrace-bpf record"], "-o", trace,
                        "--stats", stats], check=True)
        with open(stats) as file:
            counts = json.load(file)
        all_readers = readers(program, folder, files, counts)
        times = {name: [] for name, *_ in all_readers}
        for number in range(rounds):
            for name, _, _, command in all_readers:
                times[name].append(cpu_seconds(command))
            say(f"round {number + 1} of {rounds}")
        sizes = {"bytes_per_record": os.path.getsize(files["gotrace-bpf record"]) / counts["records"],
                 "bytes_per_event": counts["bytes"] / counts["events"], "lost": counts["lost"]}
    rows = [{"reader": name, "unit": unit, "count": count,
             "per_second": count / statistics.median(times[name])}
            for name, unit, count, _ in all_readers]
    lines = ["Reading, on one CPU (medians of %d rounds)" % rounds]
    lines += ["{:26s} {:9.2f} million {}/s  ({} {})".format(
        row["reader"], row["per_second"] / 1e6, row["unit"], row["count"], row["unit"]) for row in rows]
    lines.append("{:.1f} bytes a record in the raw file, {:.2f} bytes an event in the trace; {} lost".format(
        sizes["bytes_per_record"], sizes["bytes_per_event"], sizes["lost"]))
    return {"readers": rows, **sizes}, lines
