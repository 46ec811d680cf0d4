/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Go's slices.SortFunc and the heap of its trace reader, as they treat equal keys.
 *
 * Both are unstable, so which of two equal keys comes first is a property of
 * the algorithm; to give Go's order of events, the same comparisons and swaps
 * have to be made. Insertion sort up to 12 elements, above it the
 * pattern-defeating quicksort of Go 1.19 and later.
 */
#ifndef GOTRACE_TRACE_READ_GOSORT_H
#define GOTRACE_TRACE_READ_GOSORT_H

#include <stddef.h>
#include <stdint.h>

struct keyed {
	int64_t key;
	uint32_t index; /* of what has this key, at its owner */
};

void gosort(struct keyed *data, size_t count);

/*
 * The heap, smallest key first, count elements after the call's change.
 * goheap_push: data[count - 1] is new. goheap_update: data[at]'s key has changed.
 * goheap_remove: data[at] goes, and with it the last place of count + 1.
 */
void goheap_push(struct keyed *data, size_t count);
void goheap_update(struct keyed *data, size_t count, size_t at);
void goheap_remove(struct keyed *data, size_t count, size_t at);

#endif
