/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The wire of a Go execution trace (v2): event types, their arguments, limits,
 * statuses and varints; and the few types that everything here shares. Both
 * the reader and the writer stand on it.
 *
 * It is tables and pure functions. It does not know generations, batches or
 * which event may follow which. The numbers are those of Go's
 * internal/trace/tracev2/events.go, as of Go 1.26.
 */
#ifndef GOTRACE_GOTRACE_WIRE_H
#define GOTRACE_GOTRACE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of these headers; gt_version() is that of the library in use. */
#define GT_VERSION_MAJOR 0
#define GT_VERSION_MINOR 1
#define GT_VERSION_PATCH 0
#define GT_VERSION (GT_VERSION_MAJOR * 10000 + GT_VERSION_MINOR * 100 + GT_VERSION_PATCH)

unsigned gt_version(void);	     /* as GT_VERSION */
const char *gt_version_string(void); /* "0.1.0" */

#define GT_NO_ID UINT64_MAX /* no M, no P, no G, no task */

#define GT_HEADER_SIZE 16	/* "go 1.NN trace" and three zero bytes */
#define GT_MAX_BATCH (64 << 10) /* bytes of a batch after its header */
#define GT_MAX_FRAMES 128	/* frames of a stack */
#define GT_MAX_STRING (1 << 10) /* bytes of a string */
#define GT_MAX_VARINT 10	/* bytes of a uint64 as a varint */
#define GT_MAX_ARGS 5		/* arguments of an event, dt among them */

enum gt_event_type {
	GT_EV_NONE = 0,

	/* Structure. */
	GT_EV_EVENT_BATCH,
	GT_EV_STACKS,
	GT_EV_STACK,
	GT_EV_STRINGS,
	GT_EV_STRING,
	GT_EV_CPU_SAMPLES,
	GT_EV_CPU_SAMPLE,
	GT_EV_FREQUENCY,

	/* Ps. */
	GT_EV_PROCS_CHANGE,
	GT_EV_PROC_START,
	GT_EV_PROC_STOP,
	GT_EV_PROC_STEAL,
	GT_EV_PROC_STATUS,

	/* Gs. */
	GT_EV_GO_CREATE,
	GT_EV_GO_CREATE_SYSCALL,
	GT_EV_GO_START,
	GT_EV_GO_DESTROY,
	GT_EV_GO_DESTROY_SYSCALL,
	GT_EV_GO_STOP,
	GT_EV_GO_BLOCK,
	GT_EV_GO_UNBLOCK,
	GT_EV_GO_SYSCALL_BEGIN,
	GT_EV_GO_SYSCALL_END,
	GT_EV_GO_SYSCALL_END_BLOCKED,
	GT_EV_GO_STATUS,

	/* Stop the world. */
	GT_EV_STW_BEGIN,
	GT_EV_STW_END,

	/* Garbage collection. */
	GT_EV_GC_ACTIVE,
	GT_EV_GC_BEGIN,
	GT_EV_GC_END,
	GT_EV_GC_SWEEP_ACTIVE,
	GT_EV_GC_SWEEP_BEGIN,
	GT_EV_GC_SWEEP_END,
	GT_EV_GC_MARK_ASSIST_ACTIVE,
	GT_EV_GC_MARK_ASSIST_BEGIN,
	GT_EV_GC_MARK_ASSIST_END,
	GT_EV_HEAP_ALLOC,
	GT_EV_HEAP_GOAL,

	/* Annotations. */
	GT_EV_GO_LABEL,
	GT_EV_USER_TASK_BEGIN,
	GT_EV_USER_TASK_END,
	GT_EV_USER_REGION_BEGIN,
	GT_EV_USER_REGION_END,
	GT_EV_USER_LOG, /* the last of 1.22 */

	GT_EV_GO_SWITCH,
	GT_EV_GO_SWITCH_DESTROY,
	GT_EV_GO_CREATE_BLOCKED,
	GT_EV_GO_STATUS_STACK,
	GT_EV_EXPERIMENTAL_BATCH, /* the last of 1.23 */

	GT_EV_SYNC,
	GT_EV_CLOCK_SNAPSHOT, /* the last of 1.25 */

	GT_EV_END_OF_GENERATION, /* 1.26 */

	/* The experiment AllocFree, since 1.23. */
	GT_EV_SPAN = 128,
	GT_EV_SPAN_ALLOC,
	GT_EV_SPAN_FREE,
	GT_EV_HEAP_OBJECT,
	GT_EV_HEAP_OBJECT_ALLOC,
	GT_EV_HEAP_OBJECT_FREE,
	GT_EV_GOROUTINE_STACK,
	GT_EV_GOROUTINE_STACK_ALLOC,
	GT_EV_GOROUTINE_STACK_FREE,

	GT_EV_COUNT
};

enum gt_go_status {
	GT_GO_RUNNABLE = 1,
	GT_GO_RUNNING = 2,
	GT_GO_SYSCALL = 3,
	GT_GO_WAITING = 4,
};

enum gt_proc_status {
	GT_PROC_RUNNING = 1,
	GT_PROC_IDLE = 2,
	GT_PROC_SYSCALL = 3,
	GT_PROC_SYSCALL_ABANDONED = 4, /* its M was lost while it was in a syscall */
};

/* What an event looks like on the wire. */
struct gt_spec {
	const char *name;
	const char *args[GT_MAX_ARGS]; /* names as in Go's text form */
	uint8_t arg_count;	       /* varints after the type byte */
	uint8_t strings[2];	       /* positions in args of string ids, 0: none */
	uint8_t stacks[2];	       /* of stack ids; the first is the event's own */
	uint8_t begin;		       /* the type of the event that opens what this one ends */
	bool timed;		       /* args[0] is dt: it stands in an M's batch */
	bool has_data;		       /* then a varint length, and that many bytes */
	bool is_stack;		       /* args[1] times four varints follow: pc func file line */
	bool experimental;
};

/* NULL for a number that no event has. The table does not depend on the version. */
const struct gt_spec *gt_spec(unsigned type);

/* The type of an event's name, size bytes; GT_EV_NONE if there is none. */
unsigned gt_spec_find(const char *name, size_t size);

/*
 * The number of event types that a version's list has in Go (its last type + 1),
 * for the minors 22, 23, 25 and 26; 0 for any other version.
 */
unsigned gt_version_types(unsigned minor);

/* Writes value at buf, which has room for GT_MAX_VARINT bytes. Returns the bytes written. */
size_t gt_varint_put(uint8_t *buf, uint64_t value);
size_t gt_varint_size(uint64_t value);

/*
 * Reads a varint from [at, end). Returns the bytes read; 0 if it does not end
 * there, or is longer than GT_MAX_VARINT bytes or larger than a uint64: then
 * *value is untouched. Padded varints (Go's runtime writes them) are legal.
 */
size_t gt_varint_get_slow(const uint8_t *at, const uint8_t *end, uint64_t *value);

static inline size_t gt_varint_get(const uint8_t *at, const uint8_t *end, uint64_t *value)
{
	if (at < end && at[0] < 0x80) {
		*value = at[0];
		return 1;
	}
	if (end - at > 1 && at[1] < 0x80) {
		*value = (uint64_t)(at[0] & 0x7f) | (uint64_t)at[1] << 7;
		return 2;
	}
	return gt_varint_get_slow(at, end, value);
}

/* A stretch of text in the trace, not zero-terminated, any bytes. */
struct gt_text {
	const char *data;
	size_t size;
};

/* A generation's clocks. */
struct gt_clock {
	int64_t trace;	    /* this time of the trace ... */
	uint64_t mono_ns;   /* ... was this one of CLOCK_MONOTONIC */
	int64_t wall_sec;   /* ... and this one of the wall clock, since 1970 UTC */
	uint32_t wall_nsec; /* below 10^9 */
};

/*
 * A source of bytes: fills at most size bytes of buf. Returns their number, 0
 * at the end, or -errno.
 */
typedef long (*gt_source_fn)(void *ctx, void *buf, size_t size);

/* A sink: writes all of data or returns -errno. */
typedef int (*gt_sink_fn)(void *ctx, const void *data, size_t size);

/* What was wrong with a trace, and where. */
struct gt_error {
	/*
	 * -EINVAL not a trace; -EPROTONOSUPPORT a version that is not read
	 * (before 1.11, or from the future); -ENODATA it ends too early; -EBADMSG it breaks a
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

#ifdef __cplusplus
}
#endif

#endif
