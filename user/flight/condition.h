/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Conditions under which the flight recorder makes a dump, as people write them:
 * "waiting > 20ms", "comm~nginx syscall fsync > 100ms". The words are a table
 * (condition_forms), and parsing, its errors and the help are made of it. Whom a
 * condition is about, before those words, is a filter (filter/filter.h).
 *
 * Text to condition, nothing else: whether it is met is watch.h.
 */
#ifndef GOTRACE_FLIGHT_CONDITION_H
#define GOTRACE_FLIGHT_CONDITION_H

#include <stdint.h>

#include "base/diag.h"
#include "filter/filter.h"

enum condition_kind {
	CONDITION_WAITING,
	CONDITION_THROTTLED,
	CONDITION_BLOCKED,
	CONDITION_SYSCALL,
	CONDITION_RUNNING,
	CONDITION_LOST,
	CONDITION_EXIT,
	CONDITION_FAILED,
	CONDITION_KILLED,
	CONDITION_WAKEUPS,
	CONDITION_KINDS
};

struct condition_form {
	enum condition_kind kind;
	/* Words, blanks between. In capitals: T a time, N a number, N/s, SYSCALL a name. */
	const char *words;
	const char *help;
};

/* A form without words ends it. */
extern const struct condition_form condition_forms[];

#define CONDITION_TEXT_MAX 160

struct condition {
	enum condition_kind kind;
	struct filter who;
	uint64_t limit;		       /* ns, a number, or a number a second */
	uint16_t sys;		       /* REC_SYS_* form; REC_SYS_UNKNOWN: any */
	char text[CONDITION_TEXT_MAX]; /* as it was written */
};

/*
 * arch: enum rec_arch, whose syscalls' names are meant. 0, or -EINVAL with the
 * word at fault in diag; then *out is as it was.
 */
int condition_parse(struct condition *out, const char *text, uint32_t arch, struct diag *diag);

#endif
