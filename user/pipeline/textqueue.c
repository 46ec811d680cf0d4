// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "pipeline/textqueue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct textqueue_entry {
	struct textqueue_entry *next;
	struct stream_texts texts;
	struct stream_text list[]; /* then their bytes */
};

void textqueue_fini(struct textqueue *queue)
{
	while (queue->first)
		textqueue_drop(queue);
}

static struct textqueue_entry *copy_of(const struct stream_texts *texts)
{
	struct textqueue_entry *entry;
	size_t bytes = 0;
	char *at;

	for (size_t i = 0; i < texts->count; i++)
		bytes += texts->texts[i].size;
	entry = malloc(sizeof(*entry) + texts->count * sizeof(*entry->list) + bytes);
	if (!entry)
		return NULL;
	entry->next = NULL;
	entry->texts = *texts;
	entry->texts.texts = entry->list;
	at = (char *)(entry->list + texts->count);
	for (size_t i = 0; i < texts->count; i++) {
		entry->list[i] = texts->texts[i];
		entry->list[i].text = at;
		if (texts->texts[i].size)
			memcpy(at, texts->texts[i].text, texts->texts[i].size);
		at += texts->texts[i].size;
	}
	return entry;
}

int textqueue_add(struct textqueue *queue, const struct stream_texts *texts)
{
	struct textqueue_entry *entry = copy_of(texts);

	if (!entry)
		return -ENOMEM;
	if (queue->last)
		queue->last->next = entry;
	else
		queue->first = entry;
	queue->last = entry;
	queue->count++;
	return 0;
}

uint64_t textqueue_next(const struct textqueue *queue)
{
	return queue->first ? queue->first->texts.ts_ns : UINT64_MAX;
}

struct stream_texts textqueue_front(const struct textqueue *queue)
{
	return queue->first->texts;
}

void textqueue_drop(struct textqueue *queue)
{
	struct textqueue_entry *front = queue->first;

	queue->first = front->next;
	if (!queue->first)
		queue->last = NULL;
	queue->count--;
	free(front);
}
