// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/read/gosort.h"

#include <stdbool.h>

#define MAX_INSERTION 12 /* above: quicksort */
#define NINTHER 50	 /* from here: median of medians, and shifting is worth it */

/* A stretch being sorted: [lo, hi) of data. Indices are signed: hi may fall below lo. */
struct range {
	struct keyed *data;
	long lo, hi;
};

enum hint {
	UNKNOWN,
	INCREASING,
	DECREASING
};

static bool less(const struct range *r, long a, long b)
{
	return r->data[a].key < r->data[b].key;
}

static void swap(const struct range *r, long a, long b)
{
	struct keyed held = r->data[a];

	r->data[a] = r->data[b];
	r->data[b] = held;
}

static int bit_length(uint64_t value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

static void insertion_sort(const struct range *r)
{
	for (long i = r->lo + 1; i < r->hi; i++)
		for (long j = i; j > r->lo && less(r, j, j - 1); j--)
			swap(r, j, j - 1);
}

static void sift_down_max(const struct range *r, long root, long count)
{
	long child;

	while ((child = 2 * root + 1) < count) {
		if (child + 1 < count && less(r, r->lo + child, r->lo + child + 1))
			child++;
		if (!less(r, r->lo + root, r->lo + child))
			return;
		swap(r, r->lo + root, r->lo + child);
		root = child;
	}
}

static void heap_sort(const struct range *r)
{
	long count = r->hi - r->lo;

	for (long i = (count - 1) / 2; i >= 0; i--)
		sift_down_max(r, i, count);
	for (long i = count - 1; i >= 0; i--) {
		swap(r, r->lo, r->lo + i);
		sift_down_max(r, 0, i);
	}
}

/* Exchanges a and b if they are in the wrong order, and counts it. */
static void order(const struct range *r, long *a, long *b, int *swaps)
{
	if (less(r, *b, *a)) {
		long held = *a;

		*a = *b;
		*b = held;
		(*swaps)++;
	}
}

static long median(const struct range *r, long a, long b, long c, int *swaps)
{
	order(r, &a, &b, swaps);
	order(r, &b, &c, swaps);
	order(r, &a, &b, swaps);
	return b;
}

static long choose_pivot(const struct range *r, enum hint *hint)
{
	long count = r->hi - r->lo;
	long i = r->lo + count / 4, j = r->lo + count / 4 * 2, k = r->lo + count / 4 * 3;
	int swaps = 0;

	if (count >= 8) {
		if (count >= NINTHER) {
			i = median(r, i - 1, i, i + 1, &swaps);
			j = median(r, j - 1, j, j + 1, &swaps);
			k = median(r, k - 1, k, k + 1, &swaps);
		}
		j = median(r, i, j, k, &swaps);
	}
	*hint = !swaps ? INCREASING : swaps == 4 * 3 ? DECREASING : UNKNOWN;
	return j;
}

static void reverse(const struct range *r)
{
	for (long i = r->lo, j = r->hi - 1; i < j; i++, j--)
		swap(r, i, j);
}

/* Shifts the element at i - 1 down and the one at i up, after they were exchanged. */
static void shift(const struct range *r, long i)
{
	if (i - r->lo >= 2)
		for (long j = i - 1; j >= 1 && less(r, j, j - 1); j--)
			swap(r, j, j - 1);
	if (r->hi - i >= 2)
		for (long j = i + 1; j < r->hi && less(r, j, j - 1); j++)
			swap(r, j, j - 1);
}

/* A few repairs of a stretch that looks sorted. True: it is sorted now. */
static bool partial_insertion_sort(const struct range *r)
{
	long i = r->lo + 1;

	for (int step = 0; step < 5; step++) {
		while (i < r->hi && !less(r, i, i - 1))
			i++;
		if (i == r->hi)
			return true;
		if (r->hi - r->lo < NINTHER)
			return false;
		swap(r, i, i - 1);
		shift(r, i);
	}
	return false;
}

/* Scatters three elements, by a generator that is seeded with the length. */
static void break_patterns(const struct range *r)
{
	long count = r->hi - r->lo;
	uint64_t random = (uint64_t)count;
	uint64_t mask = (UINT64_C(1) << bit_length((uint64_t)count)) - 1;
	long middle = r->lo + count / 4 * 2;

	if (count < 8)
		return;
	for (long at = middle - 1; at <= middle + 1; at++) {
		long other;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		other = (long)(random & mask);
		if (other >= count)
			other -= count;
		swap(r, at, r->lo + other);
	}
}

/* Puts what equals the pivot first; nothing may be less. Returns where the rest begins. */
static long partition_equal(const struct range *r, long pivot)
{
	long i = r->lo + 1, j = r->hi - 1;

	swap(r, r->lo, pivot);
	for (;;) {
		while (i <= j && !less(r, r->lo, i))
			i++;
		while (i <= j && less(r, r->lo, j))
			j--;
		if (i > j)
			return i;
		swap(r, i++, j--);
	}
}

/* Puts what is less than the pivot before it. Returns where the pivot is then. */
static long partition(const struct range *r, long pivot, bool *was_partitioned)
{
	long i = r->lo + 1, j = r->hi - 1;

	*was_partitioned = true;
	swap(r, r->lo, pivot);
	for (;;) {
		while (i <= j && less(r, i, r->lo))
			i++;
		while (i <= j && !less(r, j, r->lo))
			j--;
		if (i > j)
			break;
		*was_partitioned = false;
		swap(r, i++, j--);
	}
	swap(r, j, r->lo);
	return j;
}

static void quick_sort(struct range r, int limit)
{
	bool balanced = true, partitioned = true;

	while (r.hi - r.lo > MAX_INSERTION) {
		long count = r.hi - r.lo, pivot, left, right;
		enum hint hint;

		if (!limit) {
			heap_sort(&r);
			return;
		}
		if (!balanced) {
			break_patterns(&r);
			limit--;
		}
		pivot = choose_pivot(&r, &hint);
		if (hint == DECREASING) {
			reverse(&r);
			pivot = r.hi - 1 - (pivot - r.lo);
			hint = INCREASING;
		}
		if (balanced && partitioned && hint == INCREASING && partial_insertion_sort(&r))
			return;
		if (r.lo > 0 && !less(&r, r.lo - 1, pivot)) {
			r.lo = partition_equal(&r, pivot);
			continue;
		}
		pivot = partition(&r, pivot, &partitioned);
		left = pivot - r.lo;
		right = r.hi - pivot;
		if (left < right) {
			balanced = left >= count / 8;
			quick_sort((struct range){ r.data, r.lo, pivot }, limit);
			r.lo = pivot + 1;
		} else {
			balanced = right >= count / 8;
			quick_sort((struct range){ r.data, pivot + 1, r.hi }, limit);
			r.hi = pivot;
		}
	}
	insertion_sort(&r);
}

void gosort(struct keyed *data, size_t count)
{
	quick_sort((struct range){ data, 0, (long)count }, bit_length(count));
}

static size_t sift_up(struct keyed *data, size_t at)
{
	struct keyed held = data[at];

	while (at > 0 && data[(at - 1) / 2].key > held.key) {
		data[at] = data[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	data[at] = held;
	return at;
}

/* The left child wins over an equal right one, the parent over both; INT64_MAX never wins. */
static void sift_down(struct keyed *data, size_t count, size_t at)
{
	struct keyed held = data[at];

	for (;;) {
		size_t left = 2 * at + 1, least = at;
		int64_t key = held.key;

		if (left < count && data[left].key < key) {
			key = data[left].key;
			least = left;
		}
		if (left + 1 < count && data[left + 1].key < key)
			least = left + 1;
		if (least == at)
			break;
		data[at] = data[least];
		at = least;
	}
	data[at] = held;
}

void goheap_push(struct keyed *data, size_t count)
{
	sift_up(data, count - 1);
}

void goheap_update(struct keyed *data, size_t count, size_t at)
{
	if (sift_up(data, at) == at)
		sift_down(data, count, at);
}

void goheap_remove(struct keyed *data, size_t count, size_t at)
{
	/* To the root along its ancestors, whatever the keys; then the last takes its place. */
	for (; at > 0; at = (at - 1) / 2)
		data[at] = data[(at - 1) / 2];
	data[0] = data[count];
	if (count)
		sift_down(data, count, 0);
}
