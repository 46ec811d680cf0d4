/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The raw capture file: the rings' bytes as they are, and what a reader needs
 * to make a trace of them later, elsewhere, without the kernel.
 *
 * A file is a magic and a sequence of self-describing, checksummed chunks:
 * one RAW_HEADER (first), symbols if there are stacks, one RAW_SNAPSHOT, then per round of the
 * capture any number of RAW_RING chunks (bytes of one CPU's ring) closed by a RAW_ROUND, and at the
 * end one RAW_END. Every chunk is complete by itself, so a capture that was killed is readable up
 * to its last whole chunk, and damage costs the chunks it touches. A chunk of unknown type is
 * skipped, a file of a newer major version is refused.
 *
 * The writer is a stream, and a file is played into one (raw_play). This module
 * does not know what records mean; it checks only that a ring's bytes are a
 * sequence of framed records of plausible sizes.
 */
#ifndef GOTRACE_RAW_RAW_H
#define GOTRACE_RAW_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "record.h"
#include "stream/stream.h"

/* ---- writing ---- */

struct raw_writer;
/* Writes all of data or returns -errno. */
typedef int (*raw_sink_fn)(void *ctx, const void *data, size_t size);

/* 0 or -ENOMEM. */
int raw_writer_new(struct raw_writer **out, raw_sink_fn sink, void *ctx);
void raw_writer_free(struct raw_writer *writer);
/* Rings are compressed from now on. 0 or -ENOMEM. */
int raw_writer_compress(struct raw_writer *writer);
/*
 * What is sent there is written: the file's head with begin, then a chunk for
 * each call; rings are split between records. -errno of the sink is returned by
 * every later call, and nothing more is written. -EINVAL: cpus out of range.
 * -EBADMSG: no whole frames, or of no CPU.
 */
struct stream raw_writer_stream(struct raw_writer *writer);
uint64_t raw_writer_bytes(const struct raw_writer *writer);

/* ---- reading ---- */

enum raw_chunk_type {
	RAW_CHUNK_SYMBOLS,
	RAW_CHUNK_SNAPSHOT,
	RAW_CHUNK_RING,
	RAW_CHUNK_ROUND,
	RAW_CHUNK_END,
	RAW_CHUNK_TEXTS,
};

struct raw_chunk {
	enum raw_chunk_type type;
	uint64_t offset;	       /* of the chunk in the file, for messages */
	struct stream_symbols symbols; /* SYMBOLS: borrowed until the next call */
	/* SNAPSHOT: borrowed until the next call */
	const struct rec_snapshot *threads;
	size_t thread_count;
	uint64_t snapshot_end_ns;
	/* RING: borrowed, valid while the file's memory is if stable, else until the next call */
	bool stable;
	uint32_t cpu; /* <= info.cpus, as given to the writer */
	uint32_t position;
	const void *data; /* 8-aligned */
	size_t size;
	/* TEXTS: the list is borrowed until the next call, what it leads to as RING */
	struct stream_texts texts;
	/* ROUND, END: borrowed until the next call */
	struct stream_counters counters;
};

struct raw_reader;

/*
 * data[size]: the whole file, 8-aligned, borrowed for the reader's life
 * (mapped). -EINVAL not a raw capture, -ENOTSUP made by a newer version,
 * -EBADMSG damaged header, -ENODATA too short to hold a header; diag says it
 * in words. -ENOMEM.
 */
int raw_reader_new(struct raw_reader **out, const void *data, size_t size, struct diag *diag);
void raw_reader_free(struct raw_reader *reader);
const struct stream_info *raw_reader_info(const struct raw_reader *reader);
/*
 * The next chunk. 1: *out filled; 0: the file's proper end (RAW_END was seen);
 * -ENODATA: it stops without an end (killed, or cut off), with diag filled, and
 * again at the next call; -EBADMSG: damage, said in diag: the next call goes on
 * with the next whole chunk behind it, if there is one. Every chunk that is
 * given is whole; a snapshot is the first, if it is not what is damaged. -ENOMEM.
 */
int raw_read_chunk(struct raw_reader *reader, struct raw_chunk *out, struct diag *diag);

/* Where in the file the chunk begins that was given last, or what was said to be wrong. */
uint64_t raw_reader_at(const struct raw_reader *reader);

/* The file's bytes below offset are not needed any more. 0, or -errno to stop. */
typedef int (*raw_passed_fn)(void *ctx, uint64_t offset);

/* Why a capture is not whole. */
struct raw_stop {
	int err; /* 0: it is; -EBADMSG: it is damaged; -ENODATA: it has no end */
	struct diag diag;
};

/*
 * Plays all of a file into a stream, rings that are not compressed as stable
 * bytes. What is whole is played, whatever stands before or after it; for a list
 * of threads that is damaged the stream gets an empty one. passed may be NULL.
 * 0: the stream has had its end. -ENODATA, -EBADMSG: it had no snapshot, for
 * the capture has not even that; stop says why. Others: of the stream, or of
 * passed.
 */
int raw_play(struct raw_reader *reader, const struct stream *to, raw_passed_fn passed, void *ctx,
	     struct raw_stop *stop);

#endif
