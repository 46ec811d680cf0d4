// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * How fast the writing side is, and how large an event: threads that run on
 * CPUs, make syscalls, block, and are woken by each other, with stacks, in
 * generations of a second of trace time, to a sink that throws all away.
 *
 *	bench_writer [EVENTS [THREADS [CPUS]]]
 *
 * Says events/s and bytes/event, and the peak of the memory used.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "gotrace/writer.h"

#define STACKS 64

struct bench {
	struct gt_writer *writer;
	struct gt_statuses *sched;
	uint64_t ts, random, generation;
	uint64_t reason, stacks[STACKS];
	uint64_t *running; /* thread of each CPU */
	uint64_t threads, cpus;
};

static int throw_away(void *ctx, const void *data, size_t size)
{
	(void)ctx;
	(void)data;
	(void)size;
	return 0;
}

static uint64_t pick(struct bench *b, uint64_t below)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return (b->random >> 32) * below >> 32;
}

static void make_stacks(struct bench *b)
{
	for (unsigned i = 0; i < STACKS; i++) {
		char text[16];
		struct gt_frame frames[2];

		snprintf(text, sizeof(text), "syscall%u", i % 20);
		frames[0] =
			(struct gt_frame){ gt_writer_string(b->writer, text, strlen(text)), 0, 0 };
		snprintf(text, sizeof(text), "comm%u", i % 16);
		frames[1] =
			(struct gt_frame){ gt_writer_string(b->writer, text, strlen(text)), 0, i };
		b->stacks[i] = gt_writer_stack(b->writer, frames, 2);
	}
	b->reason = gt_writer_string(b->writer, "sync", 4);
}

static void step_time(struct bench *b, uint64_t ns)
{
	uint64_t generation = gt_statuses_at(b->sched, b->ts += ns);

	if (generation != b->generation)
		make_stacks(b);
	b->generation = generation;
}

/* Some runnable thread takes the CPU; NULL effect if the one picked is not. */
static void switch_to(struct bench *b, uint64_t cpu)
{
	uint64_t next = 1 + pick(b, b->threads), prev = b->running[cpu];
	int status = gt_statuses_go_status(b->sched, next);

	if (status == GT_GO_RUNNING)
		return;
	if (status == GT_GO_WAITING)
		gt_statuses_go_unblock(b->sched, prev, next, b->stacks[pick(b, STACKS)]);
	step_time(b, 1000);
	if (pick(b, 4))
		gt_statuses_go_block(b->sched, prev, b->reason, b->stacks[pick(b, STACKS)]);
	else
		gt_statuses_go_stop(b->sched, prev, b->reason, b->stacks[pick(b, STACKS)]);
	gt_statuses_proc_stop(b->sched, prev);
	step_time(b, 500);
	gt_statuses_proc_start(b->sched, next, cpu);
	gt_statuses_go_start(b->sched, next, next);
	b->running[cpu] = next;
}

static void run(struct bench *b, uint64_t events)
{
	step_time(b, 10);
	for (uint64_t cpu = 0; cpu < b->cpus; cpu++) {
		gt_statuses_proc(b->sched, cpu, GT_PROC_RUNNING, cpu + 1);
		gt_statuses_go(b->sched, cpu + 1, GT_GO_RUNNING, cpu + 1, 0);
		b->running[cpu] = cpu + 1;
	}
	for (uint64_t g = b->cpus + 1; g <= b->threads; g++)
		gt_statuses_go(b->sched, g, GT_GO_WAITING, GT_NO_ID, 0);
	while (gt_writer_events(b->writer) < events) {
		uint64_t cpu = pick(b, b->cpus);

		for (uint64_t calls = pick(b, 4); calls; calls--) {
			step_time(b, 300);
			gt_statuses_syscall_begin(b->sched, b->running[cpu],
						  b->stacks[pick(b, STACKS)]);
			step_time(b, 700);
			gt_statuses_syscall_end(b->sched, b->running[cpu]);
		}
		switch_to(b, cpu);
	}
}

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int main(int argc, char **argv)
{
	uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 0) : 20000000;
	struct gt_writer_options writer_options = { .version = 23 };
	struct gt_statuses_options options = {
		.version = 23,
		.generation_ns = 1000000000,
		.generation_bytes = 16 << 20,
	};
	struct bench b = {
		.random = 88172645463325252,
		.threads = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000,
		.cpus = argc > 3 ? strtoull(argv[3], NULL, 0) : 16,
	};
	struct rusage usage;
	uint64_t begin;

	b.running = calloc(b.cpus, sizeof(*b.running));
	if (!b.running || b.threads <= b.cpus ||
	    gt_writer_new(&b.writer, &writer_options, throw_away, NULL) ||
	    gt_statuses_new(&b.sched, b.writer, &options))
		return 1;
	begin = cpu_ns();
	run(&b, events);
	if (gt_writer_finish(b.writer) || gt_statuses_refused(b.sched))
		return 1;
	events = gt_writer_events(b.writer);
	getrusage(RUSAGE_SELF, &usage);
	printf("%" PRIu64 " events, %" PRIu64 " generations, %" PRIu64
	       " threads: %.1f million events/s, %.2f bytes/event, %ld KiB at most\n",
	       events, b.generation, b.threads, 1e3 * (double)events / (double)(cpu_ns() - begin),
	       (double)gt_writer_bytes(b.writer) / (double)events, usage.ru_maxrss);
	gt_statuses_free(b.sched);
	gt_writer_free(b.writer);
	free(b.running);
	return 0;
}
