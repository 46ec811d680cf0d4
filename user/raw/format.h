/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The raw file's bytes. Private to user/raw; all numbers little-endian, as
 * records are, so that they are used where they lie: a big-endian machine
 * refuses captures.
 *
 *   struct raw_file_head
 *   struct raw_chunk_head, payload      as often as there are chunks
 *
 * Everything is a multiple of 8 bytes, so that records can be used where they
 * lie. A payload is a fixed head and, in some types, entries; entries stand at
 * the payload's end, so that a newer minor version may append members to the
 * head as well as to the entries. What a reader does not know it passes over.
 *
 * Two checksums (CRC-32 as zlib has it) of what stands in the file: the chunk
 * head has its own, so that a file that was cut off can be told from one whose
 * sizes are damaged.
 */
#ifndef GOTRACE_RAW_FORMAT_H
#define GOTRACE_RAW_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "raw/raw.h"

/* The first byte is no text, and a change of line ends shows. */
#define RAW_MAGIC "\x89gtraw\r\n"
#define RAW_MAJOR 2 /* a reader refuses a higher one; records of ABI 1 have major 1 */
#define RAW_MINOR 0 /* and reads any of these */

struct raw_file_head {
	char magic[8];
	uint16_t major;
	uint16_t minor;
	uint32_t crc; /* of what stands before it */
};

/*
 * What a capture is (struct stream_info). A newer minor version may append
 * members: what an older file lacks is 0.
 */
struct raw_info {
	uint32_t abi;
	uint32_t arch;
	uint32_t cpus;
	uint32_t cpus_online;
	uint32_t scope;
	uint32_t tracer_tgid;
	uint64_t mono_ns;
	uint64_t wall_ns;
	uint64_t on_ns;
	uint64_t ring_bytes;
	char release[64];
	char hostname[64];
	char options[256];
	/* Since major 2. */
	uint32_t encoding; /* enum stream_encoding; 0: frames, as all records of ABI 1 */
	uint32_t page_size;
	uint64_t on; /* enum stream_on */
};

enum raw_file_type {
	RAW_TYPE_HEADER = 1,   /* struct raw_info */
	RAW_TYPE_SNAPSHOT = 2, /* struct raw_snapshot_head, rec_snapshot entries */
	RAW_TYPE_RING = 3,     /* struct raw_ring_head, frames or words */
	RAW_TYPE_ROUND = 4,    /* struct raw_round_head, rec_counters entries */
	RAW_TYPE_END = 5,      /* the same */
	/* enum stream_text_kind; struct raw_texts_head, texts */
	RAW_TYPE_CGROUPS = STREAM_CGROUPS,
	RAW_TYPE_COMMANDS = STREAM_COMMANDS,
	RAW_TYPE_NAMES = STREAM_NAMES,
	RAW_TYPE_SYMBOLS = 8, /* struct raw_symbols_head, strings, stream_symbol entries */
};

struct raw_chunk_head {
	uint32_t type;	   /* enum raw_file_type */
	uint32_t flags;	   /* RAW_PACKED or 0 */
	uint64_t size;	   /* of the payload, bytes */
	uint32_t sequence; /* of the chunk in the file, from 0 */
	uint32_t payload_crc;
	uint32_t pad;
	uint32_t crc; /* of what stands before it */
};

#define RAW_PACKED 1U /* the payload is compressed: pack.h */

struct raw_snapshot_head {
	uint64_t end_ns;
	uint32_t count;
	uint32_t entry_size;
};

struct raw_ring_head {
	uint32_t cpu;
	uint32_t position; /* of the first word, since major 2 */
};

struct raw_round_head {
	uint64_t ts_ns;
	uint64_t missed;
	uint32_t count;
	uint32_t entry_size;
};

/* Its texts, one behind another, are the payload's last bytes. */
struct raw_texts_head {
	uint64_t ts_ns;
	uint32_t count;
	uint32_t bytes;
};

/* Then size bytes, and zeros up to a multiple of 8. */
struct raw_text {
	uint64_t id;
	uint32_t size;
	uint32_t pad;
};

_Static_assert(sizeof(struct raw_texts_head) == 16, "the head of texts");
_Static_assert(sizeof(struct raw_text) == 16, "the head of a text");

/* Strings follow the head, filled up with zeros to a multiple of 8. */
struct raw_symbols_head {
	uint32_t count;
	uint32_t entry_size;
	uint64_t strings_size;
};

_Static_assert(sizeof(struct raw_info) == 456, "the file's header");
_Static_assert(sizeof(struct raw_file_head) == 16, "the file's head");
_Static_assert(sizeof(struct raw_chunk_head) == 32, "a chunk's head");
_Static_assert(sizeof(struct raw_snapshot_head) == 16, "a snapshot's head");
_Static_assert(sizeof(struct raw_ring_head) == 8, "a ring chunk's head");
_Static_assert(sizeof(struct raw_round_head) == 24, "a round's head");
_Static_assert(sizeof(struct raw_symbols_head) == 16, "a head of symbols");
_Static_assert(sizeof(struct stream_symbol) == 40, "a symbol");

/* The sizes of version 1.0: no file has smaller ones. */
#define RAW_INFO_SIZE 440
#define RAW_SNAPSHOT_SIZE 72
#define RAW_COUNTERS_SIZE 32
/* Since major 2. */
#define RAW_SYMBOL_SIZE 40

/* So many texts a chunk. */
#define RAW_TEXTS_MAX 65536

/* A ring chunk's frames: few enough that a killed capture misses little. */
#define RAW_RING_MAX (1U << 20)

#endif
