// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "symbols/kernel.h"

#include <stdbool.h>
#include <string.h>

#define TRACING_FRAMES 8 /* they stand among the first of these */

static const char *const tracing[] = { "bpf_",	       "__bpf_",      "trace_",
				       "__traceiter_", "stack_trace", "__bpf_trace_" };
static const char *const scheduling[] = { "__schedule",
					  "schedule",
					  "preempt_schedule",
					  "try_to_wake_up",
					  "default_wake_function",
					  "autoremove_wake_function",
					  "wake_up_process" };
static const char *const entries[] = {
	"entry_SYSCALL",	"entry_SYSENTER", "entry_INT80",
	"do_syscall_64",	"x64_sys_call",	  "__x64_sys_",
	"__ia32_sys_",		"ret_from_fork",  "__arm64_sys_",
	"invoke_syscall",	"el0_svc",	  "do_el0_svc",
	"el0t_64_sync",		"do_int80_",	  "do_fast_syscall_32",
	"__do_fast_syscall_32",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool begins(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; name && i < count; i++)
		if (!strncmp(name, list[i], strlen(list[i])))
			return true;
	return false;
}

static bool is_one(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; name && i < count; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

size_t kernel_trim(const char *const *names, size_t count, size_t *first)
{
	size_t from = 0, to = count;

	for (size_t i = 0; i < count && i < TRACING_FRAMES; i++)
		if (begins(names[i], tracing, COUNT(tracing)))
			from = i + 1;
	while (from < to && is_one(names[from], scheduling, COUNT(scheduling)))
		from++;
	while (to > from && begins(names[to - 1], entries, COUNT(entries)))
		to--;
	*first = from;
	return to - from;
}

size_t kernel_name_size(const char *name)
{
	static const char *const suffixes[] = { ".isra.", ".constprop.", ".part.", ".cold",
						".llvm." };
	size_t size = strlen(name);

	for (size_t i = 0; i < COUNT(suffixes); i++) {
		const char *at = strstr(name, suffixes[i]);

		if (at && at != name && (size_t)(at - name) < size)
			size = (size_t)(at - name);
	}
	return size;
}
