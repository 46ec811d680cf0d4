/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The texts that stand beside the records (command lines, paths of cgroups,
 * names), the latest of each id: what a dump begins with. A recorder runs for
 * days, so no more than LASTTEXTS_MOST of a kind are kept; then the one that has
 * been there longest makes room, and whoever had it is shown without.
 */
#ifndef GOTRACE_FLIGHT_LASTTEXTS_H
#define GOTRACE_FLIGHT_LASTTEXTS_H

#include "base/idmap.h"
#include "stream/stream.h"

#define LASTTEXTS_MOST 16384
#define LASTTEXTS_KINDS 3

struct lasttexts_entry {
	uint64_t id, ts_ns;
	char *text;
	size_t size;
};

/* Zeroed: empty. */
struct lasttexts {
	struct {
		struct idmap slots;
		struct lasttexts_entry *entries; /* by slot */
		size_t room;
		uint32_t oldest; /* the slot that makes room next */
	} of[LASTTEXTS_KINDS];
};

void lasttexts_fini(struct lasttexts *texts);
/* Copies them. 0 or -ENOMEM. */
int lasttexts_take(struct lasttexts *texts, const struct stream_texts *from);
/*
 * Into a stream behind its snapshot: what was so at begin_ns, and then what came
 * later, in the order of time. 0, -ENOMEM, or the stream's.
 */
int lasttexts_play(const struct lasttexts *texts, uint64_t begin_ns, const struct stream *to);

#endif
