// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * COUNT processes, born by a parent on each CPU, each of which ends at once: as
 * many births a second as it can. A child borrows its parent's memory (vfork), so
 * that what is measured is births, not copies of page tables.
 */
#include <sys/wait.h>

#include "workload.h"

static void give_birth(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	check(pid > 0, "vfork");
	check(waitpid(pid, NULL, 0) == pid, "wait");
}

static void give_births(long count)
{
	while (count-- > 0)
		give_birth();
}

int main(int argc, char **argv)
{
	long count = workload_begin(argc, argv, 1000);
	long parents = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t begin_ns = clock_ns(CLOCK_MONOTONIC);

	for (long i = 0; i < parents; i++) {
		pid_t pid = fork();

		check(pid >= 0, "fork");
		if (pid == 0) {
			give_births(count * (i + 1) / parents - count * i / parents);
			_exit(0);
		}
	}
	for (long i = 0; i < parents; i++) {
		int status;

		check(wait(&status) > 0 && status == 0, "wait");
	}
	printf("{\"workload\": \"births\", \"pid\": %d, \"count\": %ld, \"per_second\": %.0f}\n",
	       getpid(), count,
	       (double)count * 1e9 / (double)(clock_ns(CLOCK_MONOTONIC) - begin_ns));
	return 0;
}
