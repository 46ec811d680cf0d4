// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* COUNT children, one after the other, each of which ends at once: as many births as it can. */
#include <sys/wait.h>

#include "workload.h"

int main(int argc, char **argv)
{
	long count = workload_begin(argc, argv, 1000);
	uint64_t begin_ns = clock_ns(CLOCK_MONOTONIC);

	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		check(pid >= 0, "fork");
		if (pid == 0)
			_exit(0);
		check(waitpid(pid, NULL, 0) == pid, "wait");
	}
	printf("{\"workload\": \"births\", \"pid\": %d, \"count\": %ld, \"per_second\": %.0f}\n",
	       getpid(), count,
	       (double)count * 1e9 / (double)(clock_ns(CLOCK_MONOTONIC) - begin_ns));
	return 0;
}
