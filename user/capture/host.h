/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a capture must know of the machine it runs on. Facts only, read from
 * /sys, uname and the clocks; nothing here knows BPF.
 */
#ifndef GOTRACE_CAPTURE_HOST_H
#define GOTRACE_CAPTURE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host {
	uint32_t arch; /* enum rec_arch; 0 if not supported */
	uint32_t cpus; /* possible: numbers are below */
	uint32_t cpus_online;
	bool *online;		 /* [cpus] */
	uint32_t thread_size;	 /* of a kernel stack, bytes */
	bool child_reports_exit; /* a fork child reports the sys_exit of its clone */
	char release[64];
	char hostname[64];
};

/* 0 or -errno. host_fini is legal after a failure. */
int host_init(struct host *host);
void host_fini(struct host *host);

/*
 * Parses a CPU list as /sys writes it ("0-3,8") and sets set[cpu] for those
 * below count. Returns the highest number plus 1, or -EINVAL.
 */
int host_parse_cpus(const char *list, bool *set, uint32_t count);

/* CLOCK_MONOTONIC and CLOCK_REALTIME, ns, as close together as can be had. */
void host_clocks(uint64_t *mono_ns, uint64_t *wall_ns);
uint64_t host_mono_ns(void);

#endif
