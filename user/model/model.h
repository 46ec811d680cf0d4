/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The model: what the kernel's scheduler did, told in Go's words.
 *
 * Records in order (order.h) go in, scheduler events (trace/write/statuses.h) come
 * out. It holds a state for every thread and every CPU, and tables that say
 * what each record means in each state, for two mappings. Losses, threads
 * that come into scope late and things not seen are bridged so that nothing
 * is shown that did not happen. It does no I/O and knows no bytes.
 *
 * The way of a capture: model_new, model_snapshot, then model_step for every
 * item in order (those before the snapshot's end only settle the start state),
 * model_finish.
 */
#ifndef GOTRACE_MODEL_MODEL_H
#define GOTRACE_MODEL_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "order/order.h"
#include "record.h"
#include "trace/write/statuses.h"
#include "trace/write/writer.h"

enum model_mapping {
	MODEL_SCHED, /* what the scheduler did: the default */
	MODEL_GO,    /* a blocking syscall as Go's runtime shows it */
};

struct model_options {
	enum model_mapping mapping;
	int version;	      /* of the trace: 22, 23, 25, 26 */
	uint32_t cpus;	      /* possible */
	uint32_t cpus_online; /* at the start */
	int system_wide;      /* 1: every thread is in scope */
	uint32_t arch;	      /* enum rec_arch */
	/* trace time = CLOCK_MONOTONIC - time_base_ns; so the origin is small */
	uint64_t time_base_ns;
};

struct model_stats {
	uint64_t records;   /* stepped */
	uint64_t lost;	    /* records, from the order's losses */
	uint64_t unseen;    /* transitions nobody recorded, though no number is missing */
	uint64_t repairs;   /* everything bridged: sum of the cells that only a loss explains */
	uint64_t no_number; /* records whose thread had no storage */
	uint64_t threads;   /* that the trace tells of; strangers are none */
};

struct model;

/* -EINVAL: no CPUs, or too many; -ENOMEM. Writer and sched are borrowed. */
int model_new(struct model **out, const struct model_options *options, struct gt_writer *writer,
	      struct gt_statuses *sched);
void model_free(struct model *model);

/*
 * Once, before the first step. end_ns: when it was complete (CLOCK_MONOTONIC).
 * 0 or -ENOMEM, as the next two; model_step also -EINVAL: no such CPU.
 */
int model_snapshot(struct model *model, const struct rec_snapshot *threads, size_t count,
		   uint64_t end_ns);
int model_step(struct model *model, const struct order_item *item);
/* end_ns: the end of the capture. States at least CPUs and threads if nothing happened. */
int model_finish(struct model *model, uint64_t end_ns);

const struct model_stats *model_stats(const struct model *model);

#endif
