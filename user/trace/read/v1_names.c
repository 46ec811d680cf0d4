// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/v1_names.h"

#include <string.h>

#include "trace/wire/v1spec.h"

static const char *const names[V1_NAME_COUNT] = {
	[V1_NAME_NONE] = "",
	[V1_NAME_FOREVER] = "forever",
	[V1_NAME_PREEMPTED] = "preempted",
	[V1_NAME_GOSCHED] = "runtime.Gosched",
	[V1_NAME_SLEEP] = "sleep",
	[V1_NAME_CHAN_SEND] = "chan send",
	[V1_NAME_CHAN_RECEIVE] = "chan receive",
	[V1_NAME_NETWORK] = "network",
	[V1_NAME_SYNC] = "sync",
	[V1_NAME_COND] = "sync.(*Cond).Wait",
	[V1_NAME_SELECT] = "select",
	[V1_NAME_ASSIST] = "GC mark assist wait for work",
	[V1_NAME_STW] = "GC mark termination",
	[V1_NAME_STW + 1] = "GC sweep termination",
	[V1_NAME_STW + 2] = "write heap dump",
	[V1_NAME_STW + 3] = "goroutine profile",
	[V1_NAME_STW + 4] = "goroutine profile cleanup",
	[V1_NAME_STW + 5] = "all goroutine stack trace",
	[V1_NAME_STW + 6] = "read mem stats",
	[V1_NAME_STW + 7] = "AllThreadsSyscall",
	[V1_NAME_STW + 8] = "GOMAXPROCS",
	[V1_NAME_STW + 9] = "start trace",
	[V1_NAME_STW + 10] = "stop trace",
	[V1_NAME_STW + 11] = "CountPagesInUse (test)",
	[V1_NAME_STW + 12] = "ReadMetricsSlow (test)",
	[V1_NAME_STW + 13] = "ReadMemStatsSlow (test)",
	[V1_NAME_STW + 14] = "PageCachePagesLeaked (test)",
	[V1_NAME_STW + 15] = "ResetDebugLog (test)",
};

struct gt_text v1_name_text(unsigned name)
{
	const char *text = name < V1_NAME_COUNT ? names[name] : "";

	return (struct gt_text){ text, strlen(text) };
}

enum v1_name v1_name_of(unsigned type)
{
	static const uint8_t of[V1_COUNT] = {
		[V1_GO_STOP] = V1_NAME_FOREVER,		[V1_GO_SCHED] = V1_NAME_GOSCHED,
		[V1_GO_PREEMPT] = V1_NAME_PREEMPTED,	[V1_GO_SLEEP] = V1_NAME_SLEEP,
		[V1_GO_BLOCK_SEND] = V1_NAME_CHAN_SEND, [V1_GO_BLOCK_RECV] = V1_NAME_CHAN_RECEIVE,
		[V1_GO_BLOCK_SELECT] = V1_NAME_SELECT,	[V1_GO_BLOCK_SYNC] = V1_NAME_SYNC,
		[V1_GO_BLOCK_COND] = V1_NAME_COND,	[V1_GO_BLOCK_NET] = V1_NAME_NETWORK,
		[V1_GO_BLOCK_GC] = V1_NAME_ASSIST,
	};

	return of[type];
}

unsigned v1_name_of_stop(unsigned version, uint64_t kind)
{
	unsigned stops = V1_NAME_COUNT - V1_NAME_STW;

	if (version < 21) /* 0 and 1 are the two of the GC */
		return kind < 2 ? V1_NAME_STW + (unsigned)kind : V1_NAME_NONE;
	return kind >= 1 && kind <= stops ? V1_NAME_STW + (unsigned)kind - 1 : V1_NAME_NONE;
}
