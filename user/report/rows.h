/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The inside of a report: its rows and lives. Of report.c, fold.c, scheds.c and end.c alone.
 *
 * Every life has a row of its own, for its name may still change. When it is
 * over, its row is folded into that of its key: all at once, at the end or
 * when so many are over that it is worth the while. Until the end, who and
 * what of a pair are rows; what is a text unless REPORT_ROW is set.
 */
#ifndef GOTRACE_REPORT_ROWS_H
#define GOTRACE_REPORT_ROWS_H

#include "base/idmap.h"
#include "report/calls.h"
#include "report/cpus.h"
#include "report/longest.h"
#include "report/pairs.h"
#include "report/report.h"
#include "report/slices.h"
#include "report/waits.h"
#include "trace/write/strtab.h"

#define REPORT_ROW (1u << 31)

/* More no kernel has; the rest of a broken trace's are not looked at. */
#define REPORT_CPUS_MAX 8192

struct life {
	enum report_state state;
	uint64_t since;
	uint64_t from;	   /* it is there */
	uint64_t on_since; /* it is on a CPU */
	uint32_t row;
	uint32_t cpu;	/* where it has been last, and in which slice */
	uint64_t slice; /* 0: it is on none */
	bool in_line;	/* it waits, and may run where a CPU is idle: one of allowed */
	uint64_t allowed;
	uint32_t why;
	uint32_t at;	/* the CPU where it is or waits to be; IDMAP_NONE: not known */
	uint32_t queue; /* the CPU for which it waits; WAIT_UNKNOWN_CPU and up: none is known */
	struct wait wait;
	bool waited;	    /* that has ended, and is not part of the sums yet: */
	uint64_t waited_to; /* when, */
	uint32_t got;	    /* and on which CPU */
	uint32_t next_free;
};

struct report {
	struct report_options options;
	unsigned knows;	  /* enum report_knows */
	uint32_t machine; /* its CPUs */
	struct strtab texts;
	struct report_thread *rows;
	size_t row_count, row_cap;
	uint32_t over;	/* rows whose life is, not folded yet */
	uint32_t ended; /* lives that ever did */
	struct pairs waits, sleeps;
	struct pairs stills; /* sleeps of who slept all the while */
	struct pairs scheds;	/* what: how it was scheduled, ns: the waiting meanwhile */
	struct idmap sched_map; /* texts of these, to attributes */
	struct rec_attributes *attributes;
	size_t attributes_cap;
	struct idmap strangers; /* texts that stand for somebody whom the source does not have */
	struct idmap keys;	/* of rows: their numbers stay when rows are folded */
	struct idmap counted;	/* key number and tid: threads that a row counts */
	struct life *lives;
	size_t life_count, life_cap;
	uint32_t free_life; /* one more than its number; 0: none */
	struct idmap cpu_map;
	struct slices *cpus;
	size_t cpu_count, cpu_cap;
	struct cpus times; /* of the same CPUs */
	struct calls calls;
	struct calls ranges;
	size_t label_width;
	struct longest long_waits, long_runs;
	struct { /* the wait at hand: for most of it, behind whom */
		uint64_t mark, ns;
		uint32_t what;
	} wait;
	struct wait_end unknown; /* how unknown parts of waits are called */
	bool tells_moves, is_part;
	bool ending; /* what goes on is told to end */
	uint64_t end;
};

/* What of a time lies in the part that is asked for. */
struct span {
	uint64_t from, to;
};

static inline struct span report_span(const struct report *report, uint64_t from, uint64_t to)
{
	const struct report_options *options = &report->options;
	struct span span = { from > options->from ? from : options->from,
			     to < options->to ? to : options->to };

	if (span.to < span.from)
		span.to = span.from;
	return span;
}

void report_add_sum(struct report_sum *sum, uint64_t ns);
/* One of the longest, if it is; name, tid and cpu of time are filled in. cpu: IDMAP_NONE if on
 * none. */
void report_keep_single(struct report *report, struct longest *longest, const struct life *life,
			const struct report_single *time, uint32_t cpu);
/* The CPU's number; IDMAP_NONE if there are too many. 0 or -ENOMEM. */
int report_cpu_of(struct report *report, uint64_t id, uint64_t now, uint32_t *slot);

/* Folds all rows whose life is over. final: all are, and pairs are texts then. 0 or -ENOMEM. */
int report_fold(struct report *report, bool final);
/* Frees what a row has. */
void report_row_fini(struct report_thread *row);
/* Whether a row is one of those that are asked for. */
bool report_row_matches(const struct report *report, const struct report_thread *row);
/* How it was scheduled up to now: the row's waiting since the last call. 0 or -ENOMEM. */
int report_take_sched(struct report *report, uint32_t row);

#endif
