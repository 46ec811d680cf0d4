/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include "gotrace/wire.h"

#include <string.h>

#define ARGS(...)                                                                                  \
	.args = { __VA_ARGS__ },                                                                   \
	.arg_count = sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)

/* clang-format off */
static const struct gt_spec specs[GT_EV_COUNT] = {
	[GT_EV_EVENT_BATCH] = {"EventBatch", ARGS("gen", "m", "time", "size")},
	[GT_EV_STACKS] = {"Stacks"},
	[GT_EV_STACK] = {"Stack", ARGS("id", "nframes"), .is_stack = true},
	[GT_EV_STRINGS] = {"Strings"},
	[GT_EV_STRING] = {"String", ARGS("id"), .has_data = true},
	[GT_EV_CPU_SAMPLES] = {"CPUSamples"},
	[GT_EV_CPU_SAMPLE] = {"CPUSample", ARGS("time", "m", "p", "g", "stack"), .stacks = {4}},
	[GT_EV_FREQUENCY] = {"Frequency", ARGS("freq")},
	[GT_EV_EXPERIMENTAL_BATCH] = {"ExperimentalBatch", ARGS("exp", "gen", "m", "time"), .has_data = true},
	[GT_EV_SYNC] = {"Sync"},
	[GT_EV_END_OF_GENERATION] = {"EndOfGeneration"},

#define TIMED(label, ...) .name = label, ARGS("dt", ##__VA_ARGS__), .timed = true
	[GT_EV_PROCS_CHANGE] = {TIMED("ProcsChange", "procs_value", "stack"), .stacks = {2}},
	[GT_EV_PROC_START] = {TIMED("ProcStart", "p", "p_seq")},
	[GT_EV_PROC_STOP] = {TIMED("ProcStop")},
	[GT_EV_PROC_STEAL] = {TIMED("ProcSteal", "p", "p_seq", "m")},
	[GT_EV_PROC_STATUS] = {TIMED("ProcStatus", "p", "pstatus")},
	[GT_EV_GO_CREATE] = {TIMED("GoCreate", "new_g", "new_stack", "stack"), .stacks = {3, 2}},
	[GT_EV_GO_CREATE_SYSCALL] = {TIMED("GoCreateSyscall", "new_g")},
	[GT_EV_GO_START] = {TIMED("GoStart", "g", "g_seq")},
	[GT_EV_GO_DESTROY] = {TIMED("GoDestroy")},
	[GT_EV_GO_DESTROY_SYSCALL] = {TIMED("GoDestroySyscall")},
	[GT_EV_GO_STOP] = {TIMED("GoStop", "reason_string", "stack"), .stacks = {2}, .strings = {1}},
	[GT_EV_GO_BLOCK] = {TIMED("GoBlock", "reason_string", "stack"), .stacks = {2}, .strings = {1}},
	[GT_EV_GO_UNBLOCK] = {TIMED("GoUnblock", "g", "g_seq", "stack"), .stacks = {3}},
	[GT_EV_GO_SYSCALL_BEGIN] = {TIMED("GoSyscallBegin", "p_seq", "stack"), .stacks = {2}},
	[GT_EV_GO_SYSCALL_END] = {TIMED("GoSyscallEnd"), .begin = GT_EV_GO_SYSCALL_BEGIN},
	[GT_EV_GO_SYSCALL_END_BLOCKED] = {TIMED("GoSyscallEndBlocked"), .begin = GT_EV_GO_SYSCALL_BEGIN},
	[GT_EV_GO_STATUS] = {TIMED("GoStatus", "g", "m", "gstatus")},
	[GT_EV_STW_BEGIN] = {TIMED("STWBegin", "kind_string", "stack"), .stacks = {2}, .strings = {1}},
	[GT_EV_STW_END] = {TIMED("STWEnd"), .begin = GT_EV_STW_BEGIN},
	[GT_EV_GC_ACTIVE] = {TIMED("GCActive", "gc_seq"), .begin = GT_EV_GC_BEGIN},
	[GT_EV_GC_BEGIN] = {TIMED("GCBegin", "gc_seq", "stack"), .stacks = {2}},
	[GT_EV_GC_END] = {TIMED("GCEnd", "gc_seq"), .begin = GT_EV_GC_BEGIN},
	[GT_EV_GC_SWEEP_ACTIVE] = {TIMED("GCSweepActive", "p"), .begin = GT_EV_GC_SWEEP_BEGIN},
	[GT_EV_GC_SWEEP_BEGIN] = {TIMED("GCSweepBegin", "stack"), .stacks = {1}},
	[GT_EV_GC_SWEEP_END] = {TIMED("GCSweepEnd", "swept_value", "reclaimed_value"), .begin = GT_EV_GC_SWEEP_BEGIN},
	[GT_EV_GC_MARK_ASSIST_ACTIVE] = {TIMED("GCMarkAssistActive", "g"), .begin = GT_EV_GC_MARK_ASSIST_BEGIN},
	[GT_EV_GC_MARK_ASSIST_BEGIN] = {TIMED("GCMarkAssistBegin", "stack"), .stacks = {1}},
	[GT_EV_GC_MARK_ASSIST_END] = {TIMED("GCMarkAssistEnd"), .begin = GT_EV_GC_MARK_ASSIST_BEGIN},
	[GT_EV_HEAP_ALLOC] = {TIMED("HeapAlloc", "heapalloc_value")},
	[GT_EV_HEAP_GOAL] = {TIMED("HeapGoal", "heapgoal_value")},
	[GT_EV_GO_LABEL] = {TIMED("GoLabel", "label_string"), .strings = {1}},
	[GT_EV_USER_TASK_BEGIN] = {TIMED("UserTaskBegin", "task", "parent_task", "name_string", "stack"), .stacks = {4}, .strings = {3}},
	[GT_EV_USER_TASK_END] = {TIMED("UserTaskEnd", "task", "stack"), .stacks = {2}},
	[GT_EV_USER_REGION_BEGIN] = {TIMED("UserRegionBegin", "task", "name_string", "stack"), .stacks = {3}, .strings = {2}},
	[GT_EV_USER_REGION_END] = {TIMED("UserRegionEnd", "task", "name_string", "stack"), .stacks = {3}, .strings = {2}, .begin = GT_EV_USER_REGION_BEGIN},
	[GT_EV_USER_LOG] = {TIMED("UserLog", "task", "key_string", "value_string", "stack"), .stacks = {4}, .strings = {2, 3}},
	[GT_EV_GO_SWITCH] = {TIMED("GoSwitch", "g", "g_seq")},
	[GT_EV_GO_SWITCH_DESTROY] = {TIMED("GoSwitchDestroy", "g", "g_seq")},
	[GT_EV_GO_CREATE_BLOCKED] = {TIMED("GoCreateBlocked", "new_g", "new_stack", "stack"), .stacks = {3, 2}},
	[GT_EV_GO_STATUS_STACK] = {TIMED("GoStatusStack", "g", "m", "gstatus", "stack"), .stacks = {4}},
	[GT_EV_CLOCK_SNAPSHOT] = {TIMED("ClockSnapshot", "mono", "sec", "nsec")},

#define EXPERIMENTAL(label, ...) TIMED(label, __VA_ARGS__), .experimental = true
	[GT_EV_SPAN] = {EXPERIMENTAL("Span", "id", "npages_value", "kindclass")},
	[GT_EV_SPAN_ALLOC] = {EXPERIMENTAL("SpanAlloc", "id", "npages_value", "kindclass")},
	[GT_EV_SPAN_FREE] = {EXPERIMENTAL("SpanFree", "id")},
	[GT_EV_HEAP_OBJECT] = {EXPERIMENTAL("HeapObject", "id", "type")},
	[GT_EV_HEAP_OBJECT_ALLOC] = {EXPERIMENTAL("HeapObjectAlloc", "id", "type")},
	[GT_EV_HEAP_OBJECT_FREE] = {EXPERIMENTAL("HeapObjectFree", "id")},
	[GT_EV_GOROUTINE_STACK] = {EXPERIMENTAL("GoroutineStack", "id", "order")},
	[GT_EV_GOROUTINE_STACK_ALLOC] = {EXPERIMENTAL("GoroutineStackAlloc", "id", "order")},
	[GT_EV_GOROUTINE_STACK_FREE] = {EXPERIMENTAL("GoroutineStackFree", "id")},
};
/* clang-format on */

const struct gt_spec *gt_spec(unsigned type)
{
	return type < GT_EV_COUNT && specs[type].name ? &specs[type] : NULL;
}

unsigned gt_spec_find(const char *name, size_t size)
{
	for (unsigned i = 0; i < GT_EV_COUNT; i++)
		if (specs[i].name && strlen(specs[i].name) == size &&
		    !memcmp(specs[i].name, name, size))
			return i;
	return GT_EV_NONE;
}

unsigned gt_version_types(unsigned minor)
{
	switch (minor) {
	case 22:
		return GT_EV_USER_LOG + 1;
	case 23:
		return GT_EV_EXPERIMENTAL_BATCH + 1;
	case 25:
		return GT_EV_CLOCK_SNAPSHOT + 1;
	case 26:
		return GT_EV_COUNT;
	}
	return 0;
}

#define TEXT_OF(value) #value
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

unsigned gt_version(void)
{
	return GT_VERSION;
}

const char *gt_version_string(void)
{
	return VERSION_TEXT(GT_VERSION_MAJOR, GT_VERSION_MINOR, GT_VERSION_PATCH);
}

size_t gt_varint_put(uint8_t *buf, uint64_t value)
{
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		buf[n++] = (uint8_t)value | 0x80;
	buf[n++] = (uint8_t)value;
	return n;
}

size_t gt_varint_size(uint64_t value)
{
	size_t n = 1;

	for (; value >= 0x80; value >>= 7)
		n++;
	return n;
}

size_t gt_varint_get_slow(const uint8_t *at, const uint8_t *end, uint64_t *value)
{
	size_t room = (size_t)(end - at);
	size_t max = room < GT_MAX_VARINT ? room : GT_MAX_VARINT;
	uint64_t sum = 0;

	for (size_t i = 0; i < max; i++) {
		if (at[i] < 0x80) {
			if (i == GT_MAX_VARINT - 1 && at[i] > 1)
				return 0;
			*value = sum | (uint64_t)at[i] << (7 * i);
			return i + 1;
		}
		sum |= (uint64_t)(at[i] & 0x7f) << (7 * i);
	}
	return 0;
}
