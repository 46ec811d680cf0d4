/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* How what was judged looks on paper: a table of threads, what is off, the figures. */
#ifndef WITNESS_SHOW_H
#define WITNESS_SHOW_H

#include "account.h"

void show_head(void);
void show_account(const struct account *account);
/* What the trace and the capture have of a span that is off. */
void show_span(const struct verdict *verdict, const char *trace, const char *capture);
/* That a span is not judged, or that it slept elsewhere; else nothing. */
void show_remark(const struct verdict *verdict);
/* threads: how many sum is of. */
void show_figures(const struct account *sum, unsigned threads);

#endif
