# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What each BPF program costs, by the kernel's own statistics.

The kernel reads its clock twice around each run, so its figures hold the cost
of measuring. Empty programs, attached at the same time, show what that is:
what is above it is a program's own. bpftrace's counting programs are measured
in the same way, under the same loads.
"""
import os
import subprocess

import figures
import machine
import tracers
from machine import Unusable, helper, output_of, say

SWITCH = "/proc/sys/kernel/bpf_stats_enabled"
LOADS = [
    ("sched pipe", 60000, lambda n: ["taskset", "-c", "0", "perf", "bench", "sched", "pipe", "-l", n]),
    ("syscall basic", 2000000, lambda n: ["perf", "bench", "syscall", "basic", "-l", n]),
    ("sched messaging", 100, lambda n: ["perf", "bench", "sched", "messaging", "-g", "2", "-l", n]),
]
# A program that ran less often has no figure worth the name.
RUNS = 100
ROUNDS = 3


def ids_held_by(pid):
    """Of the programs that a process has open, or that its links run."""
    found = set()
    for number in os.listdir(f"/proc/{pid}/fdinfo"):
        with open(f"/proc/{pid}/fdinfo/{number}") as info:
            found.update(int(line.split()[1]) for line in info if line.startswith("prog_id:"))
    return found


def programs_of(pid):
    """[(name, runs, ns of a run)] of a process's programs that ran enough."""
    held = ids_held_by(pid)
    return [(program["name"], program["run_cnt"], program["run_time_ns"] / program["run_cnt"])
            for program in machine.programs()
            if program["id"] in held and program.get("run_cnt", 0) >= RUNS]


class Statistics:
    """Switched on for a while; off again even if something fails."""

    def __enter__(self):
        self.set("1")

    def __exit__(self, *_):
        self.set("0")

    @staticmethod
    def set(text):
        with open(SWITCH, "w") as switch:
            switch.write(text)


class Empty:
    """The empty programs, attached."""

    def __enter__(self):
        self.process = subprocess.Popen([helper("empty"), helper("empty.bpf.o")],
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "attached":
            self.process.wait()
            raise Unusable("the empty programs cannot be attached")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def run_loads(share):
    for name, count, command in LOADS:
        say("programs: " + name)
        output_of(command(str(max(1, int(count * share)))))


def round_of(tracer, share):
    """[(owner, program, runs, ns, ns of an empty one)]"""
    with Empty() as empty:
        def run():
            run_loads(share)
            return programs_of(tracer.process.pid), programs_of(empty.process.pid)
        own, nothing = tracer.watch(run)["load"]
    # The one that ran most has the least noise.
    least = max(nothing, key=lambda program: program[1], default=(None, 0, None))[2]
    return [(tracer.name, *program, least) for program in own] + [
        ("empty, beside " + tracer.name, *program, least) for program in nothing]


def rows_of(rounds):
    """A row for each program that ran in any round."""
    found = {}
    for one in rounds:
        for owner, name, runs, ns, empty in one:
            found.setdefault((owner, name), []).append((runs, ns, empty))
    return [{"owner": owner, "program": name, "runs": sum(runs for runs, _, _ in all_rounds),
             "ns": figures.spread([ns for _, ns, _ in all_rounds]),
             "net_ns": figures.spread([ns - empty for _, ns, empty in all_rounds if empty]),
             "to_empty": figures.median([figures.ratio(ns, empty) for _, ns, empty in all_rounds])}
            for (owner, name), all_rounds in found.items()]


def run(options, missing):
    present = tracers.usable([tracers.RECORD, tracers.BPFTRACE], missing)
    rounds = min(ROUNDS, options.rounds)
    with Statistics():
        measured = [sum((round_of(tracer, options.share) for tracer in present), [])
                    for _ in range(rounds)]
    rows = rows_of(measured)
    lines = figures.table(
        f"BPF programs, ns of a run by the kernel's statistics ({figures.of_rounds(rounds)})",
        ["program", "of", "runs", "ns (min..max)", "net of an empty one", "times an empty one"],
        [[row["program"], row["owner"], row["runs"], figures.span(row["ns"]),
          figures.span(row["net_ns"]), figures.number(row["to_empty"], 2)] for row in rows],
        [f"Programs that ran less than {RUNS} times are left out. What an empty one shows is the cost of",
         "measuring; it runs at the same time."])
    return rows, lines
