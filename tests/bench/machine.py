# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Where things are, what this machine is, and running commands on it."""
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(TOP, "gotrace-bpf")
TRACING = {"tracing", "tracepoint", "raw_tracepoint", "kprobe", "perf_event"}
PEERS = ["perf", "trace-cmd", "bpftrace", "gnuplot"]


class Unusable(Exception):
    """Something that this machine lacks or does not allow; the text says what."""


def say(text):
    print("  " + text, file=sys.stderr, flush=True)


def helper(name):
    """A program of `make bench-bin`."""
    path = os.path.join(TOP, "build", "bench", name)
    if not os.path.exists(path):
        raise Unusable(f"{os.path.relpath(path, TOP)} is not built")
    return path


def folder():
    return tempfile.TemporaryDirectory(prefix="gotrace-bench-")


def online_cpus():
    return len(os.sched_getaffinity(0))


def output_of(command):
    """What a command says, also on stderr; a failure is the caller's with all it said."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unusable(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def usage_of(command, stdout=subprocess.DEVNULL):
    """{"user_s", "system_s", "wall_s", "peak_kib", "cpu_s"} of a command that succeeds."""
    with tempfile.NamedTemporaryFile("r", prefix="gotrace-bench-") as out:
        done = subprocess.run([helper("usage"), out.name, *command], stdout=stdout,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Unusable(f"{' '.join(command)}: {done.stderr.decode(errors='replace')[-300:]}")
        used = json.load(out)
    used["cpu_s"] = used["user_s"] + used["system_s"]
    return used


def version_of(tool):
    if not shutil.which(tool):
        return None
    done = subprocess.run([tool, "--version"], capture_output=True, text=True)
    found = re.search(r"\d+\.\d[\w.]*", done.stdout + done.stderr)
    return found.group(0) if found else "?"


def go_version():
    done = subprocess.run([os.path.join(TOP, "tools", "go"), "env", "GOVERSION"],
                          capture_output=True, text=True)
    return done.stdout.strip() or None


def processor():
    with open("/proc/cpuinfo") as info:
        found = re.search(r"^model name\s*: (.*)$", info.read(), re.M)
    return found.group(1) if found else platform.machine()


def commit():
    if not shutil.which("git"):
        return None  # the tree of a tarball
    done = subprocess.run(["git", "-C", TOP, "describe", "--always", "--dirty"],
                          capture_output=True, text=True)
    return done.stdout.strip() or None


def bpftool():
    found = shutil.which("bpftool", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not found:
        raise Unusable("bpftool is not installed")
    return found


def programs():
    """All BPF programs of the kernel, as bpftool describes them."""
    return json.loads(output_of([bpftool(), "prog", "show", "-j"]))


def tracing_already():
    """How many BPF programs trace this machine before we do; None if it cannot be known."""
    try:
        return sum(program["type"] in TRACING for program in programs())
    except Unusable:
        return None


def facts():
    return {
        "program": output_of([PROGRAM, "--version"]).strip(),
        "commit": commit(),
        "kernel": platform.release(),
        "processor": processor(),
        "cpus": os.cpu_count(),
        "memory_mib": os.sysconf("SC_PAGESIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "load_average": os.getloadavg()[0],
        "tracing_already": tracing_already(),
        "peers": {**{tool: version_of(tool) for tool in PEERS}, "go": go_version()},
    }


def lines(found):
    peers = ", ".join(f"{tool} {version or 'missing'}" for tool, version in found["peers"].items())
    others = found["tracing_already"]
    return [f"{found['program']} ({found['commit']}) on Linux {found['kernel']}, {found['cpus']} CPUs, "
            f"{found['processor']}",
            f"against {peers}; load average before: {found['load_average']:.2f}"] + (
                [f"NOT ALONE: {others} BPF programs trace already, and cost every load below"]
                if others else [])
