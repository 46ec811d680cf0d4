// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "rawsign.h"

#include <zlib.h>

#include "raw/format.h"

void rawsign(void *data, size_t size)
{
	struct raw_file_head *file = data;
	uint8_t *at = (uint8_t *)(file + 1), *end = (uint8_t *)data + size;

	if (size < sizeof(*file))
		return;
	file->crc = crc32_z(0, data, offsetof(struct raw_file_head, crc));
	for (uint32_t sequence = 0; (size_t)(end - at) >= sizeof(struct raw_chunk_head);
	     sequence++) {
		struct raw_chunk_head *head = (void *)at;
		size_t left = (size_t)(end - at) - sizeof(*head);

		head->sequence = sequence;
		if (head->size <= left)
			head->payload_crc = crc32_z(0, (const uint8_t *)(head + 1), head->size);
		head->crc = crc32_z(0, at, offsetof(struct raw_chunk_head, crc));
		if (head->size > left || head->size % 8)
			return;
		at += sizeof(*head) + head->size;
	}
}
