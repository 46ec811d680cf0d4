// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "flight/lasttexts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static const enum stream_text_kind kinds[LASTTEXTS_KINDS] = { STREAM_CGROUPS, STREAM_COMMANDS,
							      STREAM_NAMES };

void lasttexts_fini(struct lasttexts *texts)
{
	for (size_t kind = 0; kind < LASTTEXTS_KINDS; kind++) {
		for (uint32_t slot = 0; slot < texts->of[kind].slots.slots; slot++)
			free(texts->of[kind].entries[slot].text);
		free(texts->of[kind].entries);
		idmap_fini(&texts->of[kind].slots);
	}
	memset(texts, 0, sizeof(*texts));
}

/* The entry of an id, made if it is new. NULL: no memory. */
static struct lasttexts_entry *entry_of(struct lasttexts *texts, size_t kind, uint64_t id)
{
	uint32_t slot = idmap_find(&texts->of[kind].slots, id);
	struct lasttexts_entry *entries;

	if (slot != IDMAP_NONE)
		return &texts->of[kind].entries[slot];
	if (texts->of[kind].slots.count == LASTTEXTS_MOST) {
		idmap_del(&texts->of[kind].slots,
			  texts->of[kind].entries[texts->of[kind].oldest].id);
		texts->of[kind].oldest = (texts->of[kind].oldest + 1) % LASTTEXTS_MOST;
	}
	if (texts->of[kind].slots.slots == texts->of[kind].room) {
		size_t before = texts->of[kind].room;

		entries = grow_array(texts->of[kind].entries, &texts->of[kind].room, before + 1,
				     sizeof(*entries));
		if (!entries)
			return NULL;
		memset(entries + before, 0, (texts->of[kind].room - before) * sizeof(*entries));
		texts->of[kind].entries = entries;
	}
	if (idmap_add(&texts->of[kind].slots, id, &slot))
		return NULL;
	return &texts->of[kind].entries[slot];
}

static int take_text(struct lasttexts *texts, size_t kind, const struct stream_text *text,
		     uint64_t ts_ns)
{
	char *copy = malloc(text->size + 1);
	struct lasttexts_entry *entry = copy ? entry_of(texts, kind, text->id) : NULL;

	if (!entry) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, text->text, text->size);
	free(entry->text);
	*entry = (struct lasttexts_entry){ text->id, ts_ns, copy, text->size };
	return 0;
}

int lasttexts_take(struct lasttexts *texts, const struct stream_texts *from)
{
	size_t kind = 0;
	int err = 0;

	while (kind < LASTTEXTS_KINDS && kinds[kind] != from->kind)
		kind++;
	for (size_t i = 0; i < from->count && kind < LASTTEXTS_KINDS && !err; i++)
		err = take_text(texts, kind, &from->texts[i], from->ts_ns);
	return err;
}

/* ---- playing ---- */

struct late {
	const struct lasttexts_entry *entry;
	enum stream_text_kind kind;
};

static int compare(const void *a, const void *b)
{
	const struct late *left = a, *right = b;

	return (left->entry->ts_ns > right->entry->ts_ns) -
	       (left->entry->ts_ns < right->entry->ts_ns);
}

static struct stream_text text_of(const struct lasttexts_entry *entry)
{
	return (struct stream_text){ entry->id, entry->text, entry->size };
}

/* Those of the beginning in one call a kind; the others into late. */
static int play_early(const struct lasttexts *texts, size_t kind, uint64_t begin_ns,
		      const struct stream *to, struct late *late, size_t *late_count)
{
	struct stream_texts early = { .kind = kinds[kind], .ts_ns = begin_ns };
	size_t slots = texts->of[kind].slots.slots;
	struct stream_text *list = malloc((slots + 1) * sizeof(*list));
	int err = 0;

	if (!list)
		return -ENOMEM;
	for (size_t slot = 0; slot < slots; slot++) {
		const struct lasttexts_entry *entry = &texts->of[kind].entries[slot];

		if (entry->ts_ns <= begin_ns)
			list[early.count++] = text_of(entry);
		else
			late[(*late_count)++] = (struct late){ entry, kinds[kind] };
	}
	early.texts = list;
	if (early.count)
		err = stream_texts(to, &early);
	free(list);
	return err;
}

static int play_late(struct late *late, size_t count, const struct stream *to)
{
	int err = 0;

	qsort(late, count, sizeof(*late), compare);
	for (size_t i = 0; i < count && !err; i++) {
		const struct stream_text text = text_of(late[i].entry);
		const struct stream_texts one = { late[i].kind, late[i].entry->ts_ns, &text, 1 };

		err = stream_texts(to, &one);
	}
	return err;
}

int lasttexts_play(const struct lasttexts *texts, uint64_t begin_ns, const struct stream *to)
{
	size_t count = 0, all = 1;
	struct late *late;
	int err = 0;

	for (size_t kind = 0; kind < LASTTEXTS_KINDS; kind++)
		all += texts->of[kind].slots.slots;
	late = malloc(all * sizeof(*late));
	if (!late)
		return -ENOMEM;
	for (size_t kind = 0; kind < LASTTEXTS_KINDS && !err; kind++)
		err = play_early(texts, kind, begin_ns, to, late, &count);
	if (!err)
		err = play_late(late, count, to);
	free(late);
	return err;
}
