// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Births, execs and deaths. COUNT rounds; in each
 *   - a thread "worker" is created and joined,
 *   - a child is forked that exits at once,
 *   - a child is forked that execs this program again ("leaf"), which exits,
 *   - a child is forked whose second thread execs this program: that thread
 *     takes over the leader's tid.
 * Says which tids there were, in the order of their making.
 */
#include <sys/wait.h>

#include "workload.h"

static const char *self;

static void *worker(void *arg)
{
	name_thread("worker");
	*(pid_t *)arg = my_tid();
	return NULL;
}

static pid_t make_thread(void)
{
	pthread_t thread;
	pid_t tid = 0;

	check(!pthread_create(&thread, NULL, worker, &tid), "thread");
	pthread_join(thread, NULL);
	return tid;
}

static void *exec_leaf(void *arg)
{
	(void)arg;
	execl(self, "leaf", "--leaf", (char *)NULL);
	_exit(1);
}

static void child_exec_by_thread(void)
{
	pthread_t thread;

	check(!pthread_create(&thread, NULL, exec_leaf, NULL), "thread");
	pthread_join(thread, NULL);
	_exit(1);
}

enum kind {
	EXITS,
	EXECS,
	EXECS_BY_THREAD
};

static pid_t make_child(enum kind kind)
{
	pid_t pid = fork();
	int status;

	check(pid >= 0, "fork");
	if (pid == 0) {
		if (kind == EXECS)
			exec_leaf(NULL);
		if (kind == EXECS_BY_THREAD)
			child_exec_by_thread();
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid, "wait");
	errno = ECHILD;
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child");
	return pid;
}

static void print_list(const char *name, const pid_t *list, long count)
{
	printf(", \"%s\": [", name);
	for (long i = 0; i < count; i++)
		printf("%s%d", i ? ", " : "", list[i]);
	printf("]");
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "exits", "execs", "execs_by_thread" };
	char path[4096];
	pid_t *made[4];
	long count;

	if (argc == 2 && !strcmp(argv[1], "--leaf"))
		return 0;
	count = workload_begin(argc, argv, 5);
	check(realpath("/proc/self/exe", path) != NULL, "own path");
	self = path;
	for (int i = 0; i < 4; i++) {
		made[i] = calloc((size_t)count, sizeof(pid_t));
		check(made[i] != NULL, "memory");
	}
	for (long i = 0; i < count; i++) {
		made[0][i] = make_thread();
		for (int kind = EXITS; kind <= EXECS_BY_THREAD; kind++)
			made[1 + kind][i] = make_child((enum kind)kind);
	}
	printf("{\"workload\": \"forks\", \"pid\": %d, \"count\": %ld", getpid(), count);
	print_list("workers", made[0], count);
	for (int kind = EXITS; kind <= EXECS_BY_THREAD; kind++)
		print_list(names[kind], made[1 + kind], count);
	puts("}");
	for (int i = 0; i < 4; i++)
		free(made[i]);
	return 0;
}
