/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Slices of changes (track/change.h), as of a raw capture or a live one. It is
 * an exporter. Its memory is that of the threads there are at one time.
 */
#ifndef GOTRACE_EXPORT_SLICES_CHANGES_H
#define GOTRACE_EXPORT_SLICES_CHANGES_H

#include <stdint.h>

#include "export/exporter.h"
#include "export/slices/slice.h"

struct slice_changes;

struct slice_changes_options {
	uint32_t arch;	  /* enum rec_arch */
	uint64_t mono_ns; /* the two clocks at one moment; 0: not known */
	uint64_t wall_ns;
};

/* -ENOMEM. tell is told each slice; finish tells those that go on, up to the end. */
int slice_changes_new(struct slice_changes **out, const struct slice_changes_options *options,
		      slice_fn tell, void *ctx);
void slice_changes_free(struct slice_changes *changes);

/* Itself, for as long as it lives. */
struct exporter slice_changes_exporter(struct slice_changes *changes);

/* When the capture begins, and whether a CPU on which there is nobody is idle; 0 before that. */
uint64_t slice_changes_start(const struct slice_changes *changes);
bool slice_changes_knows_idle(const struct slice_changes *changes);

/*
 * Tells all that goes on, up to now_ns, and goes on from there: what is told
 * later of these states begins at now_ns. 0 or what tell returned.
 */
int slice_changes_flush(struct slice_changes *changes, uint64_t now_ns);

#endif
