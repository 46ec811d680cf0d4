/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A stream: what a capture gives, in the order in which it gives it. First
 * begin (what the capture is), symbols if there are stacks, the snapshot of all
 * threads, then rounds: any number of rings' bytes, closed by a round; and the end.
 *
 * Whoever has a capture calls a stream: a live capture, a raw file that is
 * played. Whoever takes one implements it: the pipeline, the writer of raw
 * files. This room knows neither of them, and nothing of what the bytes of a
 * ring mean: stream_info says how they are encoded.
 *
 * Everything that is passed is borrowed for the call, but for a ring's bytes
 * that are stable (struct stream_ring).
 */
#ifndef GOTRACE_STREAM_STREAM_H
#define GOTRACE_STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

#define STREAM_MAX_CPUS 8192 /* the most a kernel can be built for (x86's MAXSMP) */

/* How records lie in a ring's bytes. The numbers are those of a raw file. */
enum stream_encoding {
	STREAM_BPF_RING = 1, /* frames of the kernel's BPF ring buffer: ABI 1 */
	STREAM_WORDS = 2,    /* words of a ring of our own: ABI 2 */
};

/*
 * What a kernel side looked for. Of what is not set nothing is known, and
 * nothing follows from its absence in the records.
 */
enum stream_on {
	STREAM_ON_THROTTLED = 1 << 0, /* shares of waits that were due to a limit; enum rec_cause */
	STREAM_ON_ESTIMATED = 1 << 1, /* these are estimates */
	STREAM_ON_STOLEN = 1 << 2,    /* time that a hypervisor took */
	STREAM_ON_INTERRUPTS = 1 << 3,
	STREAM_ON_MIGRATE = 1 << 4,
	STREAM_ON_STRANGERS = 1 << 5, /* who ran while one of ours waited */
	STREAM_ON_KERNEL_STACKS = 1 << 6,
	STREAM_ON_USER_STACKS = 1 << 7,
	STREAM_ON_SAMPLES = 1 << 8,
	STREAM_ON_COMMANDS = 1 << 9, /* command lines at exec */
	STREAM_ON_WORK = 1 << 10,
	STREAM_ON_OOM = 1 << 11,
};

/* What a capture is. Strings end with NUL; they are UTF-8 or not. */
struct stream_info {
	enum stream_encoding encoding;
	uint32_t abi;	      /* REC_ABI_VERSION of the records */
	uint32_t arch;	      /* enum rec_arch */
	uint32_t cpus;	      /* possible CPUs, 1 to STREAM_MAX_CPUS: record.cpu is below */
	uint32_t cpus_online; /* at the start */
	uint32_t scope;	      /* enum rec_scope */
	uint32_t tracer_tgid;
	uint64_t mono_ns;    /* the two clocks at one moment before the start */
	uint64_t wall_ns;    /* CLOCK_REALTIME */
	uint64_t on_ns;	     /* CLOCK_MONOTONIC when recording was switched on */
	uint64_t ring_bytes; /* all rings together */
	uint64_t on;	     /* enum stream_on: what was looked for */
	uint32_t page_size;  /* 0: unknown */
	char release[64];    /* uname -r */
	char hostname[64];
	char options[256]; /* the command line's options, for the reader's eyes */
};

/*
 * A piece of one CPU's ring. Pieces of a CPU come in the order in which they
 * were written, and a piece holds whole records.
 */
struct stream_ring {
	uint32_t cpu;	   /* stream_info.cpus: the ring that CPUs offline at the start share */
	uint32_t position; /* STREAM_WORDS: of the first word */
	const void *data;  /* 8-aligned */
	size_t size;
	/*
	 * The bytes stay where they are until the round that comes
	 * STREAM_ROUNDS_KEPT rounds after theirs has been taken. Otherwise they
	 * are gone after the call.
	 */
	bool stable;
};

#define STREAM_ROUNDS_KEPT 2

/* At the end of every round and of the capture. */
struct stream_counters {
	uint64_t ts_ns;			/* when they were read */
	uint64_t missed;		/* programs that did not run: recursion_misses, all CPUs */
	const struct rec_counters *cpu; /* one per CPU of stream_info.cpus */
};

/* Of which kind texts are that stand beside the records. The numbers are those of a raw file. */
enum stream_text_kind {
	STREAM_CGROUPS = 10,  /* cgroup id: its path from the root of the hierarchy (v2) */
	STREAM_COMMANDS = 11, /* tgid: its process's arguments, a NUL behind each */
	STREAM_NAMES =
		14, /* tgid << 32 | tid: the comm of a thread that records may not describe */
};

struct stream_text {
	uint64_t id;
	const char *text;
	size_t size; /* at most STREAM_TEXT_MAX */
};
#define STREAM_TEXT_MAX 4096

/* They are so from ts_ns (CLOCK_MONOTONIC) on. */
struct stream_texts {
	enum stream_text_kind kind;
	uint64_t ts_ns;
	const struct stream_text *texts;
	size_t count;
};

/*
 * Functions: what an address in a stack is called. func and file are places in
 * strings, where a text ends with NUL.
 */
struct stream_symbol {
	uint64_t start, end;
	uint32_t object; /* 0: the kernel and its modules */
	uint32_t func, file;
	uint32_t line;	       /* 0: not known */
	uint32_t inlined_into; /* the entry it is a part of, + 1; 0: none */
	uint32_t pad;
};

struct stream_symbols {
	const struct stream_symbol *entries;
	size_t count;
	const char *strings;
	size_t strings_size;
};

/*
 * A verb that is NULL is one that its stream does not care for. Each returns
 * 0 or -errno:
 * -EINVAL   called out of order, or an info that makes no sense
 * -EBADMSG  what no kernel side writes: it was not taken, and the next call is
 *           as if it had never come
 * others    nothing can follow: every later call returns the same
 */
struct stream_ops {
	int (*begin)(void *ctx, const struct stream_info *info);
	/* Of the kernel, before the snapshot; only where there are kernel stacks. */
	int (*symbols)(void *ctx, const struct stream_symbols *symbols);
	/* end_ns: CLOCK_MONOTONIC when the snapshot was complete; a trace starts there. */
	int (*snapshot)(void *ctx, const struct rec_snapshot *threads, size_t count,
			uint64_t end_ns);
	int (*ring)(void *ctx, const struct stream_ring *ring);
	/* Every ring was read up to where it was written when the round began. */
	int (*round)(void *ctx, const struct stream_counters *counters);
	/* Any time after the snapshot; those of the start before the first ring. */
	int (*texts)(void *ctx, const struct stream_texts *texts);
	/*
	 * The last call. NULL: the capture was cut off; the rings since its last
	 * round are not all there are, and losses at its end are not known.
	 */
	int (*end)(void *ctx, const struct stream_counters *counters);
};

struct stream {
	const struct stream_ops *ops;
	void *ctx;
};

int stream_begin(const struct stream *stream, const struct stream_info *info);
int stream_symbols(const struct stream *stream, const struct stream_symbols *symbols);
int stream_snapshot(const struct stream *stream, const struct rec_snapshot *threads, size_t count,
		    uint64_t end_ns);
int stream_ring(const struct stream *stream, const struct stream_ring *ring);
int stream_round(const struct stream *stream, const struct stream_counters *counters);
int stream_texts(const struct stream *stream, const struct stream_texts *texts);
int stream_end(const struct stream *stream, const struct stream_counters *counters);

/*
 * One stream of two: every call goes to `first`, then to `second`, and not to
 * the second if the first one fails. tee is the caller's, and both streams
 * stay until the last call.
 */
struct stream_tee {
	struct stream first, second;
};
struct stream stream_tee(struct stream_tee *tee, struct stream first, struct stream second);

#endif
