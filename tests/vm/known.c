// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "known.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAP_NS 2000000 /* long enough to sleep through in a slow guest, too */

/* A process that was waited for has yet to leave its CPU for the last time. */
#define SETTLE_US 50000

static pid_t my_tid(void)
{
	return syscall(SYS_gettid);
}

/* ---- two threads that take turns ---- */

/* What the asker sends on comes out at `there`, what comes back at `back`. */
struct pair {
	struct known *known;
	int send, there, answer, back;
};

static void *answer(void *arg)
{
	struct pair *pair = arg;
	char byte;

	pair->known->answerer = my_tid();
	while (read(pair->there, &byte, 1) == 1 && byte == '?') {
		if (write(pair->answer, &byte, 1) != 1)
			pair->known->failed = true;
	}
	return NULL;
}

/* A nap before each question, so that the answerer sleeps when it comes. */
static void ask(struct pair *pair)
{
	const struct timespec nap = { 0, NAP_NS };
	pthread_t thread;
	char byte = '?';

	if (pthread_create(&thread, NULL, answer, pair)) {
		pair->known->failed = true;
		return;
	}
	for (int i = 0; i < pair->known->rounds; i++) {
		nanosleep(&nap, NULL);
		if (write(pair->send, &byte, 1) != 1 || read(pair->back, &byte, 1) != 1)
			pair->known->failed = true;
	}
	byte = '.';
	if (write(pair->send, &byte, 1) != 1)
		pair->known->failed = true;
	pthread_join(thread, NULL);
}

static void run_pipe(struct known *known)
{
	int there[2], back[2];

	if (pipe(there) || pipe(back)) {
		known->failed = true;
		return;
	}
	ask(&(struct pair){ known, there[1], there[0], back[1], back[0] });
}

static bool loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool up = fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &request);

	close(fd);
	return up;
}

/* A UDP socket on loopback that is connected to itself: what is sent comes back. */
static int udp_loop(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t size = sizeof(name);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) ||
	    getsockname(fd, (struct sockaddr *)&name, &size) ||
	    connect(fd, (struct sockaddr *)&name, sizeof(name)))
		return -1;
	return fd;
}

static void run_local(struct known *known)
{
	int back[2];
	int fd = loopback_up() ? udp_loop() : -1;

	if (fd < 0 || pipe(back)) {
		known->failed = true;
		return;
	}
	ask(&(struct pair){ known, fd, fd, back[1], back[0] });
}

/* ---- the others ---- */

static void run_calls(struct known *known)
{
	for (int i = 0; i < known->rounds; i++)
		syscall(SYS_getppid);
}

static void run_timer(struct known *known)
{
	const struct timespec nap = { 0, NAP_NS };

	for (int i = 0; i < known->rounds; i++)
		nanosleep(&nap, NULL);
}

static void run_forks(struct known *known)
{
	for (int i = 0; i < known->rounds; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			syscall(SYS_getppid);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			known->failed = true;
	}
}

static void *name_itself(void *arg)
{
	pthread_setname_np(pthread_self(), "named");
	return arg;
}

static void run_threads(struct known *known)
{
	pthread_t thread;

	for (int i = 0; i < known->rounds; i++) {
		if (pthread_create(&thread, NULL, name_itself, NULL) || pthread_join(thread, NULL))
			known->failed = true;
	}
}

static void run_compat(struct known *known)
{
	char rounds[16];

	snprintf(rounds, sizeof(rounds), "%d", known->rounds);
	execl(known->compat, "compat", rounds, (char *)NULL);
	known->unable = errno == ENOEXEC;
	known->failed = true;
}

static void move_to(const char *cgroup, struct known *known)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		known->failed = true;
	close(fd);
}

static void child(struct known *known)
{
	static void (*const runs[])(struct known * known) = {
		[KNOWN_CALLS] = run_calls,   [KNOWN_PIPE] = run_pipe,
		[KNOWN_TIMER] = run_timer,   [KNOWN_LOCAL] = run_local,
		[KNOWN_FORKS] = run_forks,   [KNOWN_THREADS] = run_threads,
		[KNOWN_COMPAT] = run_compat,
	};
	char byte = 0;

	close(known->go[1]);
	known->asker = my_tid();
	if (known->cgroup)
		move_to(known->cgroup, known);
	if (write(known->ready[1], &byte, 1) != 1 || read(known->go[0], &byte, 1) != 0)
		_exit(1);
	runs[known->kind](known);
	_exit(known->failed);
}

int known_start(struct known **out, const struct known *wanted)
{
	struct known *known = mmap(NULL, sizeof(*known), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	char byte;

	if (known == MAP_FAILED)
		return -errno;
	*known = *wanted;
	if (pipe(known->go) || pipe(known->ready))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child(known);
	known->pid = pid;
	close(known->go[0]);
	close(known->ready[1]);
	if (read(known->ready[0], &byte, 1) != 1)
		known->failed = true;
	close(known->ready[0]);
	*out = known;
	return 0;
}

void known_run(void *arg)
{
	struct known *known = arg;
	int status = 0;

	close(known->go[1]);
	if (waitpid(known->pid, &status, 0) != known->pid || status)
		known->failed = true;
	known->pid = 0;
	usleep(SETTLE_US);
}

void known_free(struct known *known)
{
	if (!known)
		return;
	if (known->pid) {
		kill(known->pid, SIGKILL);
		waitpid(known->pid, NULL, 0);
		close(known->go[1]);
	}
	munmap(known, sizeof(*known));
}
