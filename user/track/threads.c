// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Two chained hash tables over the same threads. A thread keeps its memory and
 * its slot for ever; both are used again for another when it is forgotten.
 */
#include "track/threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Every tid once alive and once dying; a damaged capture may name any number. */
#define MAX_THREADS (2 * TID_LIMIT)
#define FIRST_BUCKETS 1024

struct thread_table {
	struct thread **by_id;
	struct thread **by_tid;
	size_t buckets; /* a power of two, of each */
	size_t count;
	struct thread *unused; /* linked by id_next */
	/* A ring: the oldest, if any, where the next one will be put. */
	struct thread *dropped[THREADS_REMEMBERED];
	unsigned next_dropped;
	uint32_t slots; /* given out so far */
};

static size_t hash(const struct thread_table *table, uint64_t key)
{
	return (key * 0x9e3779b97f4a7c15u >> 32) & (table->buckets - 1);
}

/* Threads without an id are spread by their tid. */
static size_t hash_id(const struct thread_table *table, const struct thread *thread)
{
	return hash(table, thread->id ? thread->id : thread->tid);
}

static void link_id(struct thread_table *table, struct thread *thread)
{
	struct thread **head = &table->by_id[hash_id(table, thread)];

	thread->id_next = *head;
	*head = thread;
}

static void link_tid(struct thread_table *table, struct thread *thread)
{
	struct thread **head = &table->by_tid[hash(table, thread->tid)];

	thread->tid_next = *head;
	*head = thread;
}

static void unlink_id(struct thread_table *table, struct thread *thread)
{
	struct thread **at = &table->by_id[hash_id(table, thread)];

	while (*at != thread)
		at = &(*at)->id_next;
	*at = thread->id_next;
}

static void unlink_tid(struct thread_table *table, struct thread *thread)
{
	struct thread **at = &table->by_tid[hash(table, thread->tid)];

	while (*at != thread)
		at = &(*at)->tid_next;
	*at = thread->tid_next;
}

int thread_table_new(struct thread_table **out)
{
	struct thread_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->buckets = FIRST_BUCKETS;
	table->slots = THREAD_SLOT_FIRST;
	table->by_id = calloc(table->buckets, sizeof(struct thread *));
	table->by_tid = calloc(table->buckets, sizeof(struct thread *));
	if (!table->by_id || !table->by_tid) {
		thread_table_free(table);
		return -ENOMEM;
	}
	*out = table;
	return 0;
}

static void free_chain(struct thread *thread)
{
	while (thread) {
		struct thread *next = thread->id_next;

		free(thread);
		thread = next;
	}
}

void thread_table_free(struct thread_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; table->by_id && i < table->buckets; i++)
		free_chain(table->by_id[i]);
	free_chain(table->unused);
	for (size_t i = 0; i < THREADS_REMEMBERED; i++)
		free(table->dropped[i]);
	free(table->by_id);
	free(table->by_tid);
	free(table);
}

struct thread *thread_by_id(const struct thread_table *table, uint64_t id)
{
	struct thread *thread = table->by_id[hash(table, id)];

	while (thread && thread->id != id)
		thread = thread->id_next;
	return thread;
}

struct thread *thread_by_tid(const struct thread_table *table, uint32_t tid)
{
	struct thread *thread = table->by_tid[hash(table, tid)];

	while (thread && (thread->tid != tid || thread->orphan))
		thread = thread->tid_next;
	return thread;
}

/* Doubles the buckets. Without memory the chains only grow longer. */
static void grow(struct thread_table *table)
{
	size_t old = table->buckets;
	struct thread **ids = table->by_id, **tids = table->by_tid;
	struct thread **new_ids = calloc(2 * old, sizeof(struct thread *));
	struct thread **new_tids = calloc(2 * old, sizeof(struct thread *));

	if (!new_ids || !new_tids) {
		free(new_ids);
		free(new_tids);
		return;
	}
	table->by_id = new_ids;
	table->by_tid = new_tids;
	table->buckets = 2 * old;
	for (size_t i = 0; i < old; i++) {
		for (struct thread *t = ids[i], *next; t; t = next) {
			next = t->id_next;
			link_id(table, t);
		}
		/* Newest first stays newest first: append, not prepend. */
		for (struct thread *t = tids[i], *next; t; t = next) {
			struct thread **at = &table->by_tid[hash(table, t->tid)];

			next = t->tid_next;
			t->tid_next = NULL;
			while (*at)
				at = &(*at)->tid_next;
			*at = t;
		}
	}
	free(ids);
	free(tids);
}

/* Memory for a thread, with its slot; NULL: none. */
static struct thread *take_unused(struct thread_table *table)
{
	struct thread *thread = table->unused;

	if (thread) {
		table->unused = thread->id_next;
		return thread;
	}
	thread = malloc(sizeof(*thread));
	if (thread)
		thread->slot = table->slots++;
	return thread;
}

struct thread *thread_table_add(struct thread_table *table, uint64_t id, uint32_t tid)
{
	struct thread *thread = table->count < MAX_THREADS ? take_unused(table) : NULL;

	if (!thread)
		return NULL;
	if (table->count >= table->buckets)
		grow(table);
	*thread = (struct thread){ .slot = thread->slot };
	thread->id = id;
	thread->tid = tid;
	thread->comm[0] = thread->leader_comm[0] = '?';
	link_id(table, thread);
	link_tid(table, thread);
	table->count++;
	return thread;
}

const struct thread *thread_table_drop(struct thread_table *table, struct thread *thread)
{
	struct thread *oldest;

	unlink_id(table, thread);
	unlink_tid(table, thread);
	table->count--;
	oldest = table->dropped[table->next_dropped];
	if (oldest) {
		oldest->id_next = table->unused;
		table->unused = oldest;
	}
	table->dropped[table->next_dropped] = thread;
	table->next_dropped = (table->next_dropped + 1) % THREADS_REMEMBERED;
	return oldest;
}

struct thread *thread_dead_by_id(const struct thread_table *table, uint64_t id)
{
	for (size_t i = 0; i < THREADS_REMEMBERED; i++)
		if (table->dropped[i] && table->dropped[i]->id == id)
			return table->dropped[i];
	return NULL;
}

void thread_table_revive(struct thread_table *table, struct thread *thread, uint32_t tid)
{
	for (size_t i = 0; i < THREADS_REMEMBERED; i++)
		if (table->dropped[i] == thread)
			table->dropped[i] = NULL;
	thread->orphan = thread->tid == tid;
	thread->tid = tid;
	thread->state = thread->presumed_from;
	thread->presumed = false;
	link_id(table, thread);
	link_tid(table, thread);
	table->count++;
}

void thread_set_id(struct thread_table *table, struct thread *thread, uint64_t id)
{
	unlink_id(table, thread);
	thread->id = id;
	link_id(table, thread);
}

void thread_set_tid(struct thread_table *table, struct thread *thread, uint32_t tid)
{
	unlink_id(table, thread);
	unlink_tid(table, thread);
	thread->tid = tid;
	thread->orphan = false;
	link_tid(table, thread);
	link_id(table, thread);
}

size_t thread_table_count(const struct thread_table *table)
{
	return table->count;
}

static int by_tid_then_id(const void *a, const void *b)
{
	const struct thread *x = *(struct thread *const *)a;
	const struct thread *y = *(struct thread *const *)b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

void thread_table_list(const struct thread_table *table, struct thread **out)
{
	size_t n = 0;

	for (size_t i = 0; i < table->buckets; i++)
		for (struct thread *t = table->by_id[i]; t; t = t->id_next)
			out[n++] = t;
	qsort(out, n, sizeof(*out), by_tid_then_id);
}

void thread_clean_comm(char out[REC_COMM_LEN], const char comm[REC_COMM_LEN])
{
	size_t n = strnlen(comm, REC_COMM_LEN - 1);

	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)comm[i] < ' ' || comm[i] == 0x7f ? '?' : comm[i];
	if (n == 0)
		out[n++] = '?';
	memset(out + n, 0, REC_COMM_LEN - n);
}
