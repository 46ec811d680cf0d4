// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A trace of two workers that pass a ball to each other on two CPUs, which
 * every reader of Go traces accepts. An example of libgotrace, for C and C++:
 *
 *     cc write.c $(pkg-config --cflags --libs libgotrace) -o write
 *     ./write > ball.trace && go tool trace ball.trace
 */
#include <errno.h>
#include <gotrace.h>
#include <stdio.h>
#include <string.h>

#define MS UINT64_C(1000000)

static int to_stdout(void *ctx, const void *data, size_t size)
{
	(void)ctx;
	return fwrite(data, 1, size, stdout) == size ? 0 : -EIO;
}

static uint64_t name(struct gt_writer *w, const char *text)
{
	return gt_writer_lasting_string(w, text, strlen(text));
}

/* A stack of one frame; like names, it is good in all generations. */
static uint64_t stack(struct gt_writer *w, const char *func, const char *file, uint64_t line)
{
	struct gt_frame frame;

	frame.func = name(w, func);
	frame.file = name(w, file);
	frame.line = line;
	return gt_writer_lasting_stack(w, &frame, 1);
}

/* Worker g runs on the CPU of its own thread for 3 ms, wakes the other and waits for it. */
static void turn(struct gt_statuses *s, uint64_t start, uint64_t g, uint64_t other, uint64_t reason,
		 uint64_t where)
{
	gt_statuses_at(s, start);
	gt_statuses_proc_start(s, g, g - 1); /* M g takes P g - 1 */
	gt_statuses_go_start(s, g, g);
	gt_statuses_at(s, start + 3 * MS);
	gt_statuses_go_unblock(s, g, other, where);
	gt_statuses_go_block(s, g, reason, where);
	gt_statuses_proc_stop(s, g);
}

static void play(struct gt_writer *w, struct gt_statuses *s)
{
	const uint64_t reason = name(w, "waiting for the ball");
	const uint64_t where = stack(w, "pass", "ball.c", 7);

	/* What is there at the start: CPUs idle, worker 1 about to run, worker 2 asleep. */
	gt_statuses_at(s, MS);
	for (uint64_t p = 0; p < 2; p++)
		gt_statuses_proc(s, p, GT_PROC_IDLE, GT_NO_ID);
	gt_statuses_go(s, 1, GT_GO_RUNNABLE, GT_NO_ID, stack(w, "worker 1", "ball.c", 1));
	gt_statuses_go(s, 2, GT_GO_WAITING, GT_NO_ID, stack(w, "worker 2", "ball.c", 2));

	for (uint64_t i = 0; i < 1000; i++)
		turn(s, (2 + 4 * i) * MS, 1 + i % 2, 2 - i % 2, reason, where);
}

int main(void)
{
	struct gt_writer_options options;
	struct gt_statuses_options rules;
	struct gt_statuses *statuses;
	struct gt_writer *writer;
	int err;

	memset(&options, 0, sizeof(options));
	options.size = sizeof(options);
	options.version = 23;
	memset(&rules, 0, sizeof(rules));
	rules.size = sizeof(rules);
	rules.version = options.version;
	rules.generation_ns = 1000 * MS;

	err = gt_writer_new(&writer, &options, to_stdout, NULL);
	if (err)
		return 1;
	err = gt_statuses_new(&statuses, writer, &rules);
	if (!err) {
		play(writer, statuses);
		err = gt_writer_finish(writer);
		if (gt_statuses_refused(statuses))
			fprintf(stderr, "that was no legal trace\n");
		gt_statuses_free(statuses);
	}
	if (err)
		fprintf(stderr, "cannot write it: %s\n", strerror(-err));
	gt_writer_free(writer);
	return err ? 1 : 0;
}
