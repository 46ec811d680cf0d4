/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What user space sets: the settings before loading, `recording` while it
 * runs, and what a pass of the tracer's own finds out about it.
 */
#ifndef GOTRACE_BPF_STATE_BPF_H
#define GOTRACE_BPF_STATE_BPF_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "settings.h"

const volatile struct settings settings = {};

/* Set and cleared by user space. */
volatile u8 recording;
/* Set by the storage pass, which runs in the tracer: as the kernel numbers it. */
u32 tracer_tgid;

#endif
