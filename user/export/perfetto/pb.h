/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The wire form of protocol buffers, for what is written too often for a
 * library: a growing buffer, and varints and tags put into it. It knows no
 * message. A pb_put_ function writes where it is told and returns where it
 * stopped; the caller has made room.
 */
#ifndef GOTRACE_EXPORT_PERFETTO_PB_H
#define GOTRACE_EXPORT_PERFETTO_PB_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PB_VARINT_MAX 10 /* bytes of a varint */

/* The low bits of a tag. */
enum {
	PB_VARINT = 0,
	PB_BYTES = 2
};

struct pb {
	uint8_t *data;
	size_t len;
	size_t cap;
};

/* A zeroed struct is an empty buffer. */
void pb_fini(struct pb *pb);
/* The slow half of pb_room(). */
int pb_grow(struct pb *pb, size_t more);

/* Room for more bytes behind len. 0 or -ENOMEM, with nothing changed. */
static inline int pb_room(struct pb *pb, size_t more)
{
	return pb->cap - pb->len >= more ? 0 : pb_grow(pb, more);
}

static inline uint8_t *pb_put_varint(uint8_t *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*at++ = (uint8_t)value;
	return at;
}

static inline uint8_t *pb_put_tag(uint8_t *at, unsigned field, unsigned wire)
{
	return pb_put_varint(at, field << 3 | wire);
}

static inline uint8_t *pb_put_number(uint8_t *at, unsigned field, uint64_t value)
{
	return pb_put_varint(pb_put_tag(at, field, PB_VARINT), value);
}

static inline uint8_t *pb_put_bytes(uint8_t *at, unsigned field, const void *data, size_t len)
{
	at = pb_put_varint(pb_put_tag(at, field, PB_BYTES), len);
	memcpy(at, data, len);
	return at + len;
}

static inline uint8_t *pb_put_text(uint8_t *at, unsigned field, const char *text)
{
	return pb_put_bytes(at, field, text, strlen(text));
}

/*
 * A message inside a message, of at most 127 bytes: so its length is one byte,
 * put in when it is known. pb_put_begin() returns where the message starts.
 */
static inline uint8_t *pb_put_begin(uint8_t *at, unsigned field)
{
	return pb_put_tag(at, field, PB_BYTES) + 1;
}

static inline void pb_put_end(uint8_t *begin, const uint8_t *at)
{
	begin[-1] = (uint8_t)(at - begin);
}

/* How many bytes the varint has. */
static inline size_t pb_varint_size(uint64_t value)
{
	return value < 0x80 ? 1 : ((size_t)(63 - __builtin_clzll(value))) / 7 + 1;
}

#endif
