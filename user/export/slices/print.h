/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Slices as rows for a data base: CSV (RFC 4180, the first line has the names)
 * or a JSON object a line. The columns are a contract: docs/slices.md. All text
 * is UTF-8; a byte that is none becomes U+FFFD.
 */
#ifndef GOTRACE_EXPORT_SLICES_PRINT_H
#define GOTRACE_EXPORT_SLICES_PRINT_H

#include "base/out.h"
#include "export/slices/slice.h"

enum slice_format {
	SLICE_CSV,
	SLICE_JSON
};

struct slice_printer {
	struct out *out;
	enum slice_format format;
	struct gt_text host;
	uint64_t rows;
};

/* The line before the rows, if there is one. */
void slice_print_header(struct slice_printer *printer);
/* A slice_fn; ctx is a struct slice_printer. A stranger's is left out. The error of out. */
int slice_print(void *ctx, const struct slice *slice);

#endif
