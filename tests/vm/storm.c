// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "storm.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the loads: each a process that goes on until it is killed ---- */

static void call(void)
{
	for (;;)
		syscall(SYS_getppid);
}

/* Values of all sizes come back. */
static void call_wide(void)
{
	for (;;) {
		syscall(SYS_brk, 0);
		syscall(SYS_close, -1);
	}
}

static void talk(void)
{
	int there[2], back[2];
	char byte = 0;

	if (pipe(there) || pipe(back))
		_exit(1);
	if (!fork()) {
		while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
			;
		_exit(0);
	}
	close(there[0]);
	while (write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1)
		;
	_exit(0);
}

static void on_alarm(int number)
{
	(void)number;
}

static void tick(void)
{
	const struct itimerval often = { .it_interval = { .tv_usec = 100 },
					 .it_value = { .tv_usec = 100 } };

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &often, NULL);
	for (;;)
		syscall(SYS_getppid);
}

static void nap(void)
{
	const struct timespec little = { .tv_nsec = 20000 };

	for (;;)
		nanosleep(&little, NULL);
}

static void give_birth(void)
{
	for (;;) {
		pid_t child = fork();

		if (child < 0)
			continue;
		if (!child) {
			prctl(PR_SET_NAME, "newborn");
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
}

static void yield(void)
{
	for (;;)
		sched_yield();
}

static void (*const loads[])(void) = { call, call_wide, talk, tick, nap, give_birth, yield, yield };

/* All in a process group of their own; returns its id. */
static pid_t start_loads(void)
{
	pid_t group = 0;

	for (size_t i = 0; i < COUNT_OF(loads); i++) {
		pid_t child = fork();

		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			setpgid(0, group);
			loads[i]();
			_exit(0);
		}
		if (child > 0) {
			setpgid(child, group);
			group = group ? group : child;
		}
	}
	return group;
}

static void stop_loads(pid_t group)
{
	kill(-group, SIGKILL);
	while (waitpid(-group, NULL, 0) > 0 || errno == EINTR)
		;
}

/* ---- the capture ---- */

static int read_on(struct capture *capture, const struct stream *to, const struct storm *storm)
{
	time_t end = time(NULL) + storm->seconds;
	int err = 0;

	while (!err && time(NULL) <= end) {
		usleep(storm->poll_us);
		err = capture_poll(capture, to);
	}
	return err;
}

static int capture_storm(const struct storm *storm, const struct stream *to, struct diag *diag)
{
	const struct capture_options options = {
		.scope = REC_SCOPE_SYSTEM,
		.buffer_bytes = storm->buffer_bytes,
	};
	struct capture *capture;
	pid_t group;
	int err = capture_open(&capture, &options, diag);

	if (err)
		return err;
	group = start_loads(); /* before the start: some are inside calls then */
	err = capture_start(capture, diag);
	if (!err)
		err = capture_begin(capture, to);
	if (!err)
		err = read_on(capture, to, storm);
	stop_loads(group);
	if (!err)
		err = capture_stop(capture, to);
	capture_close(capture);
	return err;
}

int storm_run(const struct storm *storm, bool *good, struct strict_found *found, struct diag *diag)
{
	struct strict *strict;
	struct stream to;
	int err = strict_new(&strict);

	if (err)
		return err;
	to = strict_stream(strict);
	err = capture_storm(storm, &to, diag);
	if (!err)
		*good = strict_judge(strict, found);
	strict_free(strict);
	return err;
}
