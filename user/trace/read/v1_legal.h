/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A v1 trace's events as a v2 trace may hold them, so that it can be written
 * anew: the law of v2 (read/rules.h) accepts what comes out, in this order.
 *
 * It takes what v1_convert.h made of an event and gives it its place: the M of the
 * P in whose batch it stood, v2's sequence numbers, times that rise strictly. A
 * P that is lost in a syscall is stolen (v1 only says that the syscall blocks),
 * and the end of that syscall stands on the M where it began. An M that v1 does
 * not tell (of a goroutine that was in a syscall at the start), or that holds
 * something already, is a made-up one, from V1_SPARE_M on. What v2 has no place
 * for is left out: ranges without a goroutine, the end of an assist that began
 * before the trace. It does not check v1's own rules (v1_check.h does, before).
 */
#ifndef GOTRACE_TRACE_READ_V1_LEGAL_H
#define GOTRACE_TRACE_READ_V1_LEGAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idmap.h"
#include "gotrace/reader.h"
#include "trace/read/v1_event.h"

#define V1_SPARE_M (UINT64_C(1) << 40)
/* Times begin here, since 0 is none, with room for the sync point. */
#define V1_FIRST_TIME 2

struct v1_legal_p {
	uint64_t m; /* GT_NO_ID: idle */
	uint64_t seq;
	bool sweeps;
};

struct v1_legal_g {
	uint64_t m; /* GT_NO_ID: runnable or waiting */
	uint64_t seq;
	uint8_t status; /* enum gt_go_status; 0: not there */
	bool stops, assists;
};

struct v1_legal_m {
	uint64_t p, g; /* GT_NO_ID: none */
};

struct v1_legal {
	struct idmap p_ids, g_ids, m_ids;
	struct v1_legal_p *ps;
	struct v1_legal_g *gs;
	struct v1_legal_m *ms;
	size_t ps_cap, gs_cap, ms_cap;
	uint64_t spares; /* Ms made up so far */
	uint64_t gc_seq;
	bool gc;
	int64_t last; /* time */

	struct gt_event *queue;
	size_t queue_count, queue_cap;
};

/* A zeroed struct is ready. */
void v1_legal_fini(struct v1_legal *legal);

/* Fills the queue with what the count events that one became are in v2. 0 or *error. */
int v1_legal_event(struct v1_legal *legal, const struct v1_event *in,
		   const struct gt_event *converted, size_t count, struct gt_error *error);

#endif
