/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The raw capture file: the rings' bytes as they are, and what a reader needs
 * to make a trace of them later, elsewhere, without the kernel.
 *
 * A file is a magic and a sequence of self-describing, checksummed chunks:
 * one RAW_HEADER (first), one RAW_SNAPSHOT, then per round of the capture any
 * number of RAW_RING chunks (bytes of one CPU's ring) closed by a RAW_ROUND,
 * and at the end one RAW_END. Every chunk is complete by itself, so a capture
 * that was killed is readable up to its last whole chunk, and damage costs the
 * chunks it touches. A chunk of unknown type is skipped, a file of a newer major
 * version is refused.
 *
 * This module does not know what records mean; it checks only that a ring's
 * bytes are a sequence of framed records of plausible sizes.
 */
#ifndef GOTRACE_RAW_RAW_H
#define GOTRACE_RAW_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

#define RAW_MAX_CPUS 8192 /* the most a kernel can be built for (x86's MAXSMP) */

/*
 * What a capture is; in RAW_HEADER, byte for byte. A newer program may append
 * members: what an older file lacks is 0. Strings are NUL-terminated, UTF-8 or
 * not.
 */
struct raw_info {
	uint32_t abi;	      /* REC_ABI_VERSION of the records */
	uint32_t arch;	      /* enum rec_arch */
	uint32_t cpus;	      /* possible CPUs, 1 to RAW_MAX_CPUS: record.cpu is below */
	uint32_t cpus_online; /* at the start */
	uint32_t scope;	      /* enum rec_scope */
	uint32_t tracer_tgid;
	uint64_t mono_ns;    /* the two clocks at one moment before the start */
	uint64_t wall_ns;    /* CLOCK_REALTIME */
	uint64_t on_ns;	     /* CLOCK_MONOTONIC when recording was switched on */
	uint64_t ring_bytes; /* all rings together */
	char release[64];    /* uname -r */
	char hostname[64];
	char options[256]; /* the command line's options, for the reader's eyes */
};

/* At the end of every round and of the capture. */
struct raw_counters {
	uint64_t ts_ns;			/* when they were read */
	uint64_t missed;		/* programs that did not run: recursion_misses, all CPUs */
	const struct rec_counters *cpu; /* one per CPU of raw_info.cpus */
};

/*
 * A ring's bytes hold framed records: a u32 length (bit 31 never set here,
 * bit 30 = discarded), a u32 that means nothing, the record, padding to 8.
 * Walks one frame at *pos of data[size] (data 8-aligned); moves *pos on.
 * Returns the record with its head checked: size fits the frame and, if its
 * type is known, is that type's; cpu < cpus. A type of a newer program passes.
 * NULL: at the end (*pos == size), or damaged (*pos < size, at the frame).
 * Discarded frames are passed over.
 */
const struct rec_head *raw_frame_next(const void *data, size_t size, size_t *pos, uint32_t cpus);

/* ---- writing ---- */

struct raw_writer;
/* Writes all of data or returns -errno. */
typedef int (*raw_sink_fn)(void *ctx, const void *data, size_t size);

/*
 * Writes the file's head and RAW_HEADER. All of these: 0, or -errno of the
 * sink, which is then returned by every later call, and nothing more is
 * written. -EINVAL: cpus out of range; -ENOMEM.
 */
int raw_writer_new(struct raw_writer **out, const struct raw_info *info, raw_sink_fn sink,
		   void *ctx);
void raw_writer_free(struct raw_writer *writer);
/* end_ns: CLOCK_MONOTONIC when the snapshot was complete; the trace starts there. */
int raw_write_snapshot(struct raw_writer *writer, const struct rec_snapshot *threads, size_t count,
		       uint64_t end_ns);
/*
 * Whole frames of one ring, 8-aligned; any size, split into chunks between
 * frames. cpu <= info.cpus: that one is the ring shared by CPUs that were
 * offline at the start. -EINVAL: not whole frames.
 */
int raw_write_ring(struct raw_writer *writer, uint32_t cpu, const void *data, size_t size);
int raw_write_round(struct raw_writer *writer, const struct raw_counters *counters);
int raw_write_end(struct raw_writer *writer, const struct raw_counters *counters);
uint64_t raw_writer_bytes(const struct raw_writer *writer);

/* ---- reading ---- */

enum raw_chunk_type {
	RAW_CHUNK_SNAPSHOT,
	RAW_CHUNK_RING,
	RAW_CHUNK_ROUND,
	RAW_CHUNK_END,
};

struct raw_chunk {
	enum raw_chunk_type type;
	uint64_t offset; /* of the chunk in the file, for messages */
	/* SNAPSHOT: borrowed until the next call */
	const struct rec_snapshot *threads;
	size_t thread_count;
	uint64_t snapshot_end_ns;
	/* RING: borrowed from the file's memory, valid while that is; 8-aligned */
	uint32_t cpu; /* <= info.cpus, as given to raw_write_ring() */
	const void *data;
	size_t size;
	/* ROUND, END: borrowed until the next call */
	struct raw_counters counters;
};

struct raw_reader;

/* What is wrong with a file, in words and where. */
struct raw_diag {
	int err; /* -ENODATA: it stops there; -EBADMSG: damaged there; others as returned */
	uint64_t offset;
	char text[192];
};

/*
 * data[size]: the whole file, 8-aligned, borrowed for the reader's life
 * (mapped). -EINVAL not a raw capture, -ENOTSUP made by a newer version,
 * -EBADMSG damaged header, -ENODATA too short to hold a header; diag says it
 * in words. -ENOMEM.
 */
int raw_reader_new(struct raw_reader **out, const void *data, size_t size, struct raw_diag *diag);
void raw_reader_free(struct raw_reader *reader);
const struct raw_info *raw_reader_info(const struct raw_reader *reader);
/*
 * The next chunk. 1: *out filled; 0: the file's proper end (RAW_END was seen);
 * -ENODATA: it stops without an end (killed, or cut off), with diag filled, and
 * again at the next call; -EBADMSG: damage, said in diag: the next call goes on
 * with the next whole chunk behind it, if there is one. Every chunk that is
 * given is whole; a snapshot is the first, if it is not what is damaged. -ENOMEM.
 */
int raw_read_chunk(struct raw_reader *reader, struct raw_chunk *out, struct raw_diag *diag);

#endif
