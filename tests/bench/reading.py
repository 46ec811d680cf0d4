# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""How fast captures become traces, and how fast traces are read, against peers.

One load is captured by each tool in turn; then each tool's reader runs over
its own file, round after round, on one CPU. What is counted is CPU time.
"""
import json
import os
import shutil

import accounts
import figures
import tracers
from machine import PROGRAM, Unusable, folder, helper, output_of, say, usage_of

LOADS = [
    (["perf", "bench", "sched", "messaging", "-g", "4", "-l"], 150),
    (["perf", "bench", "syscall", "basic", "-l"], 200000),
]
WANTED = [tracers.RECORD, tracers.PERF_LARGE, tracers.RINGS_LARGE]
CONVERT, VALIDATE, EVENTS = "gotrace-bpf convert", "gotrace-bpf validate", "gotrace-bpf events"
GO_READER, GO_PRINTER = "Go's reader", "Go's reader and printer"
WRITER_EVENTS = 5000000


class Reader:
    """What reads a file: records of that file, and events if it is a Go trace."""

    def __init__(self, name, command, records, events=None):
        self.name, self.command, self.records, self.events = name, command, records, events
        self.samples = []

    def measure(self):
        self.samples.append(usage_of(["taskset", "-c", "0", *self.command]))

    def cpu_s(self):
        return [sample["cpu_s"] for sample in self.samples]


def capture(tracer, where, share):
    """{"files", "records", "lost", "bytes"} of one tracer's look at the loads."""
    os.makedirs(where)
    try:
        tracer.start(where)
        for command, count in LOADS:
            output_of(command + [str(max(1, int(count * share)))])
    finally:
        tracer.stop()
    kept, lost = tracer.account(tracer.output)
    files = tracer.files()
    return {"files": files, "records": kept, "lost": lost,
            "bytes": sum(os.path.getsize(file) for file in files)}


def trace_cmd_file(capture_of_rings, where, missing):
    """A trace.dat of what was taken from the rings, whether or not trace-cmd could take it itself."""
    if not shutil.which("trace-cmd"):
        missing["trace-cmd report"] = "trace-cmd is not installed"
        return None
    symbols, out = where + "/kallsyms", where + "/trace.dat"
    # A copy: trace-cmd gives up when the file's size changes while it reads.
    with open("/proc/kallsyms", "rb") as source, open(symbols, "wb") as target:
        shutil.copyfileobj(source, target)
    try:
        output_of(["trace-cmd", "restore", "-k", symbols, "-o", out, *capture_of_rings["files"]])
    except Unusable as why:
        missing["trace-cmd report"] = str(why)
        return None
    return out


def go_readers(trace, records, events, missing):
    out = []
    for name, program, options in ((GO_READER, "goread", []),
                                   (GO_PRINTER, "gotrace", ["-d=parsed"])):
        try:
            out.append(Reader(name, [helper(program), *options, trace], records, events))
        except Unusable as why:
            missing[name] = str(why)
    return out


def readers_of(captures, where, missing):
    raw, trace = captures[tracers.RECORD.name], where + "/a.out"
    stats = where + "/stats.json"
    output_of([PROGRAM, "convert", "-q", raw["files"][0], "-o", trace, "--stats", stats])
    counts = json.loads(accounts.text_of(stats))
    raw["trace_bytes"], raw["events"] = counts["bytes"], counts["events"]
    of_trace = (counts["records"], counts["events"])
    out = [Reader(CONVERT, [PROGRAM, "convert", "-q", raw["files"][0], "-o", trace], *of_trace),
           Reader(VALIDATE, [PROGRAM, "validate", trace], *of_trace),
           Reader(EVENTS, [PROGRAM, "events", trace], *of_trace)]
    out += go_readers(trace, *of_trace, missing)
    perf, rings = (captures.get(t.name) for t in (tracers.PERF_LARGE, tracers.RINGS_LARGE))
    if perf:
        out.append(Reader("perf script", ["perf", "script", "-i", perf["files"][0]], perf["records"]))
    dat = trace_cmd_file(rings, where, missing) if rings else None
    if dat:
        out.append(Reader("trace-cmd report", ["trace-cmd", "report", "-i", dat], rings["records"]))
    return out


def faster(one, other):
    """How many times as many records a second `one` reads, in each round."""
    return figures.spread([figures.ratio(one.records / mine, other.records / theirs)
                           for mine, theirs in zip(one.cpu_s(), other.cpu_s())])


def rows_of(readers):
    ours = {name: next(r for r in readers if r.name == name) for name in (CONVERT, VALIDATE, EVENTS)}
    rows = []
    for reader in readers:
        seconds = figures.spread(reader.cpu_s())
        row = {"reader": reader.name, "records": reader.records, "events": reader.events,
               "cpu_s": seconds,
               "records_per_second": reader.records / seconds["median"],
               "events_per_second": figures.ratio(reader.events, seconds["median"]),
               "peak_mib": max(sample["peak_kib"] for sample in reader.samples) / 1024}
        for name, our in ours.items():
            row[name.split()[-1] + "_is_faster"] = faster(our, reader)
        rows.append(row)
    return rows


def million(value):
    return figures.number(value and value / 1e6, 2)


def reading_lines(rows, rounds):
    return figures.table(
        f"Reading, CPU time on one CPU ({figures.of_rounds(rounds)})",
        ["reader", "M records/s", "M events/s", "convert is, times faster (min..max)",
         "validate is", "events is", "peak MiB"],
        [[row["reader"], million(row["records_per_second"]), million(row["events_per_second"]),
          figures.span(row["convert_is_faster"], 2), figures.span(row["validate_is_faster"], 2),
          figures.span(row["events_is_faster"], 2), figures.number(row["peak_mib"], 1)]
         for row in rows],
        ["perf script and trace-cmd report print records of the same load, which their own tools",
         "captured; events, and Go's printer, print the trace that convert makes; validate and Go's",
         "reader only read it."])


def size_rows(captures):
    raw = captures[tracers.RECORD.name]
    per_record = figures.ratio(raw["bytes"], raw["records"])
    out = []
    for name, found in captures.items():
        size = figures.ratio(found["bytes"], found["records"])
        out.append({"file": name, "bytes_per_record": size, "bytes_per_event": None,
                    "to_ours": figures.ratio(size, per_record), "records": found["records"],
                    "lost_percent": figures.lost_percent(found["records"], found["lost"])})
    out.insert(1, {"file": CONVERT, "bytes_per_record": figures.ratio(raw["trace_bytes"], raw["records"]),
                   "bytes_per_event": figures.ratio(raw["trace_bytes"], raw["events"]),
                   "to_ours": figures.ratio(raw["trace_bytes"], raw["bytes"]),
                   "records": raw["records"],
                   "lost_percent": figures.lost_percent(raw["records"], raw["lost"])})
    return out


def size_lines(rows):
    return figures.table(
        "Size of files", ["written by", "bytes/record", "bytes/event", "of gotrace-bpf record",
                          "records", "lost %"],
        [[row["file"], figures.number(row["bytes_per_record"], 1),
          figures.number(row["bytes_per_event"], 2), figures.number(row["to_ours"], 2),
          row["records"], figures.share(row["lost_percent"])] for row in rows])


def run(options, missing):
    with folder() as where:
        captures = {}
        for number, tracer in enumerate(tracers.usable(WANTED, missing)):
            say("reading: capture with " + tracer.name)
            captures[tracer.name] = capture(tracer, f"{where}/{number}", options.share)
        readers = readers_of(captures, where, missing)
        for number in range(options.rounds):
            say(f"reading: round {number + 1} of {options.rounds}")
            for reader in readers:
                reader.measure()
    rows, sizes = rows_of(readers), size_rows(captures)
    # By way of usage, which is small: the peak that it says is not to be this program's.
    writer = output_of([helper("usage"), "/dev/null", helper("bench_writer"),
                        str(int(WRITER_EVENTS * options.share))]).strip()
    lines = reading_lines(rows, options.rounds) + ["  the writer alone: " + writer, ""]
    return {"readers": rows, "sizes": sizes, "writer": writer}, lines + size_lines(sizes)
