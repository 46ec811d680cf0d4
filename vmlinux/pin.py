#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Makes a small vmlinux.h: only the kernel types and members that bpf/ uses.

    bpftool btf dump file /sys/kernel/btf/vmlinux format c |
            vmlinux/pin.py x86 6.18 > vmlinux/x86/vmlinux.h

For an architecture that is not this machine's, from a Debian kernel package:

    K=$(tools/deb newest linux-image-6.12-cloud-arm64:arm64)
    tools/deb unpack build/arm64-kernel $K:arm64
    vmlinux/btf_of_image.py build/arm64-kernel/boot/vmlinuz-* > build/arm64.btf
    bpftool btf dump file build/arm64.btf format c |
            vmlinux/pin.py arm64 6.12 > vmlinux/arm64/vmlinux.h

Offsets need not be right, CO-RE finds them when the program is loaded; names
and types must be, so each member is taken from the dump, and a name that the
kernel does not have is an error.
"""
import re
import sys

COMMON = [
    # (type, members); None = the whole type. In order of need.
    ("enum bpf_map_type", None),
    ("thread_info", ["flags", "status?", "cpu"]),
    ("sched_entity", ["on_rq"]),
    ("cpumask", ["bits"]),
    ("upid", ["nr"]),
    ("pid", ["level", "numbers"]),
    ("mm_struct", ["arg_start", "arg_end"]),
    ("task_struct", ["thread_info", "__state", "stack", "flags", "on_cpu", "on_rq", "prio",
                     "static_prio", "rt_priority", "se", "policy", "nr_cpus_allowed", "cpus_ptr",
                     "mm", "exit_state", "exit_code", "in_iowait", "pid", "tgid", "group_leader",
                     "thread_pid", "start_time", "comm", "files", "cgroups"]),
    ("kernfs_node", ["id"]),
    ("cgroup", ["kn", "level", "ancestors"]),
    ("css_set", ["dfl_cgrp"]),
    ("fdtable", ["max_fds", "fd"]),
    ("files_struct", ["fdt"]),
    ("inode", ["i_mode"]),
    ("file", ["f_inode", "private_data"]),
    ("sock_common", ["skc_family"]),
    ("sock", ["__sk_common"]),
    ("socket", ["sk"]),
    ("bpf_iter_meta", ["seq"]),
    ("bpf_iter__task", ["meta", "task"]),
]
REGISTERS = {
    "x86": [("pt_regs", ["r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx",
                         "dx", "si", "di", "orig_ax", "ip", "flags", "sp"])],
    "arm64": [("user_pt_regs", None), ("pt_regs", ["orig_x0", "syscallno"])],
}
HEAD = """\
/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel types, only what bpf/ uses: names and types as in Linux {release} for
 * {arch}, offsets found by CO-RE at load. Made by:
 *
 *     bpftool btf dump file BTF format c | vmlinux/pin.py {arch} {release}
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef unsigned char __u8, u8;
typedef unsigned short __u16, u16;
typedef short __s16, s16;
typedef unsigned int __u32, u32;
typedef int __s32, s32;
typedef unsigned long long __u64, u64;
typedef long long __s64, s64;
typedef __u16 __be16, __sum16;
typedef __u32 __be32, __wsum;
typedef _Bool bool;
typedef int pid_t;
typedef unsigned short umode_t;
typedef struct cpumask cpumask_t;
#define true 1
#define false 0
#define NULL ((void *)0)

/* Flags of the BPF interface (linux/bpf.h). */
enum {{
	BPF_ANY = 0,
	BPF_F_NO_PREALLOC = 1 << 0,
	BPF_F_MMAPABLE = 1 << 10,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1 << 0,
	BPF_RB_NO_WAKEUP = 1 << 0,
}};

"""
TAIL = """
#pragma clang attribute pop

#endif
"""


def body_of(dump, name):
    head = name if name.startswith("enum ") else "struct " + name
    match = re.search(r"^" + re.escape(head) + r" \{\n(.*?)^\}[^\n]*;\n", dump, re.S | re.M)
    if not match:
        sys.exit(f"pin.py: no {head} in the dump")
    return head, match


def member_line(body, member):
    for line in body.splitlines():
        if line.startswith("\t") and not line.startswith("\t\t\t") and re.search(
                r"\b" + re.escape(member) + r"(\[[^\]]*\])*( ?: ?\d+)?;$", line):
            return "\t" + line.strip()
    return None


def pinned(dump, name, members):
    head, match = body_of(dump, name)
    if members is None:
        return match.group(0)
    lines = []
    for member in members:
        line = member_line(match.group(1), member.rstrip("?"))
        if line is None and not member.endswith("?"):
            sys.exit(f"pin.py: {head} has no {member}")
        lines += [line] if line else []
    return head + " {\n" + "\n".join(lines) + "\n};\n"


def forwards(texts):
    """Structs that are only pointed to."""
    text = "\n".join(texts)
    used = set(re.findall(r"struct (\w+) \*", text)) | {"irqaction", "linux_binprm", "seq_file"}
    return [f"struct {name};" for name in sorted(used)]


def main():
    arch, release = sys.argv[1:]
    dump = sys.stdin.read()
    texts = [pinned(dump, name, members) for name, members in COMMON + REGISTERS[arch]]
    sys.stdout.write(HEAD.format(arch=arch, release=release))
    sys.stdout.write("\n".join(forwards(texts)) + "\n\n" + "\n".join(texts) + TAIL)


main()
