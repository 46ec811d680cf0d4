/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The threads the model knows, found by id or by tid, and the ids they get in
 * the trace. It holds attributes and the state; what a state means and how it
 * changes is machine.h. The table owns its threads: a pointer is valid until
 * THREADS_REMEMBERED more threads have been dropped after it.
 */
#ifndef GOTRACE_MODEL_THREADS_H
#define GOTRACE_MODEL_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* PID_MAX_LIMIT of a 64-bit kernel: tids are below. */
#define TID_LIMIT (1u << 22)
/* What a reused tid's goroutine id is moved up by. */
#define G_STEP 10000000u

/* What the trace holds of a thread. */
enum thread_state {
	T_ABSENT,   /* no goroutine: a stranger, or not yet seen on a CPU */
	T_RUNNABLE, /* waits for a CPU */
	T_RUNNING,  /* on its CPU */
	T_SYSCALL,  /* on its CPU, a syscall is open in the trace */
	T_WAITING,  /* asleep */
	T_LOST,	    /* Waiting in the trace; what it does was not recorded */
	T_BLOCKED,  /* mapping go: switched out inside a syscall, without a P */
	T_STATE_COUNT,
	T_DEAD = T_STATE_COUNT, /* to be dropped */
};

/* Ids of strings and stacks made for a thread in one generation (names.h). */
struct thread_names {
	uint64_t generation; /* 0: nothing here is valid */
	uint32_t root;	     /* its comm */
	uint32_t file;	     /* its process's name */
	uint32_t preempted_by;
	uint32_t yielded_to;
	uint32_t woken_by;
	struct {
		uint64_t key;
		uint32_t stack;
	} cache[8];
};

struct thread {
	uint64_t id; /* 0: only known by its tid */
	uint32_t tid;
	uint32_t tgid;
	uint32_t num;	   /* of its last transition */
	uint64_t start_ns; /* task_struct.start_time, or when it was first seen; 0: not known */
	uint8_t state;
	uint8_t start_state;  /* enum rec_state, until the start is settled */
	uint32_t start_moves; /* its transitions in records until then */
	uint8_t flags;	      /* enum rec_thread_flags */
	bool scope;
	bool orphan;	       /* its tid has a new owner: dropped when it leaves its CPU */
	bool presumed;	       /* dropped because its end was presumed, not seen */
	uint8_t presumed_from; /* the state it was in then */
	bool held_valid;       /* held_comm is a comm that belongs to a coming exec */
	bool label_pending;    /* a rename that no event has told yet */
	uint8_t lost_how;      /* while T_LOST: enum top, why nothing is known */
	uint16_t cpu;	       /* while T_RUNNING or T_SYSCALL */
	uint16_t sys;	       /* REC_SYS_*: what it is inside, on or off its CPU */
	uint16_t born_sys;     /* the syscall it was born inside, until it enters one */
	uint64_t g;	       /* goroutine; 0 if it has none */
	uint64_t m;	       /* M; 0 if it has none */
	uint64_t g_generation; /* in which its goroutine was introduced; 0: it never had one */
	char comm[REC_COMM_LEN];
	char leader_comm[REC_COMM_LEN];
	char held_comm[REC_COMM_LEN];
	struct thread_names names;
	struct thread *id_next;
	struct thread *tid_next;
};

struct thread_table;

int thread_table_new(struct thread_table **out);
void thread_table_free(struct thread_table *table);

/* NULL if there is none. The newest thread of a tid. */
struct thread *thread_by_id(const struct thread_table *table, uint64_t id);
struct thread *thread_by_tid(const struct thread_table *table, uint32_t tid);

/* A new thread, T_ABSENT, comm "?". id may be 0. NULL: no memory, or too many. */
struct thread *thread_table_add(struct thread_table *table, uint64_t id, uint32_t tid);
/* It is dead, and found by thread_dead_by_id() only. */
void thread_table_drop(struct thread_table *table, struct thread *thread);

/*
 * One of the last to be dropped: for names only. A wakeup that another CPU
 * carries out can come after its waker's end.
 */
#define THREADS_REMEMBERED 256
struct thread *thread_dead_by_id(const struct thread_table *table, uint64_t id);

/*
 * One that thread_dead_by_id() found lives: its tid has a new owner because an
 * exec of its own gave it another one unseen. Its goroutine goes on, its M is
 * one that no other thread has. tid is its present one; if it is not another,
 * the new owner keeps it.
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
 * A goroutine id nobody had before: tid, or for the k-th reuse tid + k * G_STEP.
 * 0: no memory.
 */
uint64_t thread_new_g(struct thread_table *table, struct thread *thread);
/* An M that no other thread of the table has: its tid if free, else its g. */
void thread_take_m(struct thread_table *table, struct thread *thread);
void thread_release_m(struct thread_table *table, struct thread *thread);
/* true if no thread has the M tid. */
bool thread_m_free(const struct thread_table *table, uint32_t tid);

static inline bool thread_on_cpu(const struct thread *thread)
{
	return thread->state == T_RUNNING || thread->state == T_SYSCALL;
}

/* Never in user mode: kernel threads and workers of io_uring and the like. */
static inline bool thread_is_kernel(const struct thread *thread)
{
	return thread->flags & (REC_THREAD_KERNEL | REC_THREAD_WORKER);
}

static inline bool sys_inside(uint16_t sys)
{
	return sys != REC_SYS_UNKNOWN && sys != REC_SYS_NONE;
}

/* Serial arithmetic: a came after b. */
static inline bool num_newer(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

#endif
