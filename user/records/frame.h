/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames: how records of ABI 1 lie in the kernel's BPF ring buffer, and so in
 * raw files of major 1. They are used where they lie; nothing is decoded.
 */
#ifndef GOTRACE_RECORDS_FRAME_H
#define GOTRACE_RECORDS_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

/*
 * A ring's bytes hold framed records: a u32 length (bit 31 never set here,
 * bit 30 = discarded), a u32 that means nothing, the record, padding to 8.
 * Walks one frame at *pos of data[size] (data 8-aligned); moves *pos on.
 * Returns the record with its head checked: size fits the frame and, if its
 * type is known, is that type's; cpu < cpus. A type of a newer program passes.
 * NULL: at the end (*pos == size), or damaged (*pos < size, at the frame).
 * Discarded frames are passed over.
 */
const struct rec_head *frame_next(const void *data, size_t size, size_t *pos, uint32_t cpus);

#endif
