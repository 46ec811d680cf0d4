/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The table of threads: found by id or by tid, each with a slot of its own. It
 * holds them and their attributes; what happens to them is not its business.
 * It owns its threads: a pointer is valid until THREADS_REMEMBERED more
 * threads have been dropped after it.
 */
#ifndef GOTRACE_TRACK_THREADS_H
#define GOTRACE_TRACK_THREADS_H

#include <stddef.h>

#include "track/thread.h"

struct thread_table;

int thread_table_new(struct thread_table **out);
void thread_table_free(struct thread_table *table);

/* NULL if there is none. The newest thread of a tid. */
struct thread *thread_by_id(const struct thread_table *table, uint64_t id);
struct thread *thread_by_tid(const struct thread_table *table, uint32_t tid);

/* A new thread, THREAD_ABSENT, comm "?". id may be 0. NULL: no memory, or too many. */
struct thread *thread_table_add(struct thread_table *table, uint64_t id, uint32_t tid);
/*
 * It is dead, and found by thread_dead_by_id() only. Returns who is forgotten
 * for it: its slot is free after the next call. NULL: nobody.
 */
const struct thread *thread_table_drop(struct thread_table *table, struct thread *thread);

/*
 * One of the last to be dropped: for names only. A wakeup that another CPU
 * carries out can come after its waker's end.
 */
#define THREADS_REMEMBERED 256
struct thread *thread_dead_by_id(const struct thread_table *table, uint64_t id);

/*
 * One that thread_dead_by_id() found lives: its tid has a new owner because an
 * exec of its own gave it another one unseen. tid is its present one; if it is
 * not another, the new owner keeps it.
 */
void thread_table_revive(struct thread_table *table, struct thread *thread, uint32_t tid);

/* The thread was known by tid only. */
void thread_set_id(struct thread_table *table, struct thread *thread, uint64_t id);
/* It has another tid from now on, of which it is the newest owner. */
void thread_set_tid(struct thread_table *table, struct thread *thread, uint32_t tid);

size_t thread_table_count(const struct thread_table *table);
/* All threads, by tid, then id, into out[thread_table_count()]. */
void thread_table_list(const struct thread_table *table, struct thread **out);

/*
 * A comm without what a text may not hold: no control characters, not empty,
 * filled up with zeros.
 */
void thread_clean_comm(char out[REC_COMM_LEN], const char comm[REC_COMM_LEN]);

/* Serial arithmetic: a came after b. */
static inline bool num_newer(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

#endif
