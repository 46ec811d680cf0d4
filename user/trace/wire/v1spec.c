// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/wire/v1spec.h"

#include <stddef.h>

static const struct v1_spec specs[V1_COUNT] = {
	[V1_BATCH] = { "Batch", 2, .untimed = true },
	[V1_FREQUENCY] = { "Frequency", 1, .untimed = true },
	[V1_STACK] = { "Stack", 0, .untimed = true },
	[V1_GOMAXPROCS] = { "Gomaxprocs", 3, true },
	[V1_PROC_START] = { "ProcStart", 2 },
	[V1_PROC_STOP] = { "ProcStop", 1 },
	[V1_GC_START] = { "GCStart", 3, true },
	[V1_GC_DONE] = { "GCDone", 1 },
	[V1_STW_START] = { "STWStart", 2 },
	[V1_STW_DONE] = { "STWDone", 1 },
	[V1_GC_SWEEP_START] = { "GCSweepStart", 2, true },
	[V1_GC_SWEEP_DONE] = { "GCSweepDone", 3 },
	[V1_GO_CREATE] = { "GoCreate", 4, true },
	[V1_GO_START] = { "GoStart", 3 },
	[V1_GO_END] = { "GoEnd", 1 },
	[V1_GO_STOP] = { "GoStop", 2, true },
	[V1_GO_SCHED] = { "GoSched", 2, true },
	[V1_GO_PREEMPT] = { "GoPreempt", 2, true },
	[V1_GO_SLEEP] = { "GoSleep", 2, true },
	[V1_GO_BLOCK] = { "GoBlock", 2, true },
	[V1_GO_UNBLOCK] = { "GoUnblock", 4, true },
	[V1_GO_BLOCK_SEND] = { "GoBlockSend", 2, true },
	[V1_GO_BLOCK_RECV] = { "GoBlockRecv", 2, true },
	[V1_GO_BLOCK_SELECT] = { "GoBlockSelect", 2, true },
	[V1_GO_BLOCK_SYNC] = { "GoBlockSync", 2, true },
	[V1_GO_BLOCK_COND] = { "GoBlockCond", 2, true },
	[V1_GO_BLOCK_NET] = { "GoBlockNet", 2, true },
	[V1_GO_SYSCALL] = { "GoSysCall", 2, true },
	[V1_GO_SYSEXIT] = { "GoSysExit", 4 },
	[V1_GO_SYSBLOCK] = { "GoSysBlock", 1 },
	[V1_GO_WAITING] = { "GoWaiting", 2 },
	[V1_GO_IN_SYSCALL] = { "GoInSyscall", 2 },
	[V1_HEAP_ALLOC] = { "HeapAlloc", 2 },
	[V1_HEAP_GOAL] = { "HeapGoal", 2 },
	[V1_TIMER_GOROUTINE] = { "TimerGoroutine", 1, .untimed = true },
	[V1_FUTILE_WAKEUP] = { "FutileWakeup", 1 },
	[V1_STRING] = { "String", 0, .untimed = true },
	[V1_GO_START_LOCAL] = { "GoStartLocal", 2 },
	[V1_GO_UNBLOCK_LOCAL] = { "GoUnblockLocal", 3, true },
	[V1_GO_SYSEXIT_LOCAL] = { "GoSysExitLocal", 3 },
	[V1_GO_START_LABEL] = { "GoStartLabel", 4 },
	[V1_GO_BLOCK_GC] = { "GoBlockGC", 2, true },
	[V1_MARK_ASSIST_START] = { "GCMarkAssistStart", 2, true },
	[V1_MARK_ASSIST_DONE] = { "GCMarkAssistDone", 1 },
	[V1_USER_TASK_CREATE] = { "UserTaskCreate", 5, true },
	[V1_USER_TASK_END] = { "UserTaskEnd", 3, true },
	[V1_USER_REGION] = { "UserRegion", 5, true },
	[V1_USER_LOG] = { "UserLog", 4, true },
	[V1_CPU_SAMPLE] = { "CPUSample", 5, true, .since = 19 },
};

const struct v1_spec *v1_spec(unsigned type)
{
	return type < V1_COUNT && specs[type].name ? &specs[type] : NULL;
}
