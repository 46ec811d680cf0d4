// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What `make demo` traces: a few seconds of a program that does a bit of
 * everything one wants to see in a picture, each in threads with telling
 * names: two that talk through a pipe, four that share a lock, one that
 * computes, one that writes to disk and syncs, one that forks children, one
 * that sleeps. COUNT is how many ms it runs; SIGTERM ends it before.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "workload.h"

#define NAP_NS 1000000

struct demo {
	uint64_t end_ns;
	int there[2], back[2];
	pthread_mutex_t lock;
	char folder[64];
	uint64_t messages, locks, sums, syncs, forks,
		naps; /* done; each has one writer or the lock */
};

static volatile sig_atomic_t told_to_stop;

static void stop(int signal)
{
	told_to_stop = signal;
}

static bool goes_on(const struct demo *demo)
{
	return !told_to_stop && clock_ns(CLOCK_MONOTONIC) < demo->end_ns;
}

/* Uses the CPU for about this long. */
static void compute(uint64_t ns)
{
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + ns;

	while (clock_ns(CLOCK_MONOTONIC) < end)
		;
}

static void *asker(void *arg)
{
	struct demo *demo = arg;
	char byte = '?';

	name_thread("asker");
	while (goes_on(demo)) {
		check(write(demo->there[1], &byte, 1) == 1, "ask");
		check(read(demo->back[0], &byte, 1) == 1, "hear");
		demo->messages++;
		compute(50000);
		sleep_ns(NAP_NS);
	}
	close(demo->there[1]);
	return NULL;
}

static void *answerer(void *arg)
{
	struct demo *demo = arg;
	char byte;

	name_thread("answerer");
	while (read(demo->there[0], &byte, 1) == 1) {
		compute(100000);
		check(write(demo->back[1], &byte, 1) == 1, "answer");
	}
	return NULL;
}

static void *locker(void *arg)
{
	struct demo *demo = arg;

	name_thread("locker");
	while (goes_on(demo)) {
		pthread_mutex_lock(&demo->lock);
		demo->locks++;
		compute(200000);
		pthread_mutex_unlock(&demo->lock);
		sleep_ns(NAP_NS);
	}
	return NULL;
}

static void *computer(void *arg)
{
	struct demo *demo = arg;

	name_thread("computer");
	while (goes_on(demo)) {
		compute(20 * NAP_NS);
		demo->sums++;
		sleep_ns(5 * NAP_NS);
	}
	return NULL;
}

static void *writer(void *arg)
{
	static const char block[65536];
	struct demo *demo = arg;
	char path[80];
	int fd;

	name_thread("disk-writer");
	snprintf(path, sizeof(path), "%s/file", demo->folder);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
	check(fd >= 0, path);
	while (goes_on(demo)) {
		check(pwrite(fd, block, sizeof(block), 0) == sizeof(block), "write to disk");
		check(!fdatasync(fd), "sync");
		demo->syncs++;
		sleep_ns(2 * NAP_NS);
	}
	close(fd);
	unlink(path);
	return NULL;
}

static void *forker(void *arg)
{
	struct demo *demo = arg;

	name_thread("forker");
	while (goes_on(demo)) {
		pid_t pid = fork();

		check(pid >= 0, "fork");
		if (pid == 0) {
			name_thread("forked-child");
			compute(300000);
			_exit(0);
		}
		check(waitpid(pid, NULL, 0) == pid, "wait");
		demo->forks++;
		sleep_ns(20 * NAP_NS);
	}
	return NULL;
}

static void *napper(void *arg)
{
	struct demo *demo = arg;

	name_thread("napper");
	while (goes_on(demo)) {
		sleep_ns(3 * NAP_NS);
		demo->naps++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static void *(*const parts[])(void *) = { asker,  answerer, locker, locker, locker,
						  locker, computer, writer, forker, napper };
	enum {
		PARTS = sizeof(parts) / sizeof(parts[0])
	};
	static struct demo demo = { .lock = PTHREAD_MUTEX_INITIALIZER };
	long ms = workload_begin(argc, argv, 3000);
	const char *tmp = getenv("TMPDIR");
	pthread_t threads[PARTS];

	signal(SIGTERM, stop);
	snprintf(demo.folder, sizeof(demo.folder), "%.32s/gotrace-demo.XXXXXX", tmp ? tmp : "/tmp");
	check(mkdtemp(demo.folder) != NULL, demo.folder);
	check(!pipe(demo.there) && !pipe(demo.back), "pipe");
	demo.end_ns = clock_ns(CLOCK_MONOTONIC) + (uint64_t)ms * 1000000;
	for (int i = 0; i < PARTS; i++)
		check(!pthread_create(&threads[i], NULL, parts[i], &demo), "thread");
	for (int i = 0; i < PARTS; i++)
		pthread_join(threads[i], NULL);
	rmdir(demo.folder);
	printf("{\"workload\": \"demo\", \"pid\": %d, \"threads\": %d, \"messages\": %" PRIu64
	       ", \"locks\": %" PRIu64 ", \"sums\": %" PRIu64 ", \"syncs\": %" PRIu64
	       ", \"forks\": %" PRIu64 ", \"naps\": %" PRIu64 "}\n",
	       getpid(), PARTS, demo.messages, demo.locks, demo.sums, demo.syncs, demo.forks,
	       demo.naps);
	return 0;
}
