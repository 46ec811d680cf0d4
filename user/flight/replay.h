/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a store holds, played as a capture that began with its oldest segment.
 *
 * A ring that is read from its middle on lacks what the words before said: who
 * runs, the number of the next record, the time's high half. So each ring gets
 * a beginning: the SYNC that its block would begin with, had it been written
 * just there, and a FILL up to the first kept word. Records' numbers are counted
 * from there on, as a capture's are from its start.
 */
#ifndef GOTRACE_FLIGHT_REPLAY_H
#define GOTRACE_FLIGHT_REPLAY_H

#include "flight/lasttexts.h"
#include "flight/store.h"
#include "stream/stream.h"

struct replay_input {
	const struct stream_info *info;
	const struct store *store;
	const struct lasttexts *texts;
	const struct words_cpu *cpus; /* at the end of what is kept */
	uint64_t mono_ns, wall_ns;    /* two clocks at one moment */
	uint64_t end_ns;	      /* of the capture */
};

/* 0, -EINVAL: nothing is kept; -ENOMEM, or the stream's. */
int replay_play(const struct replay_input *input, const struct stream *to);

#endif
