// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* COUNT threads at once, each of which sleeps until all are there, and ends. */
#include "workload.h"

#define STACK_BYTES (64 << 10)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_here = PTHREAD_COND_INITIALIZER;
static long here, expected;

static void *run(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	if (++here == expected)
		pthread_cond_broadcast(&all_here);
	while (here < expected)
		pthread_cond_wait(&all_here, &lock);
	pthread_mutex_unlock(&lock);
	return NULL;
}

int main(int argc, char **argv)
{
	long made = 0;
	pthread_attr_t attr;
	pthread_t *threads;

	expected = workload_begin(argc, argv, 1000);
	threads = calloc((size_t)expected, sizeof(*threads));
	check(threads != NULL, "memory");
	pthread_attr_init(&attr);
	check(!pthread_attr_setstacksize(&attr, STACK_BYTES), "stack size");
	while (made < expected && !pthread_create(&threads[made], &attr, run, NULL))
		made++;
	/* Fewer, if the machine does not let us: then those wait for no more. */
	pthread_mutex_lock(&lock);
	expected = made;
	pthread_cond_broadcast(&all_here);
	pthread_mutex_unlock(&lock);
	for (long i = 0; i < made; i++)
		pthread_join(threads[i], NULL);
	printf("{\"workload\": \"crowd\", \"pid\": %d, \"threads\": %ld}\n", getpid(), made);
	return 0;
}
