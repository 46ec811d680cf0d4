// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define SWEEP_MIN 64 /* not worth it below */

static uint64_t hash_text(const char *text, size_t size)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

void names_fini(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i].text);
	free(names->list);
	free(names->free);
	hashindex_fini(&names->index);
	memset(names, 0, sizeof(*names));
}

/* A place for a new name, which is not taken yet. 0 or -ENOMEM. */
static int new_place(struct names *names, uint32_t *place)
{
	struct name *list;
	uint32_t *places;

	if (names->free_count) {
		*place = names->free[names->free_count - 1];
		return 0;
	}
	list = grow_array(names->list, &names->cap, names->count + 1, sizeof(*list));
	if (list)
		names->list = list;
	/* So that a sweep needs no memory for it. */
	places = grow_array(names->free, &names->free_cap, names->count + 1, sizeof(*places));
	if (places)
		names->free = places;
	if (!list || !places || names->count >= UINT32_MAX - 1)
		return -ENOMEM;
	*place = (uint32_t)names->count;
	return 0;
}

int names_find(struct names *names, const char *text, size_t size, uint32_t *id)
{
	uint64_t hash = hash_text(text, size);
	uint32_t found, place;
	size_t at = 0;
	char *copy;
	int err;

	while ((found = hashindex_next(&names->index, hash, &at))) {
		const struct name *name = &names->list[found - 1];

		if (name->size == size && !memcmp(name->text, text, size)) {
			*id = found - 1;
			return 0;
		}
	}
	err = new_place(names, &place);
	if (err)
		return err;
	copy = malloc(size + 1);
	if (!copy || hashindex_add(&names->index, hash, place + 1)) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, text, size);
	copy[size] = '\0';
	if (place == names->count)
		names->count++;
	else
		names->free_count--;
	names->list[place] = (struct name){ copy, (uint32_t)size, 0, hash };
	names->unheld++;
	*id = place;
	return 0;
}

void names_hold(struct names *names, uint32_t id)
{
	if (!names->list[id].holders++)
		names->unheld--;
}

void names_drop(struct names *names, uint32_t id)
{
	if (!--names->list[id].holders)
		names->unheld++;
}

int names_sweep(struct names *names)
{
	size_t held = names->count - names->free_count - names->unheld;

	/* Not before the unheld outnumber the held: so a sweep costs no more than making them did.
	 */
	if (names->unheld < SWEEP_MIN || names->unheld < held)
		return 0;
	hashindex_fini(&names->index);
	for (size_t i = 0; i < names->count; i++) {
		struct name *name = &names->list[i];

		if (!name->text)
			continue;
		if (name->holders) {
			if (hashindex_add(&names->index, name->hash, (uint32_t)i + 1))
				return -ENOMEM;
			continue;
		}
		free(name->text);
		*name = (struct name){ 0 };
		names->free[names->free_count++] = (uint32_t)i;
	}
	names->unheld = 0;
	return 0;
}
