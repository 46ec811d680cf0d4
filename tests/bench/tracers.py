# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""The tracers that are compared, all told to watch the whole machine."""
import ctypes
import glob
import os
import re
import resource
import shutil
import signal
import subprocess
import time

import accounts
import evidence
import figures
from machine import PROGRAM, Unusable, folder, say

FTRACE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ftrace_record.py")
SCHED = ["sched_switch", "sched_waking", "sched_wakeup", "sched_wakeup_new", "sched_process_fork",
         "sched_process_exec", "sched_process_exit"]
EVENTS = ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit", "task:task_rename"] + [
    "sched:" + name for name in SCHED]
RING_MIB = 16  # what gotrace-bpf has for each CPU by default
READY_SECONDS = 30
STOP_SECONDS = 120
PERF_SETTLES = 1.2  # it does not say when it has begun


PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def end_with_parent():
    """In a child: a tracer that outlives a killed bench slows the machine down, and nobody knows why."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def cpu_seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Tracer:
    """Is started before a load and stopped after it.

    command(out) is what is run. It records when its messages match `ready`,
    or, if it says nothing, after `settle` seconds. account(out) says
    (kept, lost); evidence(files, tids) how many calls of a known load are
    there, if it can be found out. `calls` and `sched` are what it watches; `slow` marks one
    under which a load must be short.
    """

    def __init__(self, name, tool, command, account, evidence=None, ready=None,
                 settle=0.3, calls=True, sched=True, slow=False, records=True):
        self.name, self.tool, self.command = name, tool, command
        self.account, self.evidence = account, evidence
        self.ready, self.settle = ready, settle
        self.calls, self.sched, self.slow, self.records = calls, sched, slow, records
        self.process = self.output = None
        self.idle_cpu_s = None  # what it uses for nothing, once it was tried

    def log(self):
        return accounts.text_of(self.output + ".log")

    def start(self, where):
        """Twice, if need be: a tool that fails once must not cost the whole run."""
        if self.command is None:
            return
        try:
            self.begin(where)
        except Unusable:
            self.begin(where)

    def begin(self, where):
        self.output = os.path.join(where, "capture")
        with open(self.output + ".log", "wb") as log:
            self.process = subprocess.Popen(self.command(self.output), stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, preexec_fn=end_with_parent)
        until = time.monotonic() + READY_SECONDS
        while self.process.poll() is None and not self.is_ready():
            if time.monotonic() > until:
                self.stop()
                raise Unusable(f"is not ready after {READY_SECONDS} s")
            time.sleep(0.02)
        time.sleep(self.settle)
        if self.process.poll() is not None:
            self.process = None
            raise Unusable("; ".join(self.log().strip().splitlines())[-200:])

    def is_ready(self):
        return not self.ready or re.search(self.ready, self.log())

    def stop(self):
        """The CPU time it used from its start to its end, beyond what it uses for nothing."""
        if self.process is None:
            return None
        before = cpu_seconds_of_children()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        return max(0.0, cpu_seconds_of_children() - before - (self.idle_cpu_s or 0))

    def watch(self, load):
        """{"kept", "lost", "cpu_s", "load"}: what it made of a load, and what load() returns.

        If that has the tids of callers, "found" is how many of their calls are there.
        """
        with folder() as where:
            try:
                self.start(where)
                result = load()
            finally:
                cpu_s = self.stop()
            kept, lost = self.account(self.output) if self.account else (None, None)
            sample = {"load": result, "kept": kept, "lost": lost, "cpu_s": cpu_s}
            if self.evidence and isinstance(result, dict) and "tids" in result:
                sample["found"] = self.evidence(self.files(), result["tids"])
        return sample

    def files(self):
        """What it wrote: a file, or one for each CPU."""
        return [self.output] if os.path.exists(self.output) else sorted(
            glob.glob(self.output + ".[0-9]*"))


def perf_record(*options):
    return lambda out: ["perf", "record", "-q", "-a", *options, "-e", ",".join(EVENTS), "-o", out]


def trace_cmd_record(out):
    return ["trace-cmd", "record", *[word for event in EVENTS for word in ("-e", event)], "-o", out]


def bpftrace_count(_):
    """It says when the first and the last of its probes are attached: the order is its own."""
    probes = ["tracepoint:" + event for event in EVENTS if not event.startswith("task:")]
    first, last = ('interval:ms:100 /!@%s/ { @%s = 1; printf("%s on\\n"); }' % ((word,) * 3)
                   for word in ("first", "last"))
    return ["bpftrace", "-e", f"{first} {','.join(probes)} {{ @n[probe] = count(); }} {last}"]


NONE = Tracer("none", None, None, None, records=False)
RECORD = Tracer("gotrace-bpf record", PROGRAM,
                lambda out: [PROGRAM, "record", "-v", "-o", out, "--stats", out + ".json"],
                accounts.stats, evidence.raw_capture, ready="recording", settle=0.1)
LIVE = Tracer("gotrace-bpf", PROGRAM,
              lambda out: [PROGRAM, "-v", "-o", out, "--stats", out + ".json"],
              accounts.stats, evidence.trace, ready="recording", settle=0.1)
PERF = Tracer("perf record", "perf", perf_record(), accounts.perf_data, evidence.marks, settle=PERF_SETTLES)
PERF_LARGE = Tracer(f"perf record -m {RING_MIB}M", "perf", perf_record("-m", f"{RING_MIB}M"),
                    accounts.perf_data, evidence.marks, settle=PERF_SETTLES)
PERF_TRACE = Tracer("perf trace", "perf", lambda out: ["perf", "trace", "-a", "-o", out],
                    accounts.perf_trace, evidence.perf_trace, settle=PERF_SETTLES, sched=False, slow=True)
PERF_SCHED = Tracer("perf sched record", "perf",
                    lambda out: ["perf", "sched", "record", "-q", "-o", out], accounts.perf_data,
                    settle=PERF_SETTLES, calls=False)
RINGS = Tracer("ftrace rings", FTRACE, lambda out: [FTRACE, out, *EVENTS], accounts.ftrace,
               evidence.marks, ready="recording")
RINGS_LARGE = Tracer(f"ftrace rings, {RING_MIB}M", FTRACE,
                     lambda out: [FTRACE, "-b", str(RING_MIB << 10), out, *EVENTS],
                     accounts.ftrace, evidence.marks, ready="recording")
TRACE_CMD = Tracer("trace-cmd record", "trace-cmd", trace_cmd_record, accounts.trace_cmd, settle=1.0)
BPFTRACE = Tracer("bpftrace count", "bpftrace", bpftrace_count, accounts.bpftrace,
                  ready="first on(.|\n)*last on|last on(.|\n)*first on", records=False)


def disable_events():
    """What a trace-cmd that failed half way has left on."""
    for event in EVENTS:
        try:
            with open(f"/sys/kernel/tracing/events/{event.replace(':', '/')}/enable", "w") as file:
                file.write("0")
        except OSError:
            pass


def why_not(tracer):
    """None if it starts and stops here, else what is in the way."""
    if tracer.command is None or tracer.idle_cpu_s is not None:
        return None
    if not shutil.which(tracer.tool):
        return f"{tracer.tool} is not installed"
    try:
        tracer.idle_cpu_s = tracer.watch(lambda: None)["cpu_s"]
    except Unusable as why:
        if tracer is TRACE_CMD:
            disable_events()
        return f"does not run here: {why}"
    return None


def usable(wanted, missing):
    """Those of the wanted that run here; the others are said, and put into missing."""
    if os.geteuid() != 0:
        raise Unusable("needs root")
    out = []
    for tracer in wanted:
        if tracer.name in missing:
            continue
        why = why_not(tracer)
        if why:
            missing[tracer.name] = why
            say(f"{tracer.name}: {why}")
        else:
            out.append(tracer)
    return out


def lost_percent(sample):
    return figures.lost_percent(sample["kept"], sample["lost"])
