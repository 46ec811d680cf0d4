// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Makes traces for the judge by calling the scheduler view (gotrace/writer.h) at
 * random: mostly what is likely to be legal, now and then anything. Whatever
 * is called in whatever order, Go has to accept what comes out.
 *
 *	sched_fuzz DIR SEED COUNT [STEPS]
 *
 * writes COUNT traces DIR/SEED-VERSION.trace, seeds counting up, all header
 * versions in turn, and says at the end how much was accepted and refused.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gotrace/writer.h"

#define PROCS 4
#define MS 4
#define GOS 6

static const int versions[] = { 22, 23, 25, 26 };

struct fuzz {
	int version;
	uint64_t random;
	struct gt_writer *writer;
	struct gt_statuses *sched;
	uint64_t ts;
	uint64_t generation;
	uint64_t string, stack;			/* of this generation */
	uint64_t lasting_string, lasting_stack; /* of any, or gone by now */
	uint64_t accepted;
	unsigned kinds; /* of calls that were accepted at least once */
};

static uint64_t pick(struct fuzz *f, uint64_t below)
{
	/* splitmix64 */
	uint64_t x = f->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31) % below;
}

/* Ids that are in use most of the time, and now and then one that is not. */
static uint64_t pick_m(struct fuzz *f)
{
	return pick(f, 50) ? 1000 + pick(f, MS) : pick(f, 2) ? GT_NO_ID : 7;
}

static uint64_t pick_g(struct fuzz *f)
{
	return pick(f, 50) ? 1 + pick(f, GOS) : pick(f, 2) ? GT_NO_ID : 0;
}

static uint64_t pick_p(struct fuzz *f)
{
	return pick(f, 50) ? pick(f, PROCS) : pick(f, 2) ? GT_NO_ID : 8;
}

static uint64_t pick_stack(struct fuzz *f)
{
	if (!pick(f, 4))
		return f->lasting_stack;
	return pick(f, 40) ? (pick(f, 3) ? f->stack : 0) : 1 + pick(f, 5);
}

static uint64_t pick_string(struct fuzz *f)
{
	if (!pick(f, 4))
		return f->lasting_string;
	return pick(f, 40) ? f->string : pick(f, 4);
}

/* Many names and few stacks last, so that some are always gone. */
static void make_lasting(struct fuzz *f)
{
	struct gt_frame frames[2];
	char text[32];

	snprintf(text, sizeof(text), "name %" PRIu64, pick(f, 400));
	f->lasting_string = gt_writer_lasting_string(f->writer, text, strlen(text));
	frames[0] = (struct gt_frame){ f->lasting_string, 0, pick(f, 3) };
	frames[1] = (struct gt_frame){ 0, f->lasting_string, 1 };
	if (pick(f, 2))
		f->lasting_stack =
			gt_writer_lasting_stack(f->writer, frames, 1 + (unsigned)pick(f, 2));
}

/* What stands beside the events: it may be anywhere. */
static void add_extras(struct fuzz *f)
{
	uint64_t ts = f->ts + pick(f, 3) + 1;

	if (!pick(f, 30))
		make_lasting(f);
	if (!pick(f, 100))
		gt_writer_sample(f->writer, ts, pick_m(f), pick(f, 2) ? pick(f, PROCS) : GT_NO_ID,
				 pick(f, 2) ? 1 + pick(f, GOS) : GT_NO_ID,
				 pick(f, 2) ? f->lasting_stack : 0);
	if (f->version > 22 && !pick(f, 300))
		gt_writer_experiment(f->writer, 1, 1000, ts, "\0\x80", 2);
}

static void set_time(struct fuzz *f)
{
	char text[32];
	struct gt_frame frames[2];

	f->ts += pick(f, 8) ? pick(f, 40) : pick(f, 4000);
	if (!pick(f, 20))
		f->ts -= f->ts > 100 ? 100 : 0; /* clocks do run backwards */
	f->generation = gt_statuses_at(f->sched, f->ts);
	if (pick(f, 4) && gt_writer_stacks(f->writer))
		return;
	f->string = pick(f, 2) ? gt_writer_string(f->writer, "sync", 4)
			       : gt_writer_late_string(f->writer);
	snprintf(text, sizeof(text), "fn%" PRIu64, pick(f, 9));
	frames[0] = (struct gt_frame){ gt_writer_string(f->writer, text, strlen(text)), f->string,
				       1 + pick(f, 3) };
	frames[1] = (struct gt_frame){ f->string, 0, 7 };
	f->stack = gt_writer_stack(f->writer, frames, 1 + (unsigned)pick(f, 2));
}

static int start_status(struct fuzz *f)
{
	static const enum gt_go_status all[] = { GT_GO_RUNNABLE, GT_GO_RUNNING, GT_GO_SYSCALL,
						 GT_GO_WAITING };
	uint64_t m = pick(f, 2) ? pick_m(f) : GT_NO_ID;

	if (pick(f, 2))
		return gt_statuses_proc(f->sched, pick_p(f), 1 + pick(f, 3), m);
	return gt_statuses_go(f->sched, pick_g(f), all[pick(f, 4)], m, pick_stack(f));
}

static int call(struct fuzz *f, unsigned kind)
{
	struct gt_statuses *s = f->sched;
	uint64_t m = pick_m(f);

	switch (kind) {
	case 0:
		return start_status(f);
	case 1:
		return gt_statuses_proc_start(s, m, pick_p(f));
	case 2:
		return gt_statuses_proc_stop(s, m);
	case 3:
		return gt_statuses_proc_steal(s, m, pick_p(f), pick_m(f));
	case 4:
		return gt_statuses_go_create(s, m, pick_g(f), pick_stack(f), pick_stack(f));
	case 5:
		return gt_statuses_go_start(s, m, pick_g(f));
	case 6:
		return gt_statuses_go_stop(s, m, pick_string(f), pick_stack(f));
	case 7:
		return gt_statuses_go_block(s, m, pick_string(f), pick_stack(f));
	case 8:
		return gt_statuses_go_unblock(s, pick(f, 2) ? m : GT_NO_ID, pick_g(f),
					      pick_stack(f));
	case 9:
		return pick(f, 4) ? -EINVAL : gt_statuses_go_destroy(s, m);
	case 10:
		return gt_statuses_go_destroy_syscall(s, m);
	case 11:
		return gt_statuses_syscall_begin(s, m, pick_stack(f));
	case 12:
		return gt_statuses_syscall_end(s, m);
	case 13:
		return gt_statuses_syscall_end_blocked(s, m);
	case 14:
		return gt_statuses_label(s, m, pick_string(f));
	case 15:
		return gt_statuses_log(s, m, pick_string(f), pick_string(f), pick_stack(f));
	case 16:
		return gt_statuses_procs_change(s, m, 1 + pick(f, 5), pick_stack(f));
	}
	return -EINVAL;
}

#define KINDS 17
#define ALL_KINDS ((1u << KINDS) - 2) /* but statuses, which are over by then */

static int to_file(void *ctx, const void *data, size_t size)
{
	return fwrite(data, 1, size, ctx) == size ? 0 : -EIO;
}

static void run(struct fuzz *f, unsigned steps)
{
	unsigned start_steps = (unsigned)pick(f, 60);

	set_time(f);
	while (start_steps--)
		start_status(f);
	/* A trace without any event is none. */
	gt_statuses_proc(f->sched, PROCS, GT_PROC_IDLE, GT_NO_ID);
	gt_statuses_proc_start(f->sched, 999, PROCS);
	for (unsigned i = 0; i < steps; i++) {
		unsigned kind = (unsigned)pick(f, KINDS);

		if (!pick(f, 3))
			set_time(f);
		add_extras(f);
		if (!call(f, kind)) {
			f->accepted++;
			f->kinds |= 1u << kind;
		}
	}
}

static int make_trace(struct fuzz *f, const char *dir, uint64_t seed, unsigned steps)
{
	int version = versions[seed % 4];
	struct gt_writer_options writer_options = {
		.size = sizeof(writer_options),
		.version = version,
		.max_lasting_strings = 1,
		.max_lasting_stacks = 3,
		.clock_ts = 5,
		.clock_mono_ns = 1000,
		.clock_wall_ns = UINT64_C(1700000000123456789),
	};
	struct gt_statuses_options options = { .size = sizeof(options), .version = version };
	char path[4096];
	FILE *file;
	int err;

	f->version = version;
	f->random = seed;
	options.generation_ns = pick(f, 4) ? 50 + pick(f, 5000) : 0;
	options.generation_bytes = pick(f, 4) ? 0 : 200;
	/* Now and then where a float no longer holds every number. */
	f->ts = pick(f, 8) ? pick(f, 3) : (UINT64_C(1) << (50 + pick(f, 11))) - pick(f, 5);
	snprintf(path, sizeof(path), "%s/%" PRIu64 "-%d.trace", dir, seed, version);
	file = fopen(path, "wb");
	if (!file)
		return -errno;
	err = gt_writer_new(&f->writer, &writer_options, to_file, file);
	if (!err)
		err = gt_statuses_new(&f->sched, f->writer, &options);
	if (!err) {
		run(f, steps);
		err = gt_writer_finish(f->writer);
	}
	gt_statuses_free(f->sched);
	gt_writer_free(f->writer);
	return fclose(file) ? -EIO : err;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	unsigned steps = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 0) : 2000;
	uint64_t accepted = 0;
	unsigned kinds = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: sched_fuzz DIR SEED COUNT [STEPS]\n");
		return 2;
	}
	for (uint64_t i = 0; i < count; i++) {
		struct fuzz f = { 0 };
		int err = make_trace(&f, argv[1], seed + i, steps);

		if (err) {
			fprintf(stderr, "sched_fuzz: seed %" PRIu64 ": %s\n", seed + i,
				strerror(-err));
			return 1;
		}
		accepted += f.accepted;
		kinds |= f.kinds;
	}
	printf("seeds %" PRIu64 " to %" PRIu64 ": %" PRIu64 " calls of %u steps each accepted\n",
	       seed, seed + count - 1, accepted, steps);
	if (kinds != ALL_KINDS) {
		fprintf(stderr, "sched_fuzz: calls never accepted, mask %#x\n", ALL_KINDS & ~kinds);
		return 1;
	}
	return 0;
}
