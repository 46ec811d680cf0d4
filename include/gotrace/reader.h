/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The reader: checks a trace as strictly as Go's own reader does and gives its
 * events in their consistent order, with what they mean.
 *
 * Its input is not trusted: whatever the bytes, it ends with an error at
 * worst, and its memory is bounded by what one generation of the file holds.
 * It draws no conclusions from several events.
 */
#ifndef GOTRACE_GOTRACE_READER_H
#define GOTRACE_GOTRACE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotrace/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gt_reader_options {
	size_t size; /* sizeof(struct gt_reader_options); see gotrace.h */
	/*
	 * Go's verdict exactly: fails also where Go's reader does not try the head
	 * of its frontier again, and is silent where Go's is about a partial end.
	 */
	bool like_go;
	/*
	 * Of a trace before Go 1.22: its events as a newer trace holds them, so that
	 * they can be written as one. Else they are as Go's reader gives them, which
	 * no newer trace could hold: wakeups by timers on P 1000001, ends of syscalls
	 * on P 1000003 and no M, no word of a P that is lost in a syscall.
	 */
	bool as_v2;
	/* A source's generation may not be larger than this; 0: 4 GiB. */
	uint64_t max_generation_bytes;
};

struct gt_reader;

/*
 * Reads a trace from memory (a mapped file, say), which must stay until
 * gt_reader_free(); nothing is copied. options may be NULL. -ENOMEM; -EINVAL
 * options of another library; what is wrong with the trace is said by
 * gt_reader_next().
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
	uint32_t text; /* the reader's own */
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

/* Minor of the trace's header (11, 19, 21, 22, 23, 25, 26); 0 before the first gt_reader_next(). */
unsigned gt_reader_version(const struct gt_reader *reader);

/* Reads it all. 0, or -errno and *error filled; error and options may be NULL. */
int gt_validate(const void *data, size_t size, const struct gt_reader_options *options,
		struct gt_error *error);

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
/* The frame at index; all empty from gt_reader_stack_size() on. */
struct gt_stack_frame gt_reader_stack_frame(const struct gt_reader *reader, uint64_t id,
					    size_t index);

/* The generation's clocks; false if it has none (below 1.25). */
bool gt_reader_clock(const struct gt_reader *reader, struct gt_clock *clock);

/*
 * Typed access, as Go's API for traces has it. A function that fills a struct
 * returns false, and leaves it alone, if the event is of another kind. Texts
 * are valid until the next sync point.
 */
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
/* Go's names: "StateTransition", "Running"; "Bad" and "Undetermined" for what is none. */
const char *gt_kind_name(enum gt_kind kind);
const char *gt_state_name(enum gt_state state);
/* The wire's name: "GoStart"; "Sync" for a sync point. */
const char *gt_event_name(const struct gt_event *event);

/* The stack id of where it happened; 0: none. */
uint64_t gt_event_stack(const struct gt_event *event);

/* What an event is about, where that is not its own M, P and G. */
enum gt_resource_kind {
	GT_RESOURCE_NONE,
	GT_RESOURCE_GOROUTINE,
	GT_RESOURCE_PROC
};
struct gt_resource {
	enum gt_resource_kind kind;
	uint64_t id;
};

/* A state transition of a G or a P. */
struct gt_transition {
	bool of_proc; /* else of a goroutine */
	uint64_t id;
	enum gt_state from, to;
	uint64_t reason; /* string id; 0: none */
	uint64_t stack;	 /* of the G in transition; 0: none */
	bool has_stack;	 /* Go's API gives one, be it empty */
};
bool gt_event_transition(const struct gt_event *event, struct gt_transition *transition);

/* Sync points: the point's number from 1, and the clocks of the generation that begins. */
struct gt_sync {
	uint64_t number;
	bool has_clock;
	struct gt_clock clock;
};
bool gt_event_sync(const struct gt_reader *reader, const struct gt_event *event,
		   struct gt_sync *sync);

/* ProcsChange, HeapAlloc, HeapGoal: a value under its name in runtime/metrics. */
struct gt_metric {
	const char *name;
	uint64_t value;
};
bool gt_event_metric(const struct gt_event *event, struct gt_metric *metric);

/* GoLabel: from now on the goroutine has this label. */
struct gt_label {
	struct gt_resource resource;
	struct gt_text text;
};
bool gt_event_label(const struct gt_reader *reader, const struct gt_event *event,
		    struct gt_label *label);

/* Something that lasts: the kinds RANGE_BEGIN, RANGE_ACTIVE (it began earlier) and RANGE_END. */
struct gt_range {
	const char *name;	  /* "stop-the-world", "GC mark assist", ... */
	struct gt_text reason;	  /* of a stop-the-world, else empty */
	struct gt_resource scope; /* none: of the whole program */
	bool has_bytes;		  /* the end of a sweep says how much it ... */
	uint64_t swept, reclaimed;
};
bool gt_event_range(const struct gt_reader *reader, const struct gt_event *event,
		    struct gt_range *range);

/* UserTaskBegin, UserTaskEnd. */
struct gt_task {
	uint64_t id;
	uint64_t parent;     /* GT_NO_ID: none, or its begin was not seen */
	struct gt_text type; /* empty if its begin was not seen */
};
bool gt_event_task(const struct gt_reader *reader, const struct gt_event *event,
		   struct gt_task *task);

/* UserRegionBegin, UserRegionEnd. */
struct gt_region {
	uint64_t task;
	struct gt_text type;
};
bool gt_event_region(const struct gt_reader *reader, const struct gt_event *event,
		     struct gt_region *region);

/* UserLog. */
struct gt_log {
	uint64_t task;
	struct gt_text category, message;
};
bool gt_event_log(const struct gt_reader *reader, const struct gt_event *event, struct gt_log *log);

#ifdef __cplusplus
}
#endif

#endif
