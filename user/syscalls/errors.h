/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Names of a syscall's errors: those of x86-64 and arm64, which are the same,
 * and those with which the kernel says to itself that a call is to be begun
 * again (a signal came).
 */
#ifndef GOTRACE_SYSCALLS_ERRORS_H
#define GOTRACE_SYSCALLS_ERRORS_H

#include <stdint.h>

/* "EAGAIN" of what a syscall returned; NULL if that is no error, or has no name. */
const char *error_name(int64_t result);

#endif
