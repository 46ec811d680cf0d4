// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Threads whose names are meant to break a tracer: control characters, quotes,
 * bytes that are no UTF-8, nothing at all. Each renames itself, works a little
 * and sleeps, COUNT times.
 */
#include <sys/prctl.h>

#include "workload.h"

static const char *const hostile[] = {
	"new\nline",   "\"quoted\"\\", "\xff\xfe\xc0\xaf", "",	     "runtime.main", "tab\there\r",
	"\x1b[31mred", "a<b>&amp;",    "\xe2\x82",	   "%s%n%d", "/../../etc",   "comma,=;",
};
#define HOSTILE (sizeof(hostile) / sizeof(*hostile))

struct named {
	pthread_t thread;
	unsigned first;
	long count;
};

static void *run(void *arg)
{
	const struct named *named = arg;

	for (long i = 0; i < named->count; i++) {
		prctl(PR_SET_NAME, hostile[(named->first + (unsigned long)i) % HOSTILE]);
		sleep_ns(1000000);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	long count = workload_begin(argc, argv, 100);
	struct named named[HOSTILE];

	for (unsigned i = 0; i < HOSTILE; i++) {
		named[i] = (struct named){ .first = i, .count = count };
		check(!pthread_create(&named[i].thread, NULL, run, &named[i]), "thread");
	}
	for (unsigned i = 0; i < HOSTILE; i++)
		pthread_join(named[i].thread, NULL);
	printf("{\"workload\": \"names\", \"pid\": %d, \"count\": %ld, \"names\": %zu}\n", getpid(),
	       count, HOSTILE);
	return 0;
}
