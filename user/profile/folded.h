/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One type of a profile as text, for flamegraph.pl, speedscope and others: a
 * line for each stack with time in it, "ROOT;...;LEAF NS".
 */
#ifndef GOTRACE_PROFILE_FOLDED_H
#define GOTRACE_PROFILE_FOLDED_H

#include "base/out.h"
#include "profile/profile.h"

/* 0 or -ENOMEM; errors of the output are the output's. */
int folded_write(const struct profile *profile, enum profile_type type, struct out *out);

#endif
