/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who was on a CPU when: the last SLICES_KEPT slices, for waits to look back to.
 *
 * Of some it is only known that they are there as long as somebody waits for
 * the CPU (transient): between such waits others may come and go unseen.
 */
#ifndef GOTRACE_REPORT_SLICES_H
#define GOTRACE_REPORT_SLICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLICES_KEPT (1 << 16)

struct slice {
	uint32_t who; /* a number of the user's; 0: nobody */
	bool limited; /* it ended because of a limit */
	bool transient;
	uint64_t from, to; /* to: 0 while it goes on */
};

/* Zeroed: nobody was there. */
struct slices {
	struct slice *kept; /* slice n at (n - 1) % SLICES_KEPT */
	size_t cap;
	uint64_t count;	  /* of all there were */
	uint32_t waiters; /* so many wait for the CPU */
};

void slices_fini(struct slices *slices);

/* Somebody comes; who was there till now has gone. *number: the slice's, from 1. 0, -ENOMEM. */
int slices_open(struct slices *slices, uint32_t who, uint64_t now, uint64_t *number);
/* The one of that slice goes. Was it still there, and nobody had taken its place? */
bool slices_close(struct slices *slices, uint64_t number, uint64_t now, bool limited);
/* A transient one comes. 0, -ENOMEM, as the next. */
int slices_come(struct slices *slices, uint32_t who, uint64_t now);
/* One goes, and has been there since somebody waits for the CPU. */
int slices_go(struct slices *slices, uint32_t who, uint64_t now);
/* Somebody begins, ends to wait for the CPU. */
void slices_wait(struct slices *slices);
void slices_wait_end(struct slices *slices, uint64_t now);
/* The slice that is back slices before the last one; NULL: it is not kept. */
const struct slice *slices_back(const struct slices *slices, uint64_t back);

#endif
