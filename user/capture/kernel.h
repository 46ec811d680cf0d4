/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kernel side's life: skeleton opened, settled, loaded, attached, in the
 * order that makes a capture exact; and what to tell the user when the kernel
 * refuses.
 */
#ifndef GOTRACE_CAPTURE_KERNEL_H
#define GOTRACE_CAPTURE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capture.h"
#include "capture/host.h"
#include "capture/rings.h"
#include "record.h"

struct kernel;

struct kernel_scope {
	enum rec_scope scope;
	uint64_t cgroup_id;
	uint32_t cgroup_level;
	uint8_t cgroup_v1; /* as settings.h has it */
	bool kernel_stacks;
};

/*
 * Loaded, not attached. places[host->cpus]: each CPU's ring among the blocks of
 * all. -errno, with diag.
 */
int kernel_load(struct kernel **out, const struct host *host, const struct kernel_scope *scope,
		const struct ring_place *places, struct diag *diag);
void kernel_free(struct kernel *kernel);

/* What rings_new() needs; valid while the kernel side is. */
struct rings_maps kernel_rings(const struct kernel *kernel);
/* enum stream_on: what this kernel side looks for. */
uint64_t kernel_on(const struct kernel *kernel);
int kernel_marks_fd(const struct kernel *kernel);
/*
 * The counters of a CPU, live, into *out. Its number has 32 bits: out->seq must
 * hold what this gave last time, at most 2^32 records ago, or 0.
 */
void kernel_counters(const struct kernel *kernel, uint32_t cpu, struct rec_counters *out);

/*
 * Marks a thread alone, as this process's pid namespace numbers it; bits as
 * target.h has them. -ESRCH if there is none. Only before kernel_prepare.
 */
int kernel_mark_thread(struct kernel *kernel, pid_t tid, uint32_t bits, struct diag *diag);

/* Births are seen from here on; then every task gets its storage. */
int kernel_prepare(struct kernel *kernel, struct diag *diag);
/* Attaches the rest. */
int kernel_attach(struct kernel *kernel, struct diag *diag);
/* Recording on or off; returns when no program runs that saw the old value. */
void kernel_record(struct kernel *kernel, bool on);

/* Each stack is sent once more when it is met next. */
void kernel_forget_stacks(struct kernel *kernel);

/* No program runs from here on; maps and counters stay. */
void kernel_detach(struct kernel *kernel);

/* The tracer's process as the kernel numbers it; after kernel_prepare. */
uint32_t kernel_tracer_tgid(const struct kernel *kernel);
/* Programs that did not run because they were running already, all CPUs. */
uint64_t kernel_missed(const struct kernel *kernel);
/* Runs of programs and their time, as far as kernel.bpf_stats_enabled was 1. */
void kernel_runs(const struct kernel *kernel, uint64_t *runs, uint64_t *ns);

/* Every task's entry; *out is the caller's to free. Recording must be on. */
int kernel_snapshot(struct kernel *kernel, struct rec_snapshot **out, size_t *count);

#endif
