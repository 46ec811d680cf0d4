/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Writing: two layers, which a program may mix.
 *
 * gt_writer_*: events in, bytes of a Go execution trace (v2) out. It knows the
 * wire: header, generations, per-M batches, tables of strings and stacks, CPU
 * samples, what closes a generation. It does not know which event is legal
 * after which, nor statuses and sequence numbers.
 *
 * gt_statuses_*: the scheduler view on top of it, for who has to tell what
 * happens to Gs and Ps and wants a trace that every reader accepts.
 *
 * Errors of a writer are sticky: the first one wins, everything after it does
 * nothing, and gt_writer_generation() and gt_writer_finish() return it.
 * Memory: at most 64 KiB for each M with events in the open generation, the
 * generation's tables and samples, and what lasts (see below). The same calls
 * make the same bytes.
 */
#ifndef GOTRACE_GOTRACE_WRITER_H
#define GOTRACE_GOTRACE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "gotrace/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gt_writer_options {
	size_t size; /* sizeof(struct gt_writer_options); see gotrace.h */
	/*
	 * Minor of the header: 22, 23, 25 or 26; or 19 or 21, the format before,
	 * which has no generations (the first one lasts), no samples and no
	 * experiments, and no words for a P that is stolen (-ENOTSUP).
	 */
	int version;
	/* How much lasts at most; 0: 65536 strings, 16384 stacks. Below 256 strings it is 256. */
	uint32_t max_lasting_strings, max_lasting_stacks;
	/* For the clock snapshots (25 and later): at trace time clock_ts,
	 * CLOCK_MONOTONIC was clock_mono_ns and the wall clock clock_wall_ns.
	 * Each generation has one, moved on to its own start. */
	uint64_t clock_ts;
	uint64_t clock_mono_ns;
	uint64_t clock_wall_ns;
};

struct gt_frame {
	uint64_t func; /* string id; 0 is the empty string */
	uint64_t file; /* the same */
	uint64_t line;
};

struct gt_writer;

/* Writes nothing yet. -EINVAL: no such version, or options of another library; -ENOMEM. */
int gt_writer_new(struct gt_writer **out, const struct gt_writer_options *options, gt_sink_fn sink,
		  void *ctx);
void gt_writer_free(struct gt_writer *writer);

/*
 * Strings and stacks that last: an id is good as long as the writer, in every
 * generation; in those that use it, it is written once. The same text or frames
 * have the same id.
 *
 * No more of them last than the options say. Above that, those not used for
 * the longest time go. Where the id of one that is gone is used, there is the
 * empty string or no stack (gt_writer_forgotten() counts that); asked for
 * again, it lasts again under a new id. So a program whose texts are few keeps
 * ids, and one whose texts are many asks before each use.
 *
 * Text is made valid UTF-8 (U+FFFD for what is not) and cut at 1024 bytes on a
 * character's border. Frames are 1 to 64, leaf first, of strings that last or
 * 0; they keep their strings. 0: there is no memory, or a frame's string does
 * not last.
 */
uint64_t gt_writer_lasting_string(struct gt_writer *writer, const char *text, size_t size);
uint64_t gt_writer_lasting_stack(struct gt_writer *writer, const struct gt_frame *frames,
				 unsigned count);
uint64_t gt_writer_forgotten(const struct gt_writer *writer);

/*
 * The same for the open generation alone, with ids from 1 up: for who keeps
 * account of generations anyway. A frame may name strings of both kinds.
 *
 * Each frame's PC is made from its texts and line when the generation is
 * closed, so it is the same in the whole file.
 */
uint64_t gt_writer_string(struct gt_writer *writer, const char *text, size_t size);
uint64_t gt_writer_stack(struct gt_writer *writer, const struct gt_frame *frames, unsigned count);

/*
 * An id whose text is given later, any time before the generation is closed,
 * and may be given again: the last one counts. For a name that is only known
 * at the end. Without a text it is the empty string.
 */
uint64_t gt_writer_late_string(struct gt_writer *writer);
void gt_writer_set_string(struct gt_writer *writer, uint64_t id, const char *text, size_t size);

/* The highest id of a string, of a stack, of the open generation alone; 0: none. */
uint64_t gt_writer_strings(const struct gt_writer *writer);
uint64_t gt_writer_stacks(const struct gt_writer *writer);

/*
 * Appends one event to M's batch (GT_NO_ID: of no M): type (GT_EV_*), its time
 * (from 1, not lower than M's last one, below 2^63) and its count arguments
 * after dt, at most 4. Anything else is an error, -EINVAL. Ids of strings and
 * stacks are of either kind.
 */
void gt_writer_event(struct gt_writer *writer, uint64_t m, uint64_t ts, unsigned type,
		     const uint64_t *args, unsigned count);

/* A CPU sample: at a time from 1, GT_NO_ID for no M, P or G, with its stack. */
void gt_writer_sample(struct gt_writer *writer, uint64_t ts, uint64_t m, uint64_t p, uint64_t g,
		      uint64_t stack);

/* A batch of an experiment (from 1.23): at most GT_MAX_BATCH bytes, which are not looked into. */
void gt_writer_experiment(struct gt_writer *writer, uint8_t experiment, uint64_t m, uint64_t ts,
			  const void *data, size_t size);

/* Number of the open generation, from 1. */
uint64_t gt_writer_generation_number(const struct gt_writer *writer);
/* Bytes of the open generation so far: events, samples, experiments, and roughly its tables. */
size_t gt_writer_generation_bytes(const struct gt_writer *writer);

/* Closes the open generation, if it has an event, and opens the next. 0 or -errno. */
int gt_writer_generation(struct gt_writer *writer);
/*
 * Closes the last generation. The trace is complete then. 0 or -errno. A trace
 * without any event is a header alone, which no reader accepts.
 */
int gt_writer_finish(struct gt_writer *writer);

uint64_t gt_writer_bytes(const struct gt_writer *writer);  /* handed to the sink */
uint64_t gt_writer_events(const struct gt_writer *writer); /* timed events so far */

/*
 * The scheduler view of a trace being written: what a reader will hold.
 *
 * It keeps the status of every G and P and which M holds them, gives the
 * sequence numbers, states a G or P again when a generation needs it, makes
 * times unique and rising, and opens generations. Its callers say what
 * happens; it says it legally. It knows Go's rules (internal/trace/order.go)
 * and nothing of who runs on what.
 *
 * An event that the rules do not allow is refused: -EINVAL, nothing written,
 * counted. A correct caller never sees that. Whatever is called in whatever
 * order, a reader accepts what was written. Out of memory is -ENOMEM, and
 * nothing is written after it.
 *
 * Times: gt_statuses_at() sets the time of what follows; each event gets that
 * time or the last event's plus one, whichever is later, below 2^62.
 *
 * Ids are below 2^63, those of Gs from 1; a destroyed G's id may be used again.
 */
#define GT_MAX_PROC 65535 /* viewers loop over all Ps up to the highest */

struct gt_statuses_options {
	size_t size;		   /* sizeof(struct gt_statuses_options) */
	int version;		   /* as the writer's */
	uint64_t generation_ns;	   /* a new generation after this long, as 10^9; 0: never */
	uint64_t generation_bytes; /* or after this many (gt_writer_generation_bytes()); 0: never */
};

struct gt_statuses;

int gt_statuses_new(struct gt_statuses **out, struct gt_writer *writer,
		    const struct gt_statuses_options *options);
void gt_statuses_free(struct gt_statuses *statuses);

/*
 * Sets the time of what follows, ns, from 2 up. Opens a new generation when
 * one is due, so string and stack ids made after this call are valid for the
 * events until the next one. Returns the open generation's number.
 */
uint64_t gt_statuses_at(struct gt_statuses *statuses, uint64_t ts);

/*
 * Introduces what existed at the start; only before the first other event.
 * m: the M that holds it, GT_NO_ID for an idle P and a runnable or waiting G. A
 * P comes before the G on its M, and is in a syscall (GT_PROC_SYSCALL, not
 * running) if that G is; a running G needs a P, one in a syscall does not.
 * stack: 0 or what it is in and whose it is (written from 1.23).
 */
int gt_statuses_proc(struct gt_statuses *statuses, uint64_t p, enum gt_proc_status status,
		     uint64_t m);
int gt_statuses_go(struct gt_statuses *statuses, uint64_t g, enum gt_go_status status, uint64_t m,
		   uint64_t stack);

/*
 * Transitions. m is the M in whose batch the event stands. What must hold, and
 * what holds after it, is Go's; what is not obvious:
 *
 * proc_start: a P that was never introduced is stated as idle just before. The
 *	M may have a G in a syscall (which then ends blocked).
 * proc_stop: not under a running G. Under one in a syscall it stays there.
 * proc_steal: P is in a syscall on from_m, which may be m itself.
 * go_create: m has a P and either no G or a running one.
 * go_unblock: m may be GT_NO_ID; it needs no P.
 * go_destroy_syscall: only if m has no P.
 * syscall_end: on the P it began on; else it is syscall_end_blocked, after
 *	which the G is runnable and on no M.
 */
int gt_statuses_proc_start(struct gt_statuses *statuses, uint64_t m, uint64_t p);
int gt_statuses_proc_stop(struct gt_statuses *statuses, uint64_t m);
int gt_statuses_proc_steal(struct gt_statuses *statuses, uint64_t m, uint64_t p, uint64_t from_m);
int gt_statuses_go_create(struct gt_statuses *statuses, uint64_t m, uint64_t g, uint64_t new_stack,
			  uint64_t stack);
int gt_statuses_go_start(struct gt_statuses *statuses, uint64_t m, uint64_t g);
int gt_statuses_go_stop(struct gt_statuses *statuses, uint64_t m, uint64_t reason, uint64_t stack);
int gt_statuses_go_block(struct gt_statuses *statuses, uint64_t m, uint64_t reason, uint64_t stack);
int gt_statuses_go_unblock(struct gt_statuses *statuses, uint64_t m, uint64_t g, uint64_t stack);
int gt_statuses_go_destroy(struct gt_statuses *statuses, uint64_t m);
int gt_statuses_go_destroy_syscall(struct gt_statuses *statuses, uint64_t m);
int gt_statuses_syscall_begin(struct gt_statuses *statuses, uint64_t m, uint64_t stack);
int gt_statuses_syscall_end(struct gt_statuses *statuses, uint64_t m);
int gt_statuses_syscall_end_blocked(struct gt_statuses *statuses, uint64_t m);

/* Annotations; m has a running G. procs: from 1 to GT_MAX_PROC + 1. */
int gt_statuses_label(struct gt_statuses *statuses, uint64_t m, uint64_t label);
int gt_statuses_log(struct gt_statuses *statuses, uint64_t m, uint64_t key, uint64_t value,
		    uint64_t stack);
int gt_statuses_procs_change(struct gt_statuses *statuses, uint64_t m, uint64_t procs,
			     uint64_t stack);

/*
 * The trace goes on until now, though nothing happened: states a P again, which
 * viewers pass over but for the time. Nothing may follow it. -EINVAL: no P.
 */
int gt_statuses_end(struct gt_statuses *statuses);

/* What a reader holds now: GT_NO_ID if nothing; 0 as status if unknown. */
uint64_t gt_statuses_m_proc(const struct gt_statuses *statuses, uint64_t m);
uint64_t gt_statuses_m_go(const struct gt_statuses *statuses, uint64_t m);
int gt_statuses_go_status(const struct gt_statuses *statuses, uint64_t g);

uint64_t gt_statuses_refused(const struct gt_statuses *statuses);
/* The time of the last event written; 0 before the first. */
uint64_t gt_statuses_last_ts(const struct gt_statuses *statuses);

#ifdef __cplusplus
}
#endif

#endif
