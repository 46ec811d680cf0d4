/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Facts: what records and snapshot entries say beyond who did what when, read
 * back where it is known: policy, nice value and CPUs of a thread, also when they
 * change, that it is
 * stopped or frozen, the command line of an exec, an exit status, a move to another
 * CPU's queue.
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stddef.h>

/* What the program must do when it is executed with this as its first argument. */
#define FACTS_EXEC_ARGUMENT "end-with-seven"
#define FACTS_EXIT_STATUS 7

/*
 * group: an empty cgroup of v2, or NULL. True: all is as it is known to be;
 * otherwise why[size] says what is not.
 */
bool facts_check(const char *group, char *why, size_t size);

#endif
