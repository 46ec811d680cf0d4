/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * libgotrace: Go execution traces (v2, headers 1.22, 1.23, 1.25 and 1.26).
 *
 * Here: the reader. It checks a trace as strictly as Go's own reader does and
 * gives its events in their consistent order. The writer is trace/write/writer.h,
 * what a reader will hold of it trace/write/statuses.h, the wire itself trace/wire/wire.h.
 *
 * The library prints nothing, opens nothing and has no globals. A handle may
 * be used by one thread at a time, different handles by different threads.
 * Functions return 0 or -errno. Its input is not trusted: whatever the bytes,
 * it ends with an error at worst, and its memory is bounded by what one
 * generation of the file holds.
 */
#ifndef GOTRACE_H
#define GOTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/wire/wire.h"
#include "trace/write/writer.h"

/* What was wrong with a trace, and where. */
struct gt_error {
	/*
	 * -EINVAL not a trace; -EPROTONOSUPPORT a version that is not read (v1,
	 * or from the future); -ENODATA it ends too early; -EBADMSG it breaks a
	 * rule; -E2BIG a generation is above the limit; -ENOMEM; or what the
	 * source returned. 0: nothing is wrong.
	 */
	int code;
	uint64_t byte;	     /* offset in the file */
	uint64_t generation; /* 0: in none */
	uint64_t m;	     /* GT_NO_ID: of no M */
	unsigned type;	     /* of the event, GT_EV_*; 0: of none */
	char text[480];	     /* one line, with the states that the rule was about */
};

struct gt_reader_options {
	/*
	 * Go's verdict exactly: fails also where Go's reader does not try the head
	 * of its frontier again, and is silent where Go's is about a partial end.
	 */
	bool like_go;
	/* A source's generation may not be larger than this; 0: 4 GiB. */
	uint64_t max_generation_bytes;
};

/*
 * A source of bytes: fills at most size bytes of buf. Returns their number, 0
 * at the end, or -errno.
 */
typedef long (*gt_source_fn)(void *ctx, void *buf, size_t size);

struct gt_reader;

/*
 * Reads a trace from memory (a mapped file, say), which must stay until
 * gt_reader_free(); nothing is copied. options may be NULL. -ENOMEM; what is
 * wrong with the trace is said by gt_reader_next().
 */
int gt_reader_new_memory(struct gt_reader **out, const void *data, size_t size,
			 const struct gt_reader_options *options);
/* Reads a trace from a source (a pipe, say), one generation at a time. */
int gt_reader_new_source(struct gt_reader **out, gt_source_fn read, void *ctx,
			 const struct gt_reader_options *options);
void gt_reader_free(struct gt_reader *reader);

/* The point between generations, of the reader's own making; not on the wire. */
#define GT_EV_SYNC_POINT 255

enum gt_state { /* of a G or P; IDLE only of a P, RUNNABLE, WAITING, SYSCALL only of a G */
	GT_STATE_UNDETERMINED,
	GT_STATE_NOT_EXIST,
	GT_STATE_RUNNABLE,
	GT_STATE_RUNNING,
	GT_STATE_WAITING,
	GT_STATE_SYSCALL,
	GT_STATE_IDLE,
};

/* One event. Ids are GT_NO_ID for none; m, p and g are who it happened on, before it. */
struct gt_event {
	int64_t time; /* ns; strictly increasing over the trace */
	uint64_t m, p, g;
	/*
	 * The arguments after dt, as on the wire, but: STWEnd has its begin's
	 * kind in args[0], UserTaskBegin GT_NO_ID as parent_task instead of 0,
	 * UserTaskEnd its begin's parent task in args[2] (GT_NO_ID if unknown);
	 * CPUSample has only its stack, in args[0]; a sync point its number, from 1.
	 */
	uint64_t args[GT_MAX_ARGS - 1];
	uint64_t generation;
	uint64_t byte; /* its offset in the file; a sync point: of what comes next */
	uint8_t type;  /* GT_EV_* */
	uint8_t from;  /* ProcStatus, ProcSteal, GoStatus: enum gt_state before it */
	bool derived;  /* made by the reader from the event before or after it */
	uint32_t name; /* UserTaskEnd: for gt_event_task_type() */
};

/*
 * The next event in *event, NULL at the end of a complete trace. It is valid
 * until the next call. Otherwise -errno (gt_error.code), then and ever after.
 * The first event is a sync point; so is the last one before the end, or
 * before an error that was found while reading a generation.
 */
int gt_reader_next(struct gt_reader *reader, const struct gt_event **event);

/* The first error; its code is 0 while there is none. Valid until gt_reader_free(). */
const struct gt_error *gt_reader_error(const struct gt_reader *reader);

/* Minor of the trace's header (22, 23, 25, 26); 0 before the first gt_reader_next(). */
unsigned gt_reader_version(const struct gt_reader *reader);

/* Reads it all. 0, or -errno and *error filled; error and options may be NULL. */
int gt_validate(const void *data, size_t size, const struct gt_reader_options *options,
		struct gt_error *error);

/* A stretch of text in the trace, not zero-terminated, any bytes. */
struct gt_text {
	const char *data;
	size_t size;
};

struct gt_stack_frame {
	uint64_t pc, line;
	struct gt_text func, file;
};

/*
 * Lookups in the open generation, for ids of its events; what they give is
 * valid until the generation ends (the next sync point). Id 0 is the empty
 * string or stack; an id that the generation does not have reads as empty too.
 */
struct gt_text gt_reader_string(const struct gt_reader *reader, uint64_t id);
/* Number of frames, leaf first. */
size_t gt_reader_stack_size(const struct gt_reader *reader, uint64_t id);
/* Frame index < gt_reader_stack_size(). */
struct gt_stack_frame gt_reader_stack_frame(const struct gt_reader *reader, uint64_t id,
					    size_t index);

/* The generation's clocks; false if it has none (below 1.25). */
struct gt_clock {
	int64_t trace;	    /* this time of the trace ... */
	uint64_t mono_ns;   /* ... was this one of CLOCK_MONOTONIC */
	int64_t wall_sec;   /* ... and this one of the wall clock, since 1970 UTC */
	uint32_t wall_nsec; /* below 10^9 */
};
bool gt_reader_clock(const struct gt_reader *reader, struct gt_clock *clock);

/* What kind of event Go's API calls it. */
enum gt_kind {
	GT_KIND_BAD,
	GT_KIND_SYNC,
	GT_KIND_METRIC,
	GT_KIND_LABEL,
	GT_KIND_STACK_SAMPLE,
	GT_KIND_RANGE_BEGIN,
	GT_KIND_RANGE_ACTIVE,
	GT_KIND_RANGE_END,
	GT_KIND_TASK_BEGIN,
	GT_KIND_TASK_END,
	GT_KIND_REGION_BEGIN,
	GT_KIND_REGION_END,
	GT_KIND_LOG,
	GT_KIND_TRANSITION,
	GT_KIND_EXPERIMENTAL,
};
enum gt_kind gt_event_kind(const struct gt_event *event);
/* Go's names: "StateTransition", "Running". */
const char *gt_kind_name(enum gt_kind kind);
const char *gt_state_name(enum gt_state state);

/* The stack id of where it happened; 0: none. */
uint64_t gt_event_stack(const struct gt_event *event);

/* A state transition of a G or a P. */
struct gt_transition {
	bool of_proc; /* else of a goroutine */
	uint64_t id;
	enum gt_state from, to;
	uint64_t reason; /* string id; 0: none */
	uint64_t stack;	 /* of the G in transition; 0: none */
	bool has_stack;	 /* Go's API gives one, be it empty */
};
/* False if the event is none. */
bool gt_event_transition(const struct gt_event *event, struct gt_transition *transition);

/* UserTaskBegin and UserTaskEnd: the task's type; empty if its begin was not seen. */
struct gt_text gt_event_task_type(const struct gt_reader *reader, const struct gt_event *event);

#endif
