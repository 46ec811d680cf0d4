/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Counts, sizes and times as people read them, in few columns. How people write them is units.h. */
#ifndef GOTRACE_BASE_QUANTITY_H
#define GOTRACE_BASE_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

/* Each writes at most size bytes with the final NUL and returns buf. */
/* "999", "12.3k", "4.56M": three significant digits, in powers of 1000. */
const char *quantity_format_count(char *buf, size_t size, uint64_t count);
/* "512 B", "1.50 MiB" */
const char *quantity_format_bytes(char *buf, size_t size, uint64_t bytes);
/* "0", "850 ns", "4.56 ms", "1.23 s": a span of any length in few columns */
const char *quantity_format_time(char *buf, size_t size, uint64_t ns);
/* "4.20 s", "1 m 05 s", "2 h 03 m" */
const char *quantity_format_duration(char *buf, size_t size, uint64_t ns);

#endif
