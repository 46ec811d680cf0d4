// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/filekind.h"

#include <string.h>

struct kind {
	const char *magic;
	size_t size;
	const char *advice;
};

#define MAGIC(bytes) bytes, sizeof(bytes) - 1
#define CAPTURE "\x89gtraw\r\n"

static const struct kind kinds[] = {
	{ MAGIC("\x1f\x8b"), ": it is compressed, unpack it first (gzip -d)" },
	{ MAGIC("\x28\xb5\x2f\xfd"), ": it is compressed, unpack it first (zstd -d)" },
	{ MAGIC("\xfd\x37zXZ"), ": it is compressed, unpack it first (xz -d)" },
	{ MAGIC(CAPTURE), ": it is a raw capture, 'gotrace-bpf convert' makes a trace of it" },
};

/* "go 1.23 trace", filled up with zeros */
static bool is_trace(const char *data, size_t size)
{
	return size >= 16 && !memcmp(data, "go 1.", 5) && !memcmp(data + 7, " trace\0\0\0", 9);
}

const char *filekind_advice(const void *data, size_t size)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (size >= kinds[i].size && !memcmp(data, kinds[i].magic, kinds[i].size))
			return kinds[i].advice;
	}
	if (is_trace(data, size))
		return ": it is a trace already, open it with 'go tool trace'";
	return "";
}

bool filekind_is_capture(const void *data, size_t size)
{
	return size >= sizeof(CAPTURE) - 1 && !memcmp(data, CAPTURE, sizeof(CAPTURE) - 1);
}
