/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* An event of a v1 trace, on its way through v1_order.h, v1_stream.h, v1_check.h and v1_convert.h.
 */
#ifndef GOTRACE_TRACE_READ_V1_EVENT_H
#define GOTRACE_TRACE_READ_V1_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/* Ps that are none: where Go shows what no P did. */
enum {
	V1_TIMER_P = 1000001,	/* wakeups by timers */
	V1_NETPOLL_P = 1000002, /* wakeups by the network */
	V1_SYSCALL_P = 1000003, /* ends of syscalls */
	V1_GC_P = 1000004,
};

struct v1_event {
	int64_t time;	  /* ticks; from v1_stream.h on: ns */
	uint64_t g;	  /* on which it happened; 0: none */
	uint64_t args[4]; /* UserLog: [3] is where its text's length is, in v1_bytes */
	uint64_t byte;	  /* its offset in the file */
	uint32_t stack;
	int32_t p;	/* as Go shows it; -1: none */
	int32_t real_p; /* whose batch it stands in */
	uint8_t type;
	bool blocks; /* GoSysCall: the G's next event is that it blocks */
};

#endif
