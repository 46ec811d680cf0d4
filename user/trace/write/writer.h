/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What only the library itself asks a writer (gotrace/writer.h). */
#ifndef GOTRACE_TRACE_WRITE_WRITER_H
#define GOTRACE_TRACE_WRITE_WRITER_H

#include <stdbool.h>

#include "gotrace/writer.h"
#include "trace/write/encoder.h"

/* What it stands on, for copies that go into the same trace; borrowed. */
struct encoder *writer_encoder(struct gt_writer *writer);

/* May an event name this string, this stack? One that lasted may be gone. */
bool writer_has_string(const struct gt_writer *writer, uint64_t id);
bool writer_has_stack(const struct gt_writer *writer, uint64_t id);

#endif
