/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Conditions on threads, as people write them: which threads a report is
 * about, or whom an option means.
 *
 *     comm~GLOB      its name: comm~'kworker*'
 *     cgroup~GLOB    its cgroup's path: cgroup~'*nginx*'
 *     tid=N[,N...]   one of these threads
 *     pid=N[,N...]   a thread of one of these processes
 *
 * Several, with blanks or the word "and" between, must all be so. A value with
 * blanks stands in double quotes. Patterns are glob.h's. Text to condition, and
 * whether it is met: nothing else.
 */
#ifndef GOTRACE_FILTER_FILTER_H
#define GOTRACE_FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

#define FILTER_TERMS_MAX 8
#define FILTER_NUMBERS_MAX 32
#define FILTER_GLOB_MAX 256 /* with its NUL */

enum filter_key {
	FILTER_COMM,
	FILTER_CGROUP,
	FILTER_TID,
	FILTER_PID,
	FILTER_KEYS
};

/* One condition. */
struct filter_term {
	enum filter_key key;
	char glob[FILTER_GLOB_MAX];
	uint32_t numbers[FILTER_NUMBERS_MAX];
	unsigned count; /* of numbers */
};

/* Zeroed: every thread. */
struct filter {
	struct filter_term terms[FILTER_TERMS_MAX];
	unsigned count;
};

/* A thread as far as it is known. Texts end by their size. */
struct filter_who {
	const char *comm, *cgroup; /* NULL: not known */
	size_t comm_size, cgroup_size;
	uint32_t tid, pid; /* 0: not known */
};

/* Does the word look like a condition, right or wrong: a key of ours, then ~ or =? */
bool filter_is_term(const char *word, size_t size);

/*
 * The first word of text: *size bytes of it, without the blanks before it, which
 * *skip counts. Quotes keep blanks together. *size 0: there is no more.
 */
void filter_next_word(const char *text, size_t *skip, size_t *size);

/* Each: 0; -EINVAL with the word at fault in diag, and *out is as it was. */
/* One word. */
int filter_parse_term(struct filter_term *out, const char *word, size_t size, struct diag *diag);
/* All of text; an empty one is at fault. */
int filter_parse(struct filter *out, const char *text, struct diag *diag);

/* What is not known meets no condition. */
bool filter_match_term(const struct filter_term *term, const struct filter_who *who);
bool filter_match(const struct filter *filter, const struct filter_who *who);

#endif
