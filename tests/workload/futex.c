// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Two threads hand a turn to and fro with bare futex calls COUNT times. Every
 * FUTEX_WAKE is counted with what it woke, every FUTEX_WAIT with whether it
 * slept (0) or found the turn already changed (EAGAIN).
 */
#include <linux/futex.h>

#include "workload.h"

struct shared {
	uint32_t turn; /* whose it is: 0 or 1 */
	long count;
};

struct side {
	struct shared *shared;
	uint32_t me;
	const char *name;
	pid_t tid;
	long waits, slept, wakes, woke;
	struct book book;
};

static void wait_turn(struct side *side)
{
	uint32_t *turn = &side->shared->turn;

	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != side->me) {
		long ret =
			syscall(SYS_futex, turn, FUTEX_WAIT_PRIVATE, 1 - side->me, NULL, NULL, 0);

		side->waits++;
		side->slept += ret == 0;
		check(ret == 0 || errno == EAGAIN || errno == EINTR, "futex wait");
	}
}

static void pass_turn(struct side *side)
{
	long ret;

	__atomic_store_n(&side->shared->turn, 1 - side->me, __ATOMIC_RELEASE);
	ret = syscall(SYS_futex, &side->shared->turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	check(ret >= 0, "futex wake");
	side->wakes++;
	side->woke += ret;
}

static void *run(void *arg)
{
	struct side *side = arg;

	name_thread(side->name);
	side->tid = my_tid();
	for (long i = 0; i < side->shared->count; i++) {
		wait_turn(side);
		pass_turn(side);
	}
	side->book = book_read();
	return NULL;
}

int main(int argc, char **argv)
{
	struct shared shared = { .turn = 0, .count = workload_begin(argc, argv, 1000) };
	struct side sides[2] = {
		{ .shared = &shared, .me = 0, .name = "left" },
		{ .shared = &shared, .me = 1, .name = "right" },
	};
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		check(!pthread_create(&threads[i], NULL, run, &sides[i]), "thread");
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("{\"workload\": \"futex\", \"pid\": %d, \"count\": %ld, \"threads\": [", getpid(),
	       shared.count);
	for (int i = 0; i < 2; i++) {
		printf("%s{", i ? ", " : "");
		print_book(sides[i].name, sides[i].tid, &sides[i].book);
		printf(", \"waits\": %ld, \"slept\": %ld, \"wakes\": %ld, \"woke\": %ld}",
		       sides[i].waits, sides[i].slept, sides[i].wakes, sides[i].woke);
	}
	puts("]}");
	return 0;
}
