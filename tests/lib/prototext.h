/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A Perfetto trace as text, for goldens: every field a line, by number, inner
 * messages indented. It is read with our own schema; tests/export/decode.py
 * prints the same with Perfetto's.
 *
 *   packet
 *     system_info
 *       utsname
 *         sysname: Linux
 */
#ifndef GOTRACE_TESTS_LIB_PROTOTEXT_H
#define GOTRACE_TESTS_LIB_PROTOTEXT_H

#include <stddef.h>
#include <stdio.h>

/* 0, or -EINVAL: not that format, or a field that the schema lacks. */
int prototext_print(FILE *out, const void *data, size_t size);

#endif
