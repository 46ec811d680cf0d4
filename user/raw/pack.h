/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A chunk's payload, compressed by zstd: its size before that, one frame, and
 * zeros up to a multiple of 8 bytes. Which chunks are packed is not known here.
 *
 * What was packed by somebody else is not trusted: nothing larger than
 * RAW_PACKED_MAX comes out, and the size that it says must be the one it has.
 */
#ifndef GOTRACE_RAW_PACK_H
#define GOTRACE_RAW_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "raw/format.h"

/* A ring's chunk at its largest. */
#define RAW_PACKED_MAX (RAW_RING_MAX + sizeof(struct raw_ring_head))

struct pack;

/* 0 or -ENOMEM. */
int pack_new(struct pack **out);
void pack_free(struct pack *pack);

/*
 * The two pieces, at most RAW_PACKED_MAX bytes together, as one payload: its
 * size, and *out, valid until the next call. 0: it would not be smaller.
 */
size_t pack_payload(struct pack *pack, const void *head, size_t head_size, const void *body,
		    size_t body_size, const void **out);

/*
 * What the payload was, in *out and *out_size, valid until the next call. 0;
 * -EBADMSG: no such payload; -ENOMEM. *pack is made at the first call.
 */
int pack_restore(struct pack **pack, const void *payload, size_t size, const void **out,
		 size_t *out_size);

#endif
