/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Texts that a v1 trace says by an event's type or a number and v2 says as a
 * string: why a goroutine blocks or stops, why the world is stopped. They are
 * those of Go's converter, so that both print the same.
 */
#ifndef GOTRACE_TRACE_READ_V1_NAMES_H
#define GOTRACE_TRACE_READ_V1_NAMES_H

#include <stdint.h>

#include "gotrace/reader.h"

enum v1_name {
	V1_NAME_NONE, /* the empty text */
	V1_NAME_FOREVER,
	V1_NAME_PREEMPTED,
	V1_NAME_GOSCHED,
	V1_NAME_SLEEP,
	V1_NAME_CHAN_SEND,
	V1_NAME_CHAN_RECEIVE,
	V1_NAME_NETWORK,
	V1_NAME_SYNC,
	V1_NAME_COND,
	V1_NAME_SELECT,
	V1_NAME_ASSIST,
	V1_NAME_STW, /* the first of those who stop the world */
	V1_NAME_COUNT = V1_NAME_STW + 16
};

struct gt_text v1_name_text(unsigned name);

/* Why an event of this type stops or blocks its goroutine. */
enum v1_name v1_name_of(unsigned type);

/* Why the world was stopped: the number in a GCSTWStart of a version. */
unsigned v1_name_of_stop(unsigned version, uint64_t kind);

#endif
