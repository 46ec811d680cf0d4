// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "raw/pack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Level 3 takes three times as long and is no smaller for sure: -7 to +8 % on three loads. */
#define LEVEL (-1)

struct pack {
	ZSTD_CCtx *in;
	ZSTD_DCtx *out;
	/* Of uint64_t, so that records can be used where they lie. */
	uint64_t *room;
	size_t size;
};

static size_t padded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

static int make_room(struct pack *pack, size_t size)
{
	uint64_t *room;

	if (pack->room)
		return 0;
	room = malloc(padded(size));
	if (!room)
		return -ENOMEM;
	pack->room = room;
	pack->size = padded(size);
	return 0;
}

int pack_new(struct pack **out)
{
	struct pack *pack = calloc(1, sizeof(*pack));

	if (!pack)
		return -ENOMEM;
	pack->in = ZSTD_createCCtx();
	if (!pack->in || make_room(pack, sizeof(uint64_t) + ZSTD_compressBound(RAW_PACKED_MAX)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(pack->in, ZSTD_c_compressionLevel, LEVEL))) {
		pack_free(pack);
		return -ENOMEM;
	}
	*out = pack;
	return 0;
}

void pack_free(struct pack *pack)
{
	if (!pack)
		return;
	ZSTD_freeCCtx(pack->in);
	ZSTD_freeDCtx(pack->out);
	free(pack->room);
	free(pack);
}

/* False: it went wrong, or there is no room. */
static bool put_piece(struct pack *pack, ZSTD_outBuffer *out, const void *data, size_t size,
		      ZSTD_EndDirective end)
{
	ZSTD_inBuffer in = { data, size, 0 };
	size_t left;

	do
		left = ZSTD_compressStream2(pack->in, out, &in, end);
	while (!ZSTD_isError(left) && out->pos < out->size && (end == ZSTD_e_end ? left : 0));
	return !ZSTD_isError(left) && in.pos == in.size && (end != ZSTD_e_end || !left);
}

size_t pack_payload(struct pack *pack, const void *head, size_t head_size, const void *body,
		    size_t body_size, const void **out)
{
	const uint64_t before = head_size + body_size;
	ZSTD_outBuffer to = { pack->room, pack->size, sizeof(before) };
	size_t size;

	memcpy(pack->room, &before, sizeof(before));
	ZSTD_CCtx_reset(pack->in, ZSTD_reset_session_only);
	if (ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(pack->in, before)) ||
	    !put_piece(pack, &to, head, head_size, ZSTD_e_continue) ||
	    !put_piece(pack, &to, body, body_size, ZSTD_e_end))
		return 0;
	size = padded(to.pos);
	if (size >= before)
		return 0;
	memset((uint8_t *)pack->room + to.pos, 0, size - to.pos);
	*out = pack->room;
	return size;
}

static int begin_restoring(struct pack **pack)
{
	if (!*pack)
		*pack = calloc(1, sizeof(**pack));
	if (!*pack || make_room(*pack, RAW_PACKED_MAX))
		return -ENOMEM;
	if (!(*pack)->out)
		(*pack)->out = ZSTD_createDCtx();
	return (*pack)->out ? 0 : -ENOMEM;
}

/* The frame's bytes, of those that may be it. 0: there is none, or more than it. */
static size_t frame_size(const uint8_t *frame, size_t size)
{
	size_t used = ZSTD_findFrameCompressedSize(frame, size);

	return ZSTD_isError(used) || padded(used) != size ? 0 : used;
}

int pack_restore(struct pack **pack, const void *payload, size_t size, const void **out,
		 size_t *out_size)
{
	const uint8_t *frame = (const uint8_t *)payload + sizeof(uint64_t);
	uint64_t before;
	size_t used;
	int err;

	if (size < sizeof(before))
		return -EBADMSG;
	memcpy(&before, payload, sizeof(before));
	used = frame_size(frame, size - sizeof(before));
	if (!used || before > RAW_PACKED_MAX || before % 8)
		return -EBADMSG;
	err = begin_restoring(pack);
	if (err)
		return err;
	if (ZSTD_decompressDCtx((*pack)->out, (*pack)->room, before, frame, used) != before)
		return -EBADMSG;
	*out = (*pack)->room;
	*out_size = before;
	return 0;
}
