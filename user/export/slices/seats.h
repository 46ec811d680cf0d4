/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who of those who are not traced is on which CPU, told as slices of
 * SLICE_STRANGER. It is known where one switch says that he came and the CPU's
 * next one that he left. Between switches that do not fit there was somebody,
 * and nobody knows who.
 */
#ifndef GOTRACE_EXPORT_SLICES_SEATS_H
#define GOTRACE_EXPORT_SLICES_SEATS_H

#include <stddef.h>

#include "export/slices/slice.h"
#include "track/change.h"

struct seat;

/* Zeroed but for tell and ctx: nothing is known. */
struct seats {
	slice_fn tell;
	void *ctx;
	bool knows_strangers; /* while a thread waits for a CPU, all its switches are told */
	struct seat *seats;   /* by CPU */
	size_t room;
};

void seats_fini(struct seats *seats);

/* Each: 0, -ENOMEM or what tell returned. */
/* Any change; looks at those that are switches. */
int seats_take(struct seats *seats, const struct change *change);
/* Records of the CPU are missing. */
int seats_lose(struct seats *seats, uint16_t cpu, uint64_t now_ns);
/* A thread waits for the CPU: one more (1) or one less (-1). CHANGE_NO_CPU: for none. */
int seats_watch(struct seats *seats, uint16_t cpu, int more, uint64_t now_ns);

#endif
