/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A profile in pprof's format, which `go tool pprof`, speedscope and others
 * read: profile.proto, in gzip. A sample for each stack with time in it; its
 * values are ns of each type, in the order of enum profile_type.
 * PROFILE_SYSCALL is there only if it has any.
 */
#ifndef GOTRACE_PROFILE_PPROF_H
#define GOTRACE_PROFILE_PPROF_H

#include "base/out.h"
#include "profile/profile.h"

/* 0, -ENOMEM, or the first error of the sink. */
int pprof_write(const struct profile *profile, out_sink_fn sink, void *ctx);

#endif
