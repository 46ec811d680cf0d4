/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What went wrong, in words for the user: with the file's name, and what to
 * do. It goes along with a -errno, which says what the program does about it.
 *
 * One diag serves for all that a command does: the first message wins, since
 * what fails later mostly fails because of it. It is printed at the program's
 * edge, once. A zeroed one is empty.
 */
#ifndef GOTRACE_BASE_DIAG_H
#define GOTRACE_BASE_DIAG_H

#include <stdbool.h>

struct diag {
	char text[512];
};

/*
 * Puts words into an empty diag. One that has words keeps them, and diag may be
 * NULL. Text that is too long is cut between characters. Returns err.
 */
int diag_set(struct diag *diag, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

bool diag_is_set(const struct diag *diag);

#endif
