// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Frames: how the kernel's BPF ring buffer lays records one behind another
 * (struct bpf_ringbuf_hdr in kernel/bpf/ringbuf.c). Every record passes here.
 */
#include "records/frame.h"

#include <stdbool.h>

#define FRAME_BUSY (1U << 31) /* being written: never read, so never in a file */
#define FRAME_DISCARD (1U << 30)
#define FRAME_HEAD 8

static const uint8_t type_sizes[REC_TYPE_COUNT] = {
	[REC_SWITCH] = sizeof(struct rec_switch),
	[REC_WAKEUP] = sizeof(struct rec_wakeup),
	[REC_FORK] = sizeof(struct rec_fork),
	[REC_SYS_ENTER] = sizeof(struct rec_sys_enter),
	[REC_SYS_EXIT] = sizeof(struct rec_sys_exit),
	[REC_THREAD] = sizeof(struct rec_thread),
	[REC_RENAME] = sizeof(struct rec_thread),
	[REC_EXEC] = sizeof(struct rec_thread),
	[REC_EXIT] = sizeof(struct rec_exit),
};

static bool is_plausible(const struct rec_head *record, size_t length, uint32_t cpus)
{
	if (length < sizeof(*record) || record->size > length || record->cpu >= cpus)
		return false;
	if (record->type < REC_TYPE_COUNT)
		return record->size == type_sizes[record->type] && record->type != REC_NONE;
	return record->size >= sizeof(*record) && record->size % 8 == 0;
}

const struct rec_head *frame_next(const void *data, size_t size, size_t *pos, uint32_t cpus)
{
	size_t at = *pos;

	while (size - at >= FRAME_HEAD) {
		const uint8_t *frame = (const uint8_t *)data + at;
		const struct rec_head *record = (const struct rec_head *)(frame + FRAME_HEAD);
		uint32_t word = *(const uint32_t *)frame;
		size_t length = word & ~FRAME_DISCARD;
		size_t padded = (length + 7) & ~(size_t)7;

		*pos = at;
		if (word & FRAME_BUSY || padded > size - at - FRAME_HEAD)
			return NULL;
		at += FRAME_HEAD + padded;
		if (word & FRAME_DISCARD)
			continue;
		if (!is_plausible(record, length, cpus))
			return NULL;
		*pos = at;
		return record;
	}
	*pos = at;
	return NULL;
}
