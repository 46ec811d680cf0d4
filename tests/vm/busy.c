// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "busy.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_US 5000
#define TRIES 2000

void pin_to(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(pid, sizeof(set), &set);
}

pid_t busy_start(int cpu, int nice)
{
	pid_t child = fork();

	if (!child) {
		pin_to(0, cpu);
		setpriority(PRIO_PROCESS, 0, nice);
		for (;;)
			;
	}
	return child;
}

void busy_finish(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

long busy_runs(pid_t pid)
{
	char path[64];
	long times = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	in = fopen(path, "re");
	if (in && fscanf(in, "%*d %*d %ld", &times) != 1)
		times = 0;
	if (in)
		fclose(in);
	return times;
}

void busy_wait(pid_t pid, long before)
{
	for (int i = 0; i < TRIES && busy_runs(pid) <= before; i++)
		usleep(POLL_US);
}

void busy_run_anew(pid_t pid)
{
	long before;

	kill(pid, SIGSTOP);
	waitpid(pid, NULL, WUNTRACED);
	before = busy_runs(pid);
	kill(pid, SIGCONT);
	busy_wait(pid, before);
}
