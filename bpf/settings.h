/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the loader tells the kernel side before loading: read-only there, so
 * the verifier drops the branches that cannot be taken.
 * Shared by bpf/ and user/capture/ only.
 */
#ifndef GOTRACE_BPF_SETTINGS_H
#define GOTRACE_BPF_SETTINGS_H

#include "record.h"

#define SETTINGS_FD_SYSCALLS 512

#define STACK_SENT 4096 /* stacks that a CPU remembers to have sent: a power of two */

enum settings_stacks {
	SETTINGS_STACKS_KERNEL = 1, /* of who falls asleep */
};

struct settings {
	u64 cgroup_id;	       /* of the subtree's root, in its hierarchy */
	u32 cgroup_level;      /* its depth; the root cgroup has 0 */
	u32 thread_size;       /* of a kernel stack, bytes */
	u8 scope;	       /* enum rec_scope */
	u8 child_reports_exit; /* a fork child reports the sys_exit of its clone */
	u8 lookups_fail;       /* a look-up of a thread's storage inside another finds nothing */
	u8 cgroup_v1;	       /* 0: v2; else 1 + the number of the v1 hierarchy's controller */
	u8 victim_is_task;     /* mark_victim gives a task, not a pid */
	u8 stacks;	       /* enum settings_stacks */
	u8 pad[2];
	u64 stack_seed;
	/* One bit per syscall of the 64-bit table whose first argument is a
	 * descriptor it may sleep on. */
	u64 fd_syscalls[SETTINGS_FD_SYSCALLS / 64];
};
REC_ASSERT_SIZE(settings, 96);

#endif
