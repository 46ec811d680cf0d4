# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What each BPF program costs, by the kernel's own statistics.

The kernel reads its clock twice around each run, so its figures are higher
than the truth by what an empty program shows; the cheapest program here, one
that counts a depth down, stands for that.
"""
import json
import os
import subprocess
import tempfile
import time

SWITCH = "/proc/sys/kernel/bpf_stats_enabled"
LOADS = [
    ["taskset", "-c", "0", "perf", "bench", "sched", "pipe", "-l", "60000"],
    ["perf", "bench", "syscall", "basic", "-l", "3000000"],
    ["perf", "bench", "sched", "messaging", "-g", "2", "-l", "100"],
]


def read_programs():
    found = {}
    bpftool = next((p for p in ("/usr/sbin/bpftool", "/sbin/bpftool") if os.path.exists(p)), "bpftool")
    text = subprocess.run([bpftool, "prog", "show", "-j"], capture_output=True, text=True,
                          check=True).stdout
    for program in json.loads(text):
        if program.get("name", "").startswith("on_") and program.get("run_cnt"):
            found[program["name"]] = (program["run_cnt"], program["run_time_ns"])
    return found


def run(program, say):
    with open(SWITCH, "w") as switch:
        switch.write("1")
    try:
        with tempfile.TemporaryDirectory(prefix="gotrace-bench-") as folder:
            tracer = subprocess.Popen([program, "record", "-q", "-o", folder + "/x.gtraw"])
            time.sleep(1)
            for load in LOADS:
                say("programs: " + " ".join(load[-6:]))
                subprocess.run(load, capture_output=True, check=True)
            found = read_programs()
            tracer.terminate()
            tracer.wait()
    finally:
        with open(SWITCH, "w") as switch:
            switch.write("0")
    rows = [{"program": name, "runs": runs, "ns": total / runs}
            for name, (runs, total) in sorted(found.items())]
    lines = ["BPF programs by the kernel's statistics (which add to each)", "program                            runs      ns"]
    lines += ["{:30s} {:9d} {:7.0f}".format(row["program"], row["runs"], row["ns"]) for row in rows]
    return rows, lines
