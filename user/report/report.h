/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Report: the sums of what happened, for who has no viewer at hand: how long
 * the threads of each name ran, waited for a CPU and slept; who ran on the CPU
 * they waited for; what they slept in. This is the store of its rows. It is
 * told by a source (changes.h: a raw capture; events.h: a Go trace), and told
 * to people by a renderer (text.h); it knows neither.
 *
 * A thread's sums stand under the name that it has at its end, so that one
 * that names itself after its birth is found under its own name.
 *
 * Who ran meanwhile is whoever the source has: of some processes alone, a CPU
 * that runs others is idle.
 */
#ifndef GOTRACE_REPORT_REPORT_H
#define GOTRACE_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gotrace.h"

struct report;

int report_new(struct report **out);
void report_free(struct report *report);

/* ---- for sources; times are ns since the start; each: 0 or -ENOMEM ---- */

enum report_state {
	REPORT_ABSENT, /* not there yet: its time is not counted */
	REPORT_RUNNING,
	REPORT_SYSCALL, /* inside one, mostly on its CPU */
	REPORT_WAITING, /* for a CPU */
	REPORT_ASLEEP,
};

#define REPORT_NO_CPU UINT64_MAX

/* A text that rows may have; 0 is nothing to say. */
int report_add_text(struct report *report, const char *text, size_t size, uint32_t *id);
/* The same of somebody whom the source has no more than a name of. */
int report_add_stranger(struct report *report, const char *text, size_t size, uint32_t *id);

/* Somebody is there from now on. The number may be another's after report_leave(). */
int report_enter(struct report *report, uint32_t *life);
int report_name(struct report *report, uint32_t life, const char *name, size_t size);
/* What it goes over to. cpu: where, if it comes onto one. why: a text, for a wait or a sleep. */
struct report_step {
	enum report_state state;
	uint64_t now;
	uint64_t cpu;
	uint32_t why;
};
int report_go(struct report *report, uint32_t life, const struct report_step *step);
int report_leave(struct report *report, uint32_t life, uint64_t now);
enum report_state report_state_of(const struct report *report, uint32_t life);

/* The CPU is there. */
int report_see_cpu(struct report *report, uint64_t cpu);
/* The last call: what goes on counts up to now. */
int report_end(struct report *report, uint64_t now);

/* ---- after report_end(); all is borrowed until report_free() ---- */

struct report_thread { /* all threads of a name */
	uint32_t name;
	uint32_t threads;
	uint64_t running, in_syscall; /* the time in syscalls is not part of running */
	uint64_t waiting, blocked;
	uint64_t longest_wait, longest_from;
};

struct report_pair {
	uint32_t who; /* the name of those who waited or slept */
	uint32_t what;
	uint64_t ns, times;
	uint64_t longest, longest_from;
};

/* What stands for nobody in report_pair.what. */
#define REPORT_NOBODY 0

uint64_t report_duration(const struct report *report);
size_t report_cpus(const struct report *report);

/* Those that ran longest first. */
const struct report_thread *report_threads(const struct report *report, size_t *count);
/* Waits for a CPU. what: who ran there meanwhile; or what is known if nobody did. */
const struct report_pair *report_waits(const struct report *report, size_t *count);
/* Sleeps. what: what it is inside, and the reason. Both: longest sum first. */
const struct report_pair *report_sleeps(const struct report *report, size_t *count);
/* The text of a name or what; "?" for 0. */
struct gt_text report_text(const struct report *report, uint32_t id);
/* Is most of the waiting behind nobody that the source has? */
bool report_waits_for_nobody(const struct report *report);

#endif
