// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/words.h"

#include <stdio.h>
#include <string.h>

#define PAGE_FAULT "page fault"

enum fuse_class fuse_class_of(const struct fuse_segment *segment)
{
	if (segment->state == FUSE_ASLEEP)
		return FUSE_IS_ASLEEP;
	switch (segment->cause) {
	case FUSE_THROTTLED:
		return FUSE_IS_THROTTLED;
	case FUSE_PREEMPTED:
	case FUSE_YIELDED:
		return FUSE_IS_PREEMPTED;
	}
	return FUSE_IS_WOKEN;
}

static bool is_page_fault(const struct fuse_kernel *kernel, uint32_t word)
{
	size_t size;
	const char *text = fuse_kernel_text(kernel, word, &size);

	return size == sizeof(PAGE_FAULT) - 1 && !memcmp(text, PAGE_FAULT, size);
}

const char *fuse_class_text(const struct fuse_kernel *kernel, const struct fuse_segment *segment)
{
	switch (fuse_class_of(segment)) {
	case FUSE_IS_PREEMPTED:
		return "preempted";
	case FUSE_IS_THROTTLED:
		return "throttled";
	case FUSE_IS_ASLEEP:
		return is_page_fault(kernel, segment->word) ? PAGE_FAULT : "asleep";
	default:
		return segment->cause == FUSE_WOKEN ? "woken, waits for a CPU" : "waits for a CPU";
	}
}

/* What stands before who or in what; without that, alone. */
static const char *before_word(const struct fuse_segment *segment)
{
	if (segment->state == FUSE_ASLEEP)
		return "asleep: ";
	if (segment->cause == FUSE_PREEMPTED)
		return "preempted by ";
	if (segment->cause == FUSE_YIELDED)
		return "yielded to ";
	return NULL;
}

int fuse_cause_text(struct fuse_kernel *kernel, const struct fuse_segment *segment, uint32_t *text)
{
	const char *before = before_word(segment), *word, *alone;
	char buffer[256];
	size_t size;
	int used;

	if (before && segment->word) {
		word = fuse_kernel_text(kernel, segment->word, &size);
		used = snprintf(buffer, sizeof(buffer), "%s%.*s", before, (int)size, word);
		return texts_find(&kernel->texts, buffer, (size_t)used, text);
	}
	alone = segment->cause == FUSE_YIELDED && segment->state == FUSE_QUEUE
			? "yielded"
			: fuse_class_text(kernel, segment);
	return texts_find(&kernel->texts, alone, strlen(alone), text);
}
