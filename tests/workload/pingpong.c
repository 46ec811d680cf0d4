// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Two threads, "ping" and "pong", pinned to one CPU, hand one byte to and fro
 * through two pipes COUNT times: each reads COUNT times and writes COUNT
 * times, and every read but the first few waits for the other's write, so the
 * waker of each is the other, from a task's context.
 */
#include "workload.h"

struct side {
	const char *name;
	int in, out;
	bool begins;
	long count;
	pid_t tid;
	struct book book;
};

static void *run(void *arg)
{
	struct side *side = arg;
	char byte = 'x';

	name_thread(side->name);
	pin_thread(0);
	side->tid = my_tid();
	for (long i = 0; i < side->count; i++) {
		if (side->begins)
			check(write(side->out, &byte, 1) == 1, "write");
		check(read(side->in, &byte, 1) == 1, "read");
		if (!side->begins)
			check(write(side->out, &byte, 1) == 1, "write");
	}
	side->book = book_read();
	return NULL;
}

int main(int argc, char **argv)
{
	long count = workload_begin(argc, argv, 1000);
	int there[2], back[2];
	pthread_t threads[2];

	check(!pipe(there) && !pipe(back), "pipe");

	struct side sides[2] = {
		{ .name = "ping", .in = back[0], .out = there[1], .begins = true, .count = count },
		{ .name = "pong", .in = there[0], .out = back[1], .begins = false, .count = count },
	};

	for (int i = 0; i < 2; i++)
		check(!pthread_create(&threads[i], NULL, run, &sides[i]), "thread");
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("{\"workload\": \"pingpong\", \"pid\": %d, \"count\": %ld, \"threads\": [", getpid(),
	       count);
	for (int i = 0; i < 2; i++) {
		printf("%s{", i ? ", " : "");
		print_book(sides[i].name, sides[i].tid, &sides[i].book);
		printf(", \"reads\": %ld, \"writes\": %ld}", count, count);
	}
	puts("]}");
	return 0;
}
