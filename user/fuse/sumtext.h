/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The sums of a fusion for people, and for programs: docs/fusion.md says what stands where. */
#ifndef GOTRACE_FUSE_SUMTEXT_H
#define GOTRACE_FUSE_SUMTEXT_H

#include <stddef.h>

#include "base/out.h"
#include "fuse/sums.h"

/* Names of the files, as they are shown. */
struct sums_files {
	const char *trace, *capture;
};

/* most: rows of each table. */
void sums_print(const struct sums *sums, const struct sums_files *files, size_t most,
		struct out *out);
/* One JSON object, with all rows. */
void sums_print_json(const struct sums *sums, const struct sums_files *files, struct out *out);

#endif
