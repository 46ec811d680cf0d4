// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define SWEEP_MIN 64 /* not worth it below */

void texts_fini(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->list[i].bytes);
	free(texts->list);
	free(texts->free);
	hashindex_fini(&texts->index);
	memset(texts, 0, sizeof(*texts));
}

/* A slot for a new text, which is not taken yet. 0 or -ENOMEM. */
static int new_slot(struct texts *texts, uint32_t *slot)
{
	struct text *list;
	uint32_t *slots;

	if (texts->free_count) {
		*slot = texts->free[texts->free_count - 1];
		return 0;
	}
	list = grow_array(texts->list, &texts->cap, texts->count + 1, sizeof(*list));
	if (list)
		texts->list = list;
	/* So that a sweep needs no memory for it. */
	slots = grow_array(texts->free, &texts->free_cap, texts->count + 1, sizeof(*slots));
	if (slots)
		texts->free = slots;
	if (!list || !slots || texts->count >= UINT32_MAX - 1)
		return -ENOMEM;
	*slot = (uint32_t)texts->count;
	return 0;
}

int texts_find(struct texts *texts, const char *text, size_t size, uint32_t *id)
{
	uint64_t hash = hash_bytes(text, size);
	uint32_t found, slot;
	size_t at = 0;
	char *copy;
	int err;

	while ((found = hashindex_next(&texts->index, hash, &at))) {
		const struct text *known = &texts->list[found - 1];

		if (known->size == size && !memcmp(known->bytes, text, size)) {
			*id = found - 1;
			return 0;
		}
	}
	err = new_slot(texts, &slot);
	if (err)
		return err;
	copy = malloc(size + 1);
	if (!copy || hashindex_add(&texts->index, hash, slot + 1)) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, text, size);
	copy[size] = '\0';
	if (slot == texts->count)
		texts->count++;
	else
		texts->free_count--;
	texts->list[slot] = (struct text){ copy, (uint32_t)size, 0, hash };
	texts->unheld++;
	*id = slot;
	return 0;
}

void texts_hold(struct texts *texts, uint32_t id)
{
	if (!texts->list[id].holders++)
		texts->unheld--;
}

void texts_drop(struct texts *texts, uint32_t id)
{
	if (!--texts->list[id].holders)
		texts->unheld++;
}

int texts_sweep(struct texts *texts)
{
	size_t held = texts->count - texts->free_count - texts->unheld;

	/* Not before the unheld outnumber the held: so a sweep costs no more than making them did.
	 */
	if (texts->unheld < SWEEP_MIN || texts->unheld < held)
		return 0;
	hashindex_fini(&texts->index);
	for (size_t i = 0; i < texts->count; i++) {
		struct text *text = &texts->list[i];

		if (!text->bytes)
			continue;
		if (text->holders) {
			if (hashindex_add(&texts->index, text->hash, (uint32_t)i + 1))
				return -ENOMEM;
			continue;
		}
		free(text->bytes);
		*text = (struct text){ 0 };
		texts->free[texts->free_count++] = (uint32_t)i;
	}
	texts->unheld = 0;
	return 0;
}
