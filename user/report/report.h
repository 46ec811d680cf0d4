/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Report: the sums of what happened, for who has no viewer at hand: how long
 * the threads of each name ran, waited for a CPU and slept; who ran on the CPU
 * they waited for; what they slept in. This is the store of its rows. It is
 * told by a source (changes.h: a raw capture; events.h: a Go trace), and told
 * to people by a renderer (text.h); it knows neither.
 *
 * A thread's sums stand under the name that it has at its end, so that one
 * that names itself after its birth is found under its own name. Of a part of
 * the time everything counts by what of it lies within.
 *
 * A wait is split by who was on the CPU for which the thread waited. Those who
 * are not in the source as lives are told apart where it says who they are.
 */
#ifndef GOTRACE_REPORT_REPORT_H
#define GOTRACE_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/spread.h"
#include "filter/filter.h"
#include "gotrace.h"
#include "record.h"
#include "report/cpus.h"

struct report;

/* What a row of threads is of. */
enum report_by {
	REPORT_BY_NAME,
	REPORT_BY_PROCESS,
	REPORT_BY_THREAD,
	REPORT_BY_CGROUP,
};

/* What is wanted of it. Zeroed: all, by name. */
struct report_options {
	enum report_by by;
	uint64_t from, to;	     /* this part alone, ns since the start; to 0: to the end */
	const struct filter *filter; /* whom rows are of; borrowed. NULL: everybody */
	size_t longest;		     /* so many single waits and runs are kept */
	uint64_t longest_ns;	     /* if they are at least so long */
	uint32_t cpus;		     /* of the machine; 0: not known */
	bool partial;		     /* the source has some threads, not all of a machine */
};

int report_new(struct report **out);
void report_free(struct report *report);

/* Before anything is told. 0 or -ENOMEM. */
int report_choose(struct report *report, const struct report_options *options);

/* ---- for sources; times are ns since the start; each: 0 or -ENOMEM ---- */

enum report_state {
	REPORT_ABSENT, /* not there yet: its time is not counted */
	REPORT_RUNNING,
	REPORT_SYSCALL, /* inside one, mostly on its CPU */
	REPORT_WAITING, /* for a CPU */
	REPORT_ASLEEP,
};

#define REPORT_NO_CPU CPU_NO_ID		    /* none; waiting: whichever it gets */
#define REPORT_UNKNOWN_CPU (UINT64_MAX - 1) /* waiting: for one, nobody knows which */

/* What a source can tell of at all; without it rows say that it is not known. */
enum report_knows {
	REPORT_KNOWS_CALLS = 1 << 0,
	REPORT_KNOWS_IDLE = 1 << 1, /* a CPU on which it has nobody is idle */
};
void report_know(struct report *report,
		 unsigned knows); /* enum report_knows, and what was before */
/* The machine has so many CPUs. Before anybody is there. */
void report_see_machine(struct report *report, uint32_t cpus);
uint32_t report_machine(const struct report *report); /* 0: not known */

/* A text that rows may have; 0 is nothing to say. */
int report_add_text(struct report *report, const char *text, size_t size, uint32_t *id);
/* The same of somebody whom the source has no more than a name of. */
int report_add_stranger(struct report *report, const char *text, size_t size, uint32_t *id);

/* Who somebody is beyond the name. Zeroed: it is not known. */
struct report_who {
	uint64_t tid; /* of a Go program's goroutine: its number */
	bool recurs;  /* other lives may have the same tid, and are the same thread */
	uint32_t pid;
	uint32_t ns_pid;    /* in its innermost pid namespace */
	uint32_t process;   /* texts: its process's name, */
	uint32_t command;   /* its command line, */
	uint32_t cgroup;    /* its cgroup's path, */
	uint32_t container; /* and of which container that is */
	struct rec_attributes attributes;
};

/* Somebody is there from now on. The number may be another's after report_leave(). */
int report_enter(struct report *report, uint32_t *life, uint64_t now);
int report_name(struct report *report, uint32_t life, const char *name, size_t size);
/* The same life as far as it is known now. 0 or -ENOMEM. */
int report_describe(struct report *report, uint32_t life, const struct report_who *who);
/* Do rows speak of it? Its name counts as it is now. */
bool report_speaks_of(const struct report *report, uint32_t life);
const struct report_options *report_options(const struct report *report);
/* What it goes over to. */
struct report_step {
	enum report_state state;
	uint64_t now;
	uint64_t cpu;  /* where, if it comes onto one; waiting: for which one */
	uint32_t why;  /* a text. Asleep: in what. Waiting: to blame where nobody was there */
	uint32_t idle; /* waiting: a text for where its CPU was idle, as a stranger says */
	bool why_all;  /* waiting: nobody else is to blame */
	bool limited;  /* waiting: a limit keeps it from running, on whatever CPU */
};
int report_go(struct report *report, uint32_t life, const struct report_step *step);
/* It waits on, for another CPU; now, cpu, why and idle count. */
int report_move(struct report *report, uint32_t life, const struct report_step *to);
/* Of the wait that its last step has ended, so much was due to a limit. */
struct report_share {
	uint64_t ns;
	uint32_t what; /* a text: the limit */
	uint32_t rest; /* in place of its why */
	bool first;    /* it began with that */
};
int report_share(struct report *report, uint32_t life, const struct report_share *share);
/* The same, and nothing is known of limits. Otherwise so is what its next step finds. */
int report_settle(struct report *report, uint32_t life);
int report_leave(struct report *report, uint32_t life, uint64_t now);
enum report_state report_state_of(const struct report *report, uint32_t life);

/* A syscall of somebody's that began and ended. */
struct report_call {
	uint32_t name; /* a text */
	bool has_result;
	int64_t result;
	uint64_t from, to;
};
int report_add_call(struct report *report, uint32_t life, const struct report_call *call);
/* Another thing that began and ended: somebody's, or of the whole program (REPORT_NO_LIFE). */
int report_add_range(struct report *report, uint32_t life, const struct report_call *range);
#define REPORT_NO_LIFE UINT32_MAX

/* The CPU is there; records of it are missing, so who ran there up to now is not known. */
int report_see_cpu(struct report *report, uint64_t cpu, uint64_t now);
int report_lose_cpu(struct report *report, uint64_t cpu, uint64_t now);
/*
 * Somebody without a life, a text or REPORT_IDLE, comes onto the CPU or goes.
 * It is only told of as long as somebody waits for the CPU: going, it has been
 * there since.
 */
#define REPORT_IDLE UINT32_MAX
int report_stranger_in(struct report *report, uint64_t cpu, uint32_t what, uint64_t now);
int report_stranger_out(struct report *report, uint64_t cpu, uint32_t what, uint64_t now);
/* Who is on the CPU is not known from then on, up to whoever is told next: a text that says so. */
int report_blind(struct report *report, uint64_t cpu, uint32_t what, uint64_t from);
/* Every move of one that waits is told. */
void report_tells(struct report *report, bool moves);
/* Others may be on the CPUs, of whom the source says nothing. */
void report_is_part(struct report *report);
/* The last call: what goes on counts up to now. */
int report_end(struct report *report, uint64_t now);

/* ---- after report_end(); all is borrowed until report_free() ---- */

/* A sum, and what its noise is judged by: the sum of its parts' squares. */
struct report_sum {
	uint64_t ns, count;
	double squares;
};

struct report_thread {		      /* all threads of a row */
	uint32_t label;		      /* what the row is called, a text */
	uint32_t name;		      /* of its last thread */
	struct report_who who;	      /* likewise; what all of a row have in common holds for all */
	uint64_t threads;	      /* how many different tids */
	uint64_t running, in_syscall; /* the time in syscalls is not part of running */
	struct report_sum runs, waits, sleeps; /* runs: with the time in syscalls */
	uint64_t longest_wait, longest_from;
	struct spread *spread; /* of its waits; NULL: there was none */
	uint64_t still_ns;     /* of sleeps that go on at the end; sleeps are those that ended */
	uint64_t still;	       /* so many threads slept all the while */
	uint64_t moves;	       /* between CPUs, on them or while it waits */

	/* ---- the store's ---- */
	uint32_t order;	    /* when its last life ended */
	uint32_t scheduled; /* a text: how, since sched_ns of its waiting */
	uint64_t sched_ns;
	bool ran, matches, is_sum, leads;
};

struct report_pair {
	uint32_t who; /* the label of those who waited or slept */
	uint32_t what;
	uint64_t ns, times; /* of a sleep: those that ended */
	uint64_t longest, longest_from;
	uint64_t still_ns; /* of sleeps that go on at the end */

	/* ---- the store's ---- */
	uint64_t part, mark; /* of the wait at hand */
};

/* Asleep, be it still. */
static inline uint64_t report_blocked(const struct report_thread *row)
{
	return row->sleeps.ns + row->still_ns;
}

/* What stands for nobody in report_pair.what. */
#define REPORT_NOBODY 0

struct report_call_sum { /* all calls of a syscall */
	uint32_t name;
	struct report_sum sum;
	struct spread spread;
	uint64_t longest_from;
	uint64_t errors;
	/* Of each error: what is its errno, times how many there were; the most first. */
	const struct report_pair *error_rows;
	size_t error_count;
};

/* How threads of a row were scheduled, if not as most are. */
struct report_sched {
	uint32_t who, what;
	uint64_t waiting; /* meanwhile */
	const struct rec_attributes *attributes;
};

/* A single wait for a CPU, or a single time on one. */
struct report_single {
	uint64_t ns, from;
	uint32_t name; /* a text: who it was */
	uint32_t what; /* of a wait: behind whom for most of it, a text */
	uint64_t tid;  /* 0: not known */
	uint64_t cpu;  /* REPORT_NO_CPU: it got none */
};

uint64_t report_duration(const struct report *report);
size_t report_cpus(const struct report *report);

/* Those that ran longest first. */
const struct report_thread *report_threads(const struct report *report, size_t *count);
/* Waits for a CPU. what: who ran there meanwhile; or what is known if nobody did. */
const struct report_pair *report_waits(const struct report *report, size_t *count);
/* Sleeps. what: what it is inside, and the reason. Those first that were the longest in sum. */
const struct report_pair *report_sleeps(const struct report *report, size_t *count);
/* Likewise the sleeps of those who slept all the while, which are not among the others. */
const struct report_pair *report_stills(const struct report *report, size_t *count);
unsigned report_known(const struct report *report); /* enum report_knows */
/* Those that took longest in sum first. */
const struct report_call_sum *report_calls(const struct report *report, size_t *count);
/* Likewise what a Go program's trace has of ranges, regions and tasks. */
const struct report_call_sum *report_ranges(const struct report *report, size_t *count);
/* By number. *sure: wasted is known. */
const struct cpu_times *report_cpu_times(const struct report *report, size_t *count, bool *sure);
/* The longest waiting first. 0 or -ENOMEM; the caller frees *out. */
int report_scheds(const struct report *report, struct report_sched **out, size_t *count);
/* All waits of all rows. */
void report_spread(const struct report *report, struct spread *out);
/* The longest first. *more: so many were long enough and had no place. */
const struct report_single *report_long_waits(const struct report *report, size_t *count,
					      uint64_t *more);
const struct report_single *report_long_runs(const struct report *report, size_t *count,
					     uint64_t *more);
/* So many threads slept all the while. */
uint64_t report_still(const struct report *report);
/* All moves of all rows. */
uint64_t report_moves(const struct report *report);
/* How wide the widest label is, in columns. */
size_t report_label_width(const struct report *report);
/* The text of a name or what; "?" for 0. */
struct gt_text report_text(const struct report *report, uint32_t id);
/* Is most of the waiting behind nobody that the source has, though it may not have all? */
bool report_waits_for_nobody(const struct report *report);

#endif
