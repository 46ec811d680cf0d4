/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace replayed: what each goroutine did when, as a viewer would draw it.
 *
 * It reads the text form of a trace (tracetext.h) and trusts it: whether the
 * trace is legal is for readers to say.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_REPLAY_H
#define GOTRACE_TESTS_SIMULATOR_REPLAY_H

#include <stddef.h>
#include <stdint.h>

enum replay_state {
	REPLAY_RUNNABLE,
	REPLAY_RUNNING,
	REPLAY_SYSCALL,
	REPLAY_WAITING,
};

#define REPLAY_NO_CPU UINT32_MAX
#define REPLAY_NAME 24

struct replay_interval {
	uint64_t g;
	enum replay_state state;
	uint32_t cpu;	       /* the P it holds, or REPLAY_NO_CPU */
	char sys[REPLAY_NAME]; /* top frame of the syscall, cut */
	uint64_t from_ns, to_ns;
};

struct replay;

/*
 * Times in the trace are offset_ns less than CLOCK_MONOTONIC. A goroutine that
 * lives at the end ends at end_ns. 0, -EINVAL: not a trace; -ENOMEM.
 */
int replay_new(struct replay **out, const void *trace, size_t size, uint64_t offset_ns,
	       uint64_t end_ns);
void replay_free(struct replay *replay);

/* In the order of their ends. */
const struct replay_interval *replay_intervals(const struct replay *replay, size_t *count);

#endif
