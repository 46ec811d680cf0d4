/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Strangers: a capture of one busy process alone, on a CPU that two others
 * want too. While it waits, all switches there must be told, so that whoever
 * ran has a name; where nothing of it waits, none between strangers.
 */
#ifndef STRANGERS_H
#define STRANGERS_H

#include <stdbool.h>
#include <stddef.h>

/* why[size]: what was found, in any case. */
bool strangers_check(char *why, size_t size);

#endif
