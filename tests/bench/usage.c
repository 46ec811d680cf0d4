// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Runs a command and says what it used, as JSON in FILE:
 *
 *	usage FILE COMMAND [ARG...]
 *
 * A process inherits its peak of memory from the one that forks it, so that
 * anything larger than this small program would measure itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	double begin = wall();
	struct rusage used;
	int status;
	pid_t child;
	FILE *out;

	if (argc < 3) {
		fputs("usage: usage FILE COMMAND [ARG...]\n", stderr);
		return 2;
	}
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) != child)
		return 1;
	out = fopen(argv[1], "w");
	if (!out)
		return 1;
	fprintf(out,
		"{\"user_s\": %.6f, \"system_s\": %.6f, \"wall_s\": %.6f, \"peak_kib\": %ld}\n",
		seconds(used.ru_utime), seconds(used.ru_stime), wall() - begin, used.ru_maxrss);
	if (fclose(out))
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
