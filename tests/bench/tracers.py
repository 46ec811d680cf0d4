# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The tracers that are compared, all told to watch the whole machine."""
import os
import shutil
import signal
import subprocess
import time

FTRACE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ftrace_record.py")
SCHED = ["sched_switch", "sched_waking", "sched_wakeup", "sched_wakeup_new", "sched_process_fork",
         "sched_process_exec", "sched_process_exit"]


def perf_events():
    return ",".join(["raw_syscalls:sys_enter", "raw_syscalls:sys_exit", "task:task_rename"] +
                    ["sched:" + name for name in SCHED])


def event_list():
    return perf_events().split(",")


def trace_cmd_events():
    return [word for event in event_list() for word in ("-e", event)]


def bpftrace_program():
    probes = ["tracepoint:raw_syscalls:sys_enter", "tracepoint:raw_syscalls:sys_exit"] + [
        "tracepoint:sched:" + name for name in SCHED]
    return ",".join(probes) + " { @n[probe] = count(); }"


class Unusable(Exception):
    """A peer that this machine does not let run."""


class Tracer:
    """Starts before a load and stops after it. command(out) is what is run."""

    def __init__(self, name, tool, command, settle=1.0):
        self.name, self.tool, self.command, self.settle = name, tool, command, settle
        self.process = None
        self.output = None

    def available(self):
        return self.tool is None or shutil.which(self.tool) or os.path.exists(self.tool)

    def start(self, folder):
        if self.command is None:
            return
        self.output = os.path.join(folder, self.name.replace(" ", "-") + ".out")
        with open(self.output + ".log", "wb") as log:
            self.process = subprocess.Popen(self.command(self.output), stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)
        time.sleep(self.settle)
        if self.process.poll() is not None:
            with open(self.output + ".log", errors="replace") as log:
                raise Unusable(f"{self.name} does not run here: {log.read().strip()[-200:]}")

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def usable(program, folder, say):
    """Those of tracers() that start and stop here."""
    out = []
    for tracer in tracers(program):
        if not tracer.available():
            say(f"{tracer.name}: {tracer.tool} is not installed")
            continue
        try:
            tracer.start(folder)
            tracer.stop()
            out.append(tracer)
        except Unusable as why:
            say(str(why))
    return out


def tracers(program):
    """None first: what everything is compared with. Ours, then the peers."""
    return [
        Tracer("none", None, None),
        Tracer("gotrace-bpf record", program, lambda out: [program, "record", "-q", "-o", out]),
        Tracer("gotrace-bpf", program, lambda out: [program, "-q", "-o", out]),
        Tracer("perf record", "perf",
               lambda out: ["perf", "record", "-q", "-a", "-e", perf_events(), "-o", out]),
        Tracer("perf trace", "perf", lambda out: ["perf", "trace", "-a", "-o", out]),
        Tracer("perf sched record", "perf",
               lambda out: ["perf", "sched", "record", "-q", "-o", out]),
        Tracer("ftrace rings", FTRACE, lambda out: [FTRACE, out, *event_list()]),
        Tracer("trace-cmd record", "trace-cmd",
               lambda out: ["trace-cmd", "record", "-q", *trace_cmd_events(), "-o", out]),
        Tracer("bpftrace count", "bpftrace", lambda out: ["bpftrace", "-e", bpftrace_program()], 4.0),
    ]
