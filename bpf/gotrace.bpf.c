// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The kernel side. on_*.bpf.h hold the handlers: one per tracepoint, each a few
 * lines: is it wanted, is the stream told what the record implies, write it.
 * What a record means is user space's business.
 *
 * Order of use (user/capture): on_birth is attached; pass_storage gives every
 * task its storage; the rest is attached; `recording` is set; pass_snapshot
 * writes every task's state. Until `recording` is set nothing is numbered.
 */
#include "on_interrupt.bpf.h"
#include "on_life.bpf.h"
#include "on_switch.bpf.h"
#include "on_syscall.bpf.h"
#include "on_wakeup.bpf.h"
#include "passes.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
