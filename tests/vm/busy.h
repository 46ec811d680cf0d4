/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Busy: processes that want a CPU all the while, and whether they got it. A
 * machine may be so busy that they wait for seconds.
 */
#ifndef BUSY_H
#define BUSY_H

#include <sys/types.h>

void pin_to(pid_t pid, int cpu);

/* On that CPU, nice; until busy_finish(). */
pid_t busy_start(int cpu, int nice);
void busy_finish(pid_t pid);

/* How often it has come onto a CPU. */
long busy_runs(pid_t pid);
/* Until it has so more than `before` times, or for ten seconds. */
void busy_wait(pid_t pid, long before);
/* Takes it off its CPU, and waits until it is on one again. */
void busy_run_anew(pid_t pid);

#endif
