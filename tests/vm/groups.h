/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Groups: a cgroup of a test's own, of v1 or v2, wherever the wanted
 * controller is mounted.
 */
#ifndef GROUPS_H
#define GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct group {
	char path[512];
	bool v2;
};

/* Below the root of the controller's hierarchy. False: it is nowhere. */
bool group_make(struct group *group, const char *controller, const char *name);
void group_remove(const struct group *group);

/* Writes text to a file in the folder, which is a group's. */
bool group_put(const char *folder, const char *file, const char *text);
bool group_join(const char *folder, pid_t pid);
/* The number behind a word of its own in a line of the file, or 0. */
uint64_t group_number(const char *folder, const char *file, const char *word);

#endif
