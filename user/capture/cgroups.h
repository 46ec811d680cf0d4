/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which cgroup of the unified hierarchy (v2) has which path: all that are there
 * at the start, and each second those that have come.
 */
#ifndef GOTRACE_CAPTURE_CGROUPS_H
#define GOTRACE_CAPTURE_CGROUPS_H

#include "stream/stream.h"

struct cgroups;

/* NULL: no memory. Where v2 is not mounted there are none. */
struct cgroups *cgroups_new(void);
void cgroups_free(struct cgroups *cgroups);

/* Each: 0 or -errno of the stream. */
/* All there are; they have been so since ts_ns. */
int cgroups_begin(struct cgroups *cgroups, const struct stream *to, uint64_t ts_ns);
/* Every ten milliseconds or so: those that are new. */
int cgroups_poll(struct cgroups *cgroups, const struct stream *to);

#endif
