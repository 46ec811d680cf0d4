/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Limits: threads that want to run all the while, in a cgroup with a CPU limit.
 * What the records say of their waits that was due to the limit is held
 * against what the kernel counts for the group. And a deadline thread that
 * wants more than its runtime.
 */
#ifndef LIMITS_H
#define LIMITS_H

#include <stdbool.h>
#include <stddef.h>

enum limits_result {
	LIMITS_RIGHT,
	LIMITS_WRONG,
	LIMITS_CANNOT, /* this kernel has no such limit, or it cannot be set here */
};

/*
 * As many threads (at most 8), pinned to one CPU, in a group below the one that
 * has the limit, or in that one. why[size]: what was found, in any case.
 */
enum limits_result limits_check(int threads, bool below, char *why, size_t size);

enum limits_result limits_check_deadline(char *why, size_t size);

#endif
