// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * brood: a process of which one thread is worth tracing alone. Says that
 * thread's tid and its own pid on stdout and runs until it is killed.
 *
 *     brood        the first thread; waits for the next one
 *     parent       starts, every other millisecond, a sibling and an offspring
 *     sibling      a thread of parent's
 *     offspring    a process of parent's; starts a thread itself, grandchild
 *     bystander    a thread of the first's that naps all the while
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAP_US 1000

static void *nap(void *name)
{
	prctl(PR_SET_NAME, name);
	usleep(NAP_US);
	return NULL;
}

static void run_thread(const char *name)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, nap, (void *)name))
		pthread_join(thread, NULL);
}

static void *bystander(void *unused)
{
	(void)unused;
	for (;;)
		nap("bystander");
	return NULL;
}

static void *parent(void *unused)
{
	(void)unused;
	prctl(PR_SET_NAME, "parent");
	printf("%ld %d\n", syscall(SYS_gettid), getpid());
	fflush(stdout);
	for (;;) {
		pid_t child = fork();

		if (child == 0) {
			prctl(PR_SET_NAME, "offspring");
			run_thread("grandchild");
			_exit(0);
		}
		if (child > 0)
			waitpid(child, NULL, 0);
		run_thread("sibling");
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	if (pthread_create(&threads[0], NULL, bystander, NULL) ||
	    pthread_create(&threads[1], NULL, parent, NULL))
		return 1;
	pthread_join(threads[1], NULL);
	return 0;
}
