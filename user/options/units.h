/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Quantities as people write them: sizes, durations, lists of process ids,
 * counts. Text to number, nothing else; no printing.
 */
#ifndef GOTRACE_OPTIONS_UNITS_H
#define GOTRACE_OPTIONS_UNITS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PID_LIST_MAX 1024

struct pid_list {
	pid_t pid[PID_LIST_MAX];
	unsigned count;
};

/*
 * Each: 0 and *out filled; -EINVAL: not of that form; -ERANGE: of the
 * form, but too large; -E2BIG: a list too long.
 */
/* "4096", "512k", "16M", "16MB", "1GiB": bytes, always in powers of 1024. */
int units_parse_size(const char *text, uint64_t *bytes);
/* "4": digits only */
int units_parse_count(const char *text, uint64_t *count);
/* "5s", "200ms", "1.5m", "2h", "10us", "7ns"; a bare number is seconds. */
int units_parse_duration(const char *text, uint64_t *ns);
/* "1" or "1,2,3", each from 1 up; one given twice counts once. */
int units_parse_pids(const char *text, struct pid_list *list);

/*
 * "512k", "64M": as units_parse_size() reads it, exactly. Writes at most size
 * bytes with the final NUL and returns buf. Other forms are base/quantity.h.
 */
const char *units_format_size(char *buf, size_t size, uint64_t bytes);

#endif
