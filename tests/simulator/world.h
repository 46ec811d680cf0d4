/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The simulated machine: CPUs, threads, and the kernel side that writes
 * records about them. It does what it is told; it chooses nothing.
 *
 * A thread's members stand in two groups: what is so in the kernel, and what
 * the kernel side has stored of it (bpf/thread.bpf.h), which may know less.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_WORLD_H
#define GOTRACE_TESTS_SIMULATOR_WORLD_H

#include "simulator/rng.h"
#include "simulator/sim.h"

#define WORLD_CPUS 64
#define WORLD_IDLE UINT32_MAX /* in place of a thread */

/* Syscalls that the simulator knows by number: x86-64's. */
enum {
	NR_READ = 0,
	NR_POLL = 7,
	NR_SCHED_YIELD = 24,
	NR_NANOSLEEP = 35,
	NR_CLONE = 56,
	NR_EXECVE = 59,
	NR_EXIT = 60,
	NR_WAIT4 = 61,
	NR_FUTEX = 202,
};

struct world_thread {
	/* the kernel */
	uint32_t tid;
	uint32_t process;
	uint64_t start_ns;
	uint8_t state; /* enum rec_state; dead threads stay in the array */
	uint16_t cpu;
	uint16_t sys; /* REC_SYS_* form */
	bool kernel;
	bool exiting; /* past sched_process_exit */
	bool waking;  /* between sched_waking and sched_wakeup */
	bool in_cgroup;
	uint8_t eager; /* 0 to 9: how seldom it sleeps */
	char comm[REC_COMM_LEN];
	/* its storage */
	uint64_t id;
	uint32_t num;
	uint8_t word_state;
	uint16_t word_cpu;
	uint16_t stored_sys;
	bool scope;
	bool described;
	uint64_t waker_id;
	uint32_t waker_tid;
	uint16_t waker_cpu;
	uint8_t waker_context;
	uint16_t waker_sys;
	bool waker_scope;
	uint64_t waking_ns;
	/* the truth being written */
	uint32_t goid_tid; /* the tid it had when it was born, listed, or last execed */
	uint32_t life;	   /* execs so far */
	bool revealed;	   /* an exec says that it is inside execve */
	uint64_t since_ns;
	bool was_scope, was_known;
};

struct world_process {
	uint32_t tgid;
	uint32_t leader; /* may be dead */
	uint32_t alive;	 /* threads */
	bool marked;	 /* -p */
};

struct world_cpu {
	uint32_t current; /* thread or WORLD_IDLE */
	uint64_t seq;
	uint64_t idle_id_count; /* ids given here */
};

struct world {
	const struct sim_options *options;
	struct rng rng;
	uint64_t now_ns;
	bool recording;
	bool listing; /* the snapshot is being taken */
	bool failed;  /* no memory: everything after is void */
	struct world_cpu cpus[WORLD_CPUS];
	struct world_thread *threads;
	size_t thread_count, thread_size;
	size_t alive;
	struct world_process *processes;
	size_t process_count, process_size;
	uint32_t next_tid;
	uint32_t *free_tids;
	size_t free_tid_count, free_tid_size;
	struct sim_record *records;
	size_t record_count, record_size;
	struct sim_interval *intervals;
	size_t interval_count, interval_size;
};

/* Grows *array to hold one more. False: no memory (world->failed is set). */
bool world_room(struct world *world, void *array, size_t *size, size_t count, size_t each);

void world_tick(struct world *world, uint32_t most_ns);

/* A thread that exists from the start, asleep, outside any syscall. */
uint32_t world_add_thread(struct world *world, uint32_t process, bool kernel);
uint32_t world_add_process(struct world *world, bool marked);

/* From here on records are written; the truth begins. */
void world_record(struct world *world);
/* Closes all intervals. */
void world_close(struct world *world);
/* What the snapshot pass writes of a thread, and stores. False: it is gone. */
bool world_snapshot(struct world *world, uint32_t thread, struct rec_snapshot *out);

/* ---- what happens; always on CPU cpu, whose current thread does it ---- */

void world_sys_enter(struct world *world, uint32_t cpu, uint16_t sys);
void world_sys_exit(struct world *world, uint32_t cpu);
/* next: a runnable thread or WORLD_IDLE. state, flags: as the record holds them. */
void world_switch(struct world *world, uint32_t cpu, uint32_t next, uint16_t state, uint8_t flags);
/* The two halves of a wakeup; the second one on the CPU that puts it on a queue. */
void world_waking(struct world *world, uint32_t cpu, uint32_t thread, uint8_t context);
void world_wakeup(struct world *world, uint32_t cpu, uint32_t thread, uint32_t target);
void world_fork(struct world *world, uint32_t cpu, bool thread);
void world_rename(struct world *world, uint32_t cpu);
/* Only if all others of the process are exiting or dead. */
void world_exec(struct world *world, uint32_t cpu);
void world_exit(struct world *world, uint32_t cpu);
/* Moves a thread between the cgroups; nobody records that. */
void world_move_cgroup(struct world *world, uint32_t thread);

#endif
