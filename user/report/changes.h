/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A report of changes (track/change.h), as of a raw capture: the same report
 * as of the trace that would be made of it, but for what a trace cannot hold.
 * It is an exporter.
 */
#ifndef GOTRACE_REPORT_CHANGES_H
#define GOTRACE_REPORT_CHANGES_H

#include <stdint.h>

#include "export/exporter.h"
#include "report/report.h"

struct report_changes;

/* arch: enum rec_arch. -ENOMEM. The report is borrowed; finish ends it. */
int report_changes_new(struct report_changes **out, struct report *report, uint32_t arch);
void report_changes_free(struct report_changes *changes);

/* Itself, for as long as it lives. */
struct exporter report_changes_exporter(struct report_changes *changes);

#endif
