/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A trace as text, for goldens: one event a line, by time, with its strings
 * and stacks resolved and without sequence numbers.
 *
 *   1005 M=100 GoBlock reason="sync" stack=futex<worker
 *
 * A stack is its functions, leaf first, each but the root with its file and
 * line in braces unless these are "[syscall]" and 0. Where a goroutine is
 * introduced, the root's follow in parentheses. "-" is no M, or no stack. It
 * trusts its input, which our own writer made, and checks no rule of the order:
 * that is for Go's reader and for gotrace.h.
 */
#ifndef GOTRACE_TESTS_LIB_TRACETEXT_H
#define GOTRACE_TESTS_LIB_TRACETEXT_H

#include <stddef.h>
#include <stdio.h>

/* 0, or -EINVAL: no trace, or damaged. */
int tracetext_print(FILE *out, const void *data, size_t size);

#endif
