/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Who a thread of changes is, for a report: its name, process, cgroup, how it is scheduled. */
#ifndef GOTRACE_REPORT_IDENTITY_H
#define GOTRACE_REPORT_IDENTITY_H

#include "report/report.h"
#include "track/thread.h"

/* As it is now. 0 or -ENOMEM. */
int identity_tell(struct report *report, uint32_t life, const struct thread *thread);

#endif
