/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a report says of a change: why a thread sleeps, and whom or what to
 * blame where it waits and nobody is on its CPU. Texts of the report's table,
 * the same as of the trace that would be made of the change.
 */
#ifndef GOTRACE_REPORT_CAUSES_H
#define GOTRACE_REPORT_CAUSES_H

#include <stdbool.h>

#include "export/cgroupmap.h"
#include "export/go/facts.h"
#include "report/report.h"
#include "syscalls/classes.h"
#include "track/change.h"

struct causes {
	struct report *report;
	struct sys_classes *classes;
	uint32_t arch;
	unsigned told; /* enum change_told */
	struct cgroupmap cgroups;
	struct idmap sleeps;   /* what a sleep's text is made of, to its slot in */
	uint32_t *sleep_texts; /* texts: making one takes longer than all else of a sleep */
	size_t sleep_room;
	uint32_t idle[2]; /* texts: [was it woken?] */
	uint32_t stranger;
};

/* 0 or -ENOMEM, as all below but the question. told is set when it is known. */
int causes_init(struct causes *causes, struct report *report, uint32_t arch);
void causes_fini(struct causes *causes);

int causes_asleep(struct causes *causes, const struct change *change, uint32_t *why);
int causes_unknown(const struct causes *causes, enum change_gap gap, uint32_t *why);
/* It left its CPU and could go on. */
int causes_stopped(struct causes *causes, const struct change *change, uint32_t *why);
/* It was woken, or could go on, and its CPU was idle; nobody is known to have been there. */
int causes_idle(struct causes *causes, bool woken, uint32_t *why);
int causes_nobody(struct causes *causes, bool woken, uint32_t *why);
int causes_limit(const struct causes *causes, enum fact_kind kind, uint64_t group, uint32_t *why);

bool causes_is_limit(enum change_cause cause);

/* As the root of a thread's stacks in a trace has it, which lies in frame. */
struct gt_text causes_name(const struct thread *thread, struct fact_frame *frame);

#endif
