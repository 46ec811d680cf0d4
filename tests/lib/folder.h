/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A folder of a test's own under /tmp, in which it runs, and what is done there.
 * For cmocka: what goes wrong here fails the test.
 */
#ifndef GOTRACE_TESTS_LIB_FOLDER_H
#define GOTRACE_TESTS_LIB_FOLDER_H

#include "output/output.h"

#define FOLDER_STRANGER 65534 /* a user that owns nothing: nobody */

/* A cmocka set-up and its tear-down. What is mounted at "disk" goes, too. */
int folder_enter(void **state);
int folder_leave(void **state);
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_enter, folder_leave)

void folder_put(const char *name, const char *text);
/* What a file holds; "-" if there is none, "->X" for a link, "?" for anything else. Until the next
 * call. */
const char *folder_get(const char *name);

/* Opens an output that can be opened. */
struct output *folder_output(const char *path);
/* What went wrong since with the outputs that were opened; "" if nothing did. */
const char *folder_error(void);

/* Skips the test if it has not root's rights. */
void folder_need_root(void);

#endif
