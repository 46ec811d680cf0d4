/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The state machine as data: what a change means for a thread in a state.
 * Which state comes next, and whether the change explains itself there or only
 * something unrecorded before it can. records.c says what a record means;
 * what is shown of a change is not this table's business.
 */
#ifndef GOTRACE_TRACK_MACHINE_H
#define GOTRACE_TRACK_MACHINE_H

#include <stdint.h>

#include "track/change.h"

struct machine_cell {
	uint8_t next; /* enum thread_state */
	uint8_t why;  /* enum change_repair */
};

/*
 * CHANGE_SYS_ENTER, CHANGE_SYS_EXIT, CHANGE_EXEC come only while the thread is
 * on its CPU: it is brought there first if it is not (track_bring()).
 */
extern const struct machine_cell machine[THREAD_STATES][CHANGE_INPUTS];

#endif
