/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Facts in frames: how a frame of our Go traces says something to a program.
 *
 * A frame's function is for people. Its file is "VALUE [TAG]" and its line a
 * number: what they mean follows from the tag alone (docs/mapping.md, "Facts in
 * frames", is the contract). So a frame can be read wherever it turns up: in a
 * cut, a fused or another tool's copy of a trace. A file without a tag known
 * here is no fact: program code, a trace of Go's own, or one of ours from
 * before there were tags.
 *
 * Pure: it knows texts and numbers, not which stack has which frame (stacks.c,
 * frames.c), and keeps nothing. To write a frame, an exporter fills a struct
 * fact, calls fact_write(), and gives both texts to gt_writer_string(); where
 * a text is late (gt_writer_late_string()), it calls again when the name is
 * known and takes the texts it needs. Ids are worth keeping: fact_write()
 * formats and escapes.
 */
#ifndef GOTRACE_EXPORT_GO_FACTS_H
#define GOTRACE_EXPORT_GO_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotrace.h"

/* The comment says what text and number are; "-" for those that mean nothing. */
enum fact_kind {
	FACT_NONE, /* no fact */

	/* The thread a stack is of: always the last frame. name: its comm. */
	FACT_THREAD,	   /* its process: command line, pid */
	FACT_THREAD_NAMED, /* its process: name (the command line is not known), pid */

	/* Above it: what the thread is inside, or why it is where it is. */
	FACT_SYSCALL,	/* -, -; name: the syscall */
	FACT_ASLEEP,	/* -, -; name: why, where no syscall says it ("page fault") */
	FACT_PREEMPTED, /* who got its CPU: comm, tid */
	FACT_YIELDED,	/* the same, and it had asked for that */

	/* Throttled: it could run, and was not let. */
	FACT_LIMIT_CPU,	     /* whose CPU limit: path of the cgroup, its id */
	FACT_LIMIT_DEADLINE, /* -, -: by its SCHED_DEADLINE budget */
	FACT_LIMIT_RT,	     /* whose real-time limit: path of the cgroup, its id */
	FACT_LIMIT,	     /* -, -: by a limit, it is not known which */

	/* Of a wakeup: what woke. */
	FACT_WAKEUP,  /* -, -: a thread of the trace, outside of syscalls */
	FACT_WOKEN,   /* a thread that is not in the trace: comm, tid */
	FACT_SOFTIRQ, /* -, - */
	FACT_HARDIRQ, /* -, - */
	FACT_CONTEXT, /* -, -: it is not known which of them */

	/* More about the frame above it. */
	FACT_CPU,  /* -, CPU: on whose run queue the wait begins; whose records */
	FACT_SPAN, /* -, ns: how long that was */

	/* What nobody saw. */
	FACT_LOST,   /* -, how many records, 0: not known */
	FACT_UNSEEN, /* -, -: no record is missing, and yet something is */
	FACT_SCOPE,  /* -, -: it was out of scope */
	FACT_KINDS
};

/* In a text's place: empty is unknown. In a number's: 0 is, but as a CPU. */
struct fact {
	enum fact_kind kind;
	uint64_t number;
	struct gt_text name;	  /* as the table above says, else not used */
	struct gt_text text;	  /* any bytes */
	struct gt_text container; /* of a thread: "docker 3fa85f64"; empty: in none */
	bool cut;		  /* reading: text is only a part; see fact_write() */
};

#define FACT_FUNC_MAX 256
#define FACT_FILE_MAX 1024
#define FACT_THREAD_FILE_MAX 256 /* the whole file of a thread's frame */
#define FACT_CONTAINER_MAX 64	 /* of it, as written */

/* Texts are valid UTF-8 without control characters and have no NUL. */
struct fact_frame {
	char func[FACT_FUNC_MAX];
	char file[FACT_FILE_MAX];
	size_t func_size, file_size;
	uint64_t line;
};

/*
 * What does not fit is cut: a path at its begin, everything else at its end.
 * In names, control characters and what is not UTF-8 become "?"; in the file
 * they are escaped. A number too large for its kind becomes the largest.
 */
void fact_write(struct fact_frame *out, const struct fact *fact);

/*
 * What a frame of any trace says. Its pc is not looked at. name is borrowed
 * from the frame; text and container are in buffer. FACT_NONE (all else empty
 * then) for what fact_write() cannot have written.
 */
void fact_read(struct fact *fact, const struct gt_stack_frame *frame, char buffer[FACT_FILE_MAX]);

/* FACT_LIMIT and those that say which. */
bool fact_is_limit(enum fact_kind kind);

/*
 * The file of a frame of program code, so that it is no fact whatever its path
 * is; "[kernel]" stays, which is no tag. Returns its size.
 */
size_t fact_code_file(char out[FACT_FILE_MAX], const char *path, size_t size);

#endif
