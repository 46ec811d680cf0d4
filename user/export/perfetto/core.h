/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The exporter's inside: what its files share. Nobody else includes this.
 *
 *   perfetto.c  what is done with each kind of change
 *   lanes.c     time, CPUs and who is shown on them, when bytes are written
 *   tasks.c     threads and processes: told of, named, in syscalls, ended
 *   bundle.c    events to bytes; packets.c: everything else to bytes
 *   sysnums.c   numbers of syscalls
 *
 * The first error is kept, and what follows it is not written.
 */
#ifndef GOTRACE_EXPORT_PERFETTO_CORE_H
#define GOTRACE_EXPORT_PERFETTO_CORE_H

#include "base/idmap.h"
#include "export/perfetto/bundle.h"
#include "export/perfetto/packets.h"
#include "export/perfetto/perfetto.h"
#include "export/perfetto/sysnums.h"

/*
 * The state that a thread leaves its CPU with, as the kernel's trace events
 * give it since 4.14: one bit. The last is none of theirs: a reader shows the
 * state as unknown.
 */
enum {
	LEFT_RUNNABLE = 0,
	LEFT_ASLEEP = 1,
	LEFT_DEAD = 0x10,
	LEFT_IDLE = 0x80, /* uninterruptible, but no load */
	LEFT_PREEMPTED = 0x100,
	LEFT_UNKNOWN = 0x200,
};

/* No thread has it: the kernel's priorities go from -1 to 139. */
#define PRIO_UNKNOWN 140

struct lane {
	struct bundle *bundle; /* NULL: nothing has happened here */
	uint32_t tid;	       /* who is shown to be here; 0: the idle task */
	uint32_t slot;	       /* the same, by slot */
	char comm[REC_COMM_LEN];
	bool begun;	 /* an event has said who is here */
	bool loss_track; /* there is a track for its losses */
};

/* What hangs on a thread's slot. */
struct task {
	bool told; /* its process is known to the trace */
	bool ended;
	uint32_t tid;	  /* that it is told by */
	uint16_t shown;	  /* the CPU it was last shown on, + 1; 0: none */
	uint16_t open;	  /* the syscall open in the trace, its number + 1; 0: none */
	uint32_t process; /* index in processes, + 1; 0: it is not counted there */
	char comm[REC_COMM_LEN];
};

struct process {
	uint32_t tgid;
	uint32_t threads; /* told of and not ended */
	bool told;
	bool leader_ended;
	char name[REC_COMM_LEN];
};

struct export_perfetto {
	struct export_perfetto_options options;
	char release[64];
	struct export_perfetto_stats stats;
	export_perfetto_sink sink;
	void *sink_ctx;
	int error;
	bool started;
	/* Times of events are nanoseconds since base_ns, from 1, each later than the one before. */
	uint64_t base_ns; /* CLOCK_MONOTONIC */
	uint64_t now;
	uint64_t last;
	uint64_t flush_at;
	struct lane *lanes;
	struct pb out; /* whole packets on their way to the sink */
	struct sysnums *sysnums;
	struct task *tasks;
	size_t task_room;
	struct idmap tgids; /* to slots of processes */
	struct process *processes;
	size_t process_room;
	/* Threads to be told of with the next packet. */
	struct packet_member members[PACKET_MEMBERS];
	size_t member_count;
};

/* ---- lanes.c ---- */

/* Time goes on to a change's; what is due is written. */
void lanes_at(struct export_perfetto *perfetto, uint64_t ts_ns);
/* A time that no event has yet; the same as CLOCK_MONOTONIC. */
uint64_t lanes_next_ns(struct export_perfetto *perfetto);
uint64_t lanes_mono_ns(const struct export_perfetto *perfetto, uint64_t ns);
/* The CPU's bundle, with room for an event. NULL: an error, now or before. */
struct bundle *lanes_bundle(struct export_perfetto *perfetto, unsigned cpu);
/* Keeps an error; counts an event if there is none. */
void lanes_added(struct export_perfetto *perfetto, int err);
/* Next comes onto the CPU; whoever is shown there leaves it with that state. */
void lanes_switch(struct export_perfetto *perfetto, unsigned cpu, unsigned prev_state,
		  const struct thread *next);
/* Is the thread shown there? */
bool lanes_shows(const struct export_perfetto *perfetto, unsigned cpu, const struct thread *thread);
/* The thread is not on the CPU where it is shown, if it is shown anywhere. */
void lanes_take_away(struct export_perfetto *perfetto, const struct thread *thread, unsigned state);
void lanes_wake(struct export_perfetto *perfetto, const struct change *change);
void lanes_lose(struct export_perfetto *perfetto, const struct change *change);
/* The capture went on to here, though nothing happened. */
void lanes_last_until(struct export_perfetto *perfetto);
/* Writes out what stands in all bundles. */
void lanes_flush(struct export_perfetto *perfetto);

/* ---- tasks.c ---- */

/* Room for the thread's slot. 0 or -ENOMEM. */
int tasks_room(struct export_perfetto *perfetto, const struct thread *thread);
static inline struct task *task_of(const struct export_perfetto *perfetto,
				   const struct thread *thread)
{
	return &perfetto->tasks[thread->slot];
}

/* A thread as events name it. */
struct bundle_task task_named(const struct thread *thread);
/* Tells which process the thread is of, unless it is told. */
void task_tell(struct export_perfetto *perfetto, const struct thread *thread);
/* Tells of those that task_tell() has gathered. */
void tasks_tell_gathered(struct export_perfetto *perfetto);
void task_born(struct export_perfetto *perfetto, const struct change *change);
void task_described(struct export_perfetto *perfetto, const struct thread *thread);
void task_renamed(struct export_perfetto *perfetto, const struct thread *thread);
/*
 * Has it another tid than it is told by? After an exec by a thread that was not
 * the leader; the exec itself may be lost. Told anew, then, under that one.
 */
void task_follow_tid(struct export_perfetto *perfetto, const struct thread *thread);
void task_ended(struct export_perfetto *perfetto, const struct thread *thread);
void task_forgotten(struct export_perfetto *perfetto, const struct thread *thread);

/* Its syscall in the trace is sys (REC_SYS_* form) from now on. */
void task_set_sys(struct export_perfetto *perfetto, const struct thread *thread, uint16_t sys);
/* It begins one, even if it is in the same already. */
void task_sys_enter(struct export_perfetto *perfetto, const struct thread *thread, uint16_t sys);
/* ret: NULL if not known. */
void task_sys_exit(struct export_perfetto *perfetto, const struct thread *thread,
		   const int64_t *ret);

#endif
