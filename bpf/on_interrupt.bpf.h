/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Handlers: how deep in interrupts a CPU is (context.bpf.h says what for).
 */
#ifndef GOTRACE_BPF_ON_INTERRUPT_BPF_H
#define GOTRACE_BPF_ON_INTERRUPT_BPF_H

#include "context.bpf.h"

#define HARDIRQ_PAIR(name)                                                                         \
	SEC("tp_btf/" #name "_entry")                                                              \
	int BPF_PROG(on_##name##_entry)                                                            \
	{                                                                                          \
		return hardirq_enter();                                                            \
	}                                                                                          \
	SEC("tp_btf/" #name "_exit")                                                               \
	int BPF_PROG(on_##name##_exit)                                                             \
	{                                                                                          \
		return hardirq_leave();                                                            \
	}

HARDIRQ_PAIR(irq_handler)
#if defined(__TARGET_ARCH_arm64)
HARDIRQ_PAIR(ipi)
#else
HARDIRQ_PAIR(local_timer)
HARDIRQ_PAIR(reschedule)
HARDIRQ_PAIR(call_function)
HARDIRQ_PAIR(call_function_single)
HARDIRQ_PAIR(irq_work)
#endif

SEC("tp_btf/softirq_entry")
int BPF_PROG(on_softirq_entry)
{
	return softirq_enter();
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(on_softirq_exit)
{
	return softirq_leave();
}

#endif
