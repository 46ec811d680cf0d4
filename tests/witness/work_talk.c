// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Kinds of threads that wake each other, so that who ends each sleep, by what
 * and in which context, is known. Role 0 leads and says when it is over.
 */
#include "work.h"

#include <arpa/inet.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* ---- bytes to and fro: pipes and sockets ---- */

static bool pipes_open(struct team *team)
{
	return !pipe(team->there) && !pipe(team->back);
}

static void ends_close(struct team *team)
{
	for (int i = 0; i < 2; i++) {
		close(team->there[i]);
		close(team->back[i]);
	}
}

/*
 * The leader writes 'x' and reads the answer, the other answers; 'q' is the
 * last one. Read and write are given by number, with four zeros for recvfrom
 * and sendto; the rest of pause is the leader's time between two rounds.
 */
static void exchange(struct job *job, long read_call, long write_call, uint64_t pause_ns)
{
	struct team *team = job->team;
	int in = job->role ? team->there[0] : team->back[0];
	int out = job->role ? team->back[1] : team->there[1];
	char byte = 'x';

	while (byte != 'q') {
		if (job->role == 0) {
			byte = goes_on(job) ? 'x' : 'q';
			must(call(job, write_call, out, &byte, 1L, 0L, 0L, 0L) == 1, "write");
		}
		must(call(job, read_call, in, &byte, 1L, 0L, 0L, 0L) == 1, "read");
		if (job->role)
			must(call(job, write_call, out, &byte, 1L, 0L, 0L, 0L) == 1, "write");
		else
			compute(pause_ns);
		job_span(job);
	}
}

static void pipe_near(struct job *job)
{
	pin(0);
	job_wakers(job, "read", WAKE_TASK, "write", job->team->tids[1 - job->role]);
	job_begin(job);
	exchange(job, SYS_read, SYS_write, 0);
	job_end(job);
}

static void pipe_far(struct job *job)
{
	pin(job->role);
	job_wakers(job, "read", WAKE_TASK, "write", job->team->tids[1 - job->role]);
	job_begin(job);
	exchange(job, SYS_read, SYS_write, 50 * US);
	job_end(job);
}

static bool unix_open(struct team *team)
{
	return !socketpair(AF_UNIX, SOCK_STREAM, 0, team->there) &&
	       !socketpair(AF_UNIX, SOCK_DGRAM, 0, team->back);
}

static void unix_talk(struct job *job)
{
	job_wakers(job, "recvfrom", WAKE_TASK, "sendto", job->team->tids[1 - job->role]);
	job_begin(job);
	exchange(job, SYS_recvfrom, SYS_sendto, 100 * US);
	job_end(job);
}

/* A datagram socket of the loopback, connected to the other. */
static bool udp_pair(int ends[2])
{
	struct sockaddr_in at[2];
	socklen_t size = sizeof(at[0]);

	for (int i = 0; i < 2; i++) {
		at[i] = (struct sockaddr_in){ .sin_family = AF_INET,
					      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		ends[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (ends[i] < 0 || bind(ends[i], (struct sockaddr *)&at[i], size) ||
		    getsockname(ends[i], (struct sockaddr *)&at[i], &size))
			return false;
	}
	return !connect(ends[0], (struct sockaddr *)&at[1], size) &&
	       !connect(ends[1], (struct sockaddr *)&at[0], size);
}

static bool tcp_pair(int ends[2])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bool good;

	ends[1] = socket(AF_INET, SOCK_STREAM, 0);
	good = listener >= 0 && ends[1] >= 0 && !bind(listener, (struct sockaddr *)&at, size) &&
	       !listen(listener, 1) && !getsockname(listener, (struct sockaddr *)&at, &size) &&
	       !connect(ends[1], (struct sockaddr *)&at, size);
	ends[0] = good ? accept(listener, NULL, NULL) : -1;
	close(listener);
	return ends[0] >= 0;
}

static bool udp_open(struct team *team)
{
	return udp_pair(team->there) && udp_pair(team->back);
}

static bool tcp_open(struct team *team)
{
	return tcp_pair(team->there) && tcp_pair(team->back);
}

/* The packet comes in by the network's softirq, whoever runs it. */
static void net_talk(struct job *job)
{
	job_wakers(job, "recvfrom", WAKE_SOFTIRQ, "", 0);
	job_begin(job);
	exchange(job, SYS_recvfrom, SYS_sendto, 100 * US);
	job_end(job);
}

/* ---- eventfd and epoll ---- */

static bool event_open(struct team *team)
{
	struct epoll_event event = { .events = EPOLLIN };

	team->there[1] = eventfd(0, 0);
	team->back[1] = eventfd(0, 0);
	team->there[0] = epoll_create1(0);
	team->back[0] = epoll_create1(0);
	return team->there[1] >= 0 && team->back[1] >= 0 &&
	       !epoll_ctl(team->there[0], EPOLL_CTL_ADD, team->there[1], &event) &&
	       !epoll_ctl(team->back[0], EPOLL_CTL_ADD, team->back[1], &event);
}

static void event_talk(struct job *job)
{
	struct team *team = job->team;
	int poll = job->role ? team->there[0] : team->back[0];
	int in = job->role ? team->there[1] : team->back[1];
	int out = job->role ? team->back[1] : team->there[1];
	uint64_t value = 1;

	job_wakers(job, "epoll_pwait", WAKE_TASK, "write", team->tids[1 - job->role]);
	job_begin(job);
	/* The last value is 2. */
	while (value != 2) {
		struct epoll_event event;

		if (job->role == 0) {
			value = goes_on(job) ? 1 : 2;
			call(job, SYS_write, out, &value, sizeof(value));
		}
		call(job, SYS_epoll_pwait, poll, &event, 1L, -1L, NULL, 8L);
		call(job, SYS_read, in, &value, sizeof(value));
		if (job->role)
			call(job, SYS_write, out, &value, sizeof(value));
		else
			compute(200 * US);
		job_span(job);
	}
	job_end(job);
}

/* ---- a herd on one futex ---- */

static void herder(struct job *job)
{
	struct team *team = job->team;

	job_begin(job);
	while (!team->over) {
		nap(job, 1 * MS);
		if (!goes_on(job))
			__atomic_store_n(&team->over, 1, __ATOMIC_RELEASE);
		__atomic_fetch_add(&team->word, 1, __ATOMIC_RELEASE);
		call(job, SYS_futex, &team->word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
	}
	job_end(job);
}

static void herd(struct job *job)
{
	struct team *team = job->team;

	if (job->role == 0) {
		herder(job);
		return;
	}
	job_wakers(job, "futex", WAKE_TASK, "futex", team->tids[0]);
	job_begin(job);
	while (!__atomic_load_n(&team->over, __ATOMIC_ACQUIRE)) {
		uint32_t word = __atomic_load_n(&team->word, __ATOMIC_ACQUIRE);

		/* Read before the word changed for the last time. */
		if (!__atomic_load_n(&team->over, __ATOMIC_ACQUIRE))
			call(job, SYS_futex, &team->word, FUTEX_WAIT_PRIVATE, word, NULL, NULL, 0);
		compute(10 * US);
		job_span(job);
	}
	job_end(job);
}

/* ---- signals ---- */

#define KERNEL_SIGSET 8 /* bytes of a signal set, as the kernel sees it */

static void only(sigset_t *set, int number)
{
	sigemptyset(set);
	sigaddset(set, number);
}

/* Two threads that wait for a signal and send one. SIGUSR2 is the last. */
static void signal_talk(struct job *job)
{
	struct team *team = job->team;
	pid_t other = team->tids[1 - job->role];
	int number = SIGUSR1;
	sigset_t set;

	only(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	/* Both must have blocked them before the first is sent. */
	__atomic_fetch_add(&team->word, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&team->word, __ATOMIC_ACQUIRE) < 2)
		sched_yield();
	job_wakers(job, "rt_sigtimedwait", WAKE_TASK, "tgkill", other);
	job_begin(job);
	while (number != SIGUSR2) {
		if (job->role == 0) {
			number = goes_on(job) ? SIGUSR1 : SIGUSR2;
			call(job, SYS_tgkill, team->pid, other, number);
		}
		number = (int)call(job, SYS_rt_sigtimedwait, &set, NULL, NULL, KERNEL_SIGSET);
		if (job->role)
			call(job, SYS_tgkill, team->pid, other, number);
		else
			compute(150 * US);
		job_span(job);
	}
	job_end(job);
}

static __thread volatile uint64_t storm_returns;

/* Its return is a syscall, too. */
static void on_storm(int number)
{
	(void)number;
	storm_returns++;
}

static void storm_victim(struct job *job)
{
	struct sigaction action = { .sa_handler = on_storm };
	struct team *team = job->team;
	sigset_t set;

	must(!sigaction(SIGURG, &action, NULL), "sigaction");
	only(&set, SIGURG);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	job_begin(job);
	call(job, SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, KERNEL_SIGSET);
	__atomic_store_n(&team->word, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&team->over, __ATOMIC_ACQUIRE)) {
		struct timespec time = { 0, 3 * MS };

		/* Not a nap: that would be taken up again by another syscall. */
		call(job, SYS_ppoll, NULL, 0L, &time, NULL, 8L);
		call(job, SYS_sched_yield);
	}
	call(job, SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, KERNEL_SIGSET);
	job->calls += storm_returns;
	job_end(job);
}

/* Signals that interrupt sleeps, computing and each other. */
static void storm(struct job *job)
{
	struct team *team = job->team;

	if (job->role) {
		storm_victim(job);
		return;
	}
	job_begin(job);
	while (!__atomic_load_n(&team->word, __ATOMIC_ACQUIRE))
		nap(job, 100 * US);
	for (unsigned i = 0; goes_on(job); i++) {
		call(job, SYS_tgkill, team->pid, team->tids[1], SIGURG);
		if (i % 4)
			nap(job, (20 + i % 11 * 70) * US);
	}
	__atomic_store_n(&team->over, 1, __ATOMIC_RELEASE);
	job_end(job);
}

const struct kind talk_kinds[] = {
	{ "pipe-near", 2, pipes_open, pipe_near, ends_close },
	{ "pipe-far", 2, pipes_open, pipe_far, ends_close },
	{ "unix", 2, unix_open, unix_talk, ends_close },
	{ "udp", 2, udp_open, net_talk, ends_close },
	{ "tcp", 2, tcp_open, net_talk, ends_close },
	{ "epoll", 2, event_open, event_talk, ends_close },
	{ "herd", 7, NULL, herd, NULL },
	{ "signal", 2, NULL, signal_talk, NULL },
	{ "storm", 2, NULL, storm, NULL },
	{ NULL, 0, NULL, NULL, NULL },
};
