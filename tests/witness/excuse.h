/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What neither the trace nor the judge can be blamed for, found in the raw
 * capture.
 *
 * Blind spots: a hosted virtual machine can hide threads of its host's agent
 * from every tracepoint and iterator; while such a thread is current, nothing
 * on its CPU is seen. Nothing is to be learnt from the threads that this
 * concerns, at those times. Hidden threads are those that a switch names and
 * that have no id; blind spots are where a thread's transitions do not follow
 * from each other though no number is missing. On a machine that hides nothing
 * such a contradiction is a fault, and judged as one.
 *
 * Unbooked waits: a thread that is preempted when it has already said that it
 * will sleep (its state is not 0) waits for a CPU like any other, but the
 * kernel's books know neither the wait nor the slice after it (sched_info_
 * depart() and _arrive()).
 *
 * Broken sleeps: when a signal comes between a thread's decision to sleep and
 * its switch out, it stays runnable, and the books call the switch voluntary.
 * When it is woken in between it stays runnable, too, and they do not; nobody
 * can tell the two from outside.
 */
#ifndef WITNESS_EXCUSE_H
#define WITNESS_EXCUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct excuses;

/* Reads a raw capture. 0, -ENOMEM, or what is wrong with the file. */
int excuses_new(struct excuses **out, const char *path);
void excuses_free(struct excuses *excuses);

/* Something of the thread was not seen between the two times (CLOCK_MONOTONIC). */
bool excuses_blind(const struct excuses *excuses, uint32_t tid, uint64_t from_ns, uint64_t to_ns);
/* Number and sum of the waits that ended between the two times and are not in the books. */
uint64_t excuses_unbooked(const struct excuses *excuses, uint32_t tid, uint64_t from_ns,
			  uint64_t to_ns, uint64_t *wait_ns);
/* Switches out of a syscall, between the two times, that may be broken sleeps. */
uint64_t excuses_broken(const struct excuses *excuses, uint32_t tid, uint64_t from_ns,
			uint64_t to_ns);

/* Switches to hidden threads; and blind spots. */
size_t excuses_hidden(const struct excuses *excuses);
size_t excuses_spots(const struct excuses *excuses);

#endif
