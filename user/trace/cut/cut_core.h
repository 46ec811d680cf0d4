/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the files of a cut share, and nobody else: see cut.c.
 */
#ifndef GOTRACE_TRACE_CUT_CUT_CORE_H
#define GOTRACE_TRACE_CUT_CUT_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotrace/cut.h"
#include "trace/cut/copy.h"
#include "trace/cut/seen.h"
#include "trace/read/reader.h"

/* A stop-the-world that is open at the cut: its end will be dropped. */
struct open_stop {
	uint64_t g, kind;
};

/* The part being written: a copy of the source, which is all that its encoder has. */
struct part {
	struct encoder encoder;
	struct copy copy;
	struct gt_clock clock; /* of the source's generation */
};

struct cut {
	struct gt_reader *reader;
	struct gt_cut_options options;
	struct rules mirror;
	struct gt_error error; /* the mirror's */
	int64_t start;	       /* time of the source's first event */

	/* By the mirror's slots of Gs and Ps: the numbers given in the part. */
	uint64_t *g_seqs, *p_seqs;
	size_t g_seqs_cap, p_seqs_cap;
	uint64_t gc_seq;
	struct seen seen;

	struct open_stop *stops;
	size_t stops_count, stops_cap;

	struct part *part; /* NULL: none is open */
	unsigned parts;	   /* opened so far */
	uint64_t events;   /* of the source, in the open part */
	bool first;	   /* the part's first generation is open */
	bool source_first; /* the source's is */
};

/* The slot of an id in the mirror; it is there. */
static inline uint32_t g_slot(const struct cut *cut, uint64_t g)
{
	return idmap_find(&cut->mirror.g_ids, g);
}

static inline uint32_t p_slot(const struct cut *cut, uint64_t p)
{
	return idmap_find(&cut->mirror.p_ids, p);
}

/* Nothing is there to be stated. */
bool cut_knows_nothing(const struct cut *cut);

/*
 * States every P and G that the mirror holds in the part, those on Ms first. Each
 * has a time of its own, from `from` on; earlier if there are more of them than
 * moments before `next`. 0 or -errno.
 */
int cut_state_all(struct cut *cut, int64_t from, int64_t next);

/* States a P, or a G that waits, once more: so the part goes on until then. */
void cut_state_again(struct cut *cut, int64_t time);

#endif
