// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/wire/header.h"

#include <errno.h>
#include <string.h>

#include "trace/wire/error.h"

static const char prefix[] = "go 1.";
static const char suffix[] = " trace";

/* The minor version in a header's text; 0: it is no header. */
static unsigned minor_of(const uint8_t *bytes)
{
	size_t at = sizeof(prefix) - 1;
	unsigned minor = 0;

	if (memcmp(bytes, prefix, at))
		return 0;
	while (at < 9 && bytes[at] >= '0' && bytes[at] <= '9')
		minor = minor * 10 + (bytes[at++] - '0');
	if (memcmp(bytes + at, suffix, sizeof(suffix) - 1))
		return 0;
	for (at += sizeof(suffix) - 1; at < GT_HEADER_SIZE; at++)
		if (bytes[at])
			return 0;
	return minor;
}

int gt_header_read(struct input *in, unsigned *version, struct gt_error *error)
{
	unsigned minor;
	size_t have;
	int err = input_have(in, GT_HEADER_SIZE, &have);

	if (err)
		return gt_fail(error, err, "cannot read: %s", strerror(-err));
	if (!have)
		return gt_fail(error, -EINVAL, "it is empty");
	minor = have == GT_HEADER_SIZE ? minor_of(in->bytes + in->pos) : 0;
	if (!minor)
		return gt_fail(error, -EINVAL, "not a Go execution trace");
	if (!gt_version_types(minor) && !gt_header_is_v1(minor))
		return gt_fail(error, -EPROTONOSUPPORT,
			       "a trace in the format of Go 1.%u is not known here (1.11, 1.19, "
			       "1.21, 1.22, 1.23, 1.25 and 1.26 are)",
			       minor);
	in->pos += GT_HEADER_SIZE;
	*version = minor;
	return 0;
}

void gt_header_put(uint8_t *out, unsigned version)
{
	memset(out, 0, GT_HEADER_SIZE);
	memcpy(out, "go 1.00 trace", 13);
	out[5] = (uint8_t)('0' + version / 10);
	out[6] = (uint8_t)('0' + version % 10);
}
