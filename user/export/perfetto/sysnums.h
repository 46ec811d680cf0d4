/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Numbers of syscalls as a trace has to give them: a reader knows one table,
 * that of the machine. A 32-bit program's syscall gets the number of the
 * 64-bit one of the same name.
 */
#ifndef GOTRACE_EXPORT_PERFETTO_SYSNUMS_H
#define GOTRACE_EXPORT_PERFETTO_SYSNUMS_H

#include <stdint.h>

/* A number without a name in every table: some syscall, nobody knows which. */
#define SYSNUM_OTHER 549

struct sysnums;

/* arch: enum rec_arch. -ENOMEM. */
int sysnums_new(struct sysnums **out, uint32_t arch);
void sysnums_free(struct sysnums *nums);
/* sys: REC_SYS_* form, of a thread that is inside one. */
uint16_t sysnum(const struct sysnums *nums, uint16_t sys);
/* A syscall that does not come back: Linux ends it with the number -1. */
uint16_t sysnum_sigreturn(const struct sysnums *nums);

#endif
