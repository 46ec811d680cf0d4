/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Texts that were read while older records were still under way: they are kept
 * until the records of their time come through. A few rounds' worth of them.
 */
#ifndef GOTRACE_PIPELINE_TEXTQUEUE_H
#define GOTRACE_PIPELINE_TEXTQUEUE_H

#include "stream/stream.h"

struct textqueue_entry;

/* Zeroed: empty. */
struct textqueue {
	struct textqueue_entry *first, *last;
	size_t count;
};

/* A damaged file may hold any times: no more than these are kept. */
#define TEXTQUEUE_MAX 1024

void textqueue_fini(struct textqueue *queue);
/* A copy behind the others. 0 or -ENOMEM. */
int textqueue_add(struct textqueue *queue, const struct stream_texts *texts);
/* When those in front are so; UINT64_MAX: there are none. */
uint64_t textqueue_next(const struct textqueue *queue);
/* Those in front, valid until textqueue_drop(). There must be some. */
struct stream_texts textqueue_front(const struct textqueue *queue);
void textqueue_drop(struct textqueue *queue);

#endif
