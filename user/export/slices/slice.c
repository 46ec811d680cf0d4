// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/slices/slice.h"

#include <string.h>

const char *slice_state_name(enum slice_state state)
{
	static const char *const names[] = {
		[SLICE_RUNNING] = "running", [SLICE_SYSCALL] = "syscall",
		[SLICE_WAITING] = "waiting", [SLICE_ASLEEP] = "asleep",
		[SLICE_LOST] = "lost",	     [SLICE_STRANGER] = "",
	};

	return names[state];
}

const char *slice_context_name(enum slice_context context)
{
	static const char *const names[SLICE_CONTEXTS] = {
		[SLICE_BY_NOBODY] = "",		[SLICE_BY_THREAD] = "thread",
		[SLICE_BY_SOFTIRQ] = "softirq", [SLICE_BY_HARDIRQ] = "hardirq",
		[SLICE_BY_BIRTH] = "birth",
	};

	return names[context];
}

struct gt_text slice_text(const char *text)
{
	return (struct gt_text){ text, strlen(text) };
}
