/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The inside of a report: its rows and lives. Of report.c and fold.c alone.
 *
 * Every life has a row of its own, for its name may still change. When it is
 * over, its row is folded into that of its name: all at once, at the end or
 * when so many are over that it is worth the while. Until the end, who and
 * what of a pair are rows; what is a text unless REPORT_ROW is set.
 */
#ifndef GOTRACE_REPORT_ROWS_H
#define GOTRACE_REPORT_ROWS_H

#include "base/idmap.h"
#include "report/pairs.h"
#include "report/report.h"
#include "report/slices.h"
#include "trace/write/strtab.h"

#define REPORT_ROW (1u << 31)

struct life {
	enum report_state state;
	uint64_t since;
	uint32_t row;
	uint32_t cpu;	/* where it has been last, and in which slice */
	uint64_t slice; /* 0: it is on none */
	uint32_t why;
	uint32_t next_free;
};

struct report {
	struct strtab texts;
	struct report_thread *rows;
	size_t row_count, row_cap;
	uint32_t over; /* rows whose life is, not folded yet */
	struct pairs waits, sleeps;
	struct idmap strangers; /* texts that stand for somebody whom the source does not have */
	struct life *lives;
	size_t life_count, life_cap;
	uint32_t free_life; /* one more than its number; 0: none */
	struct idmap cpu_map;
	struct slices *cpus;
	size_t cpu_count, cpu_cap;
	uint64_t end;
};

/* Folds all rows whose life is over. final: all are, and pairs are texts then. 0 or -ENOMEM. */
int report_fold(struct report *report, bool final);

#endif
