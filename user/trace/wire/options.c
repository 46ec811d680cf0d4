// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "trace/wire/options.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

int gt_options_take(void *own, size_t size, size_t first, const void *given)
{
	const uint8_t *bytes = given;
	size_t has = 0;

	if (given)
		memcpy(&has, given, sizeof(has));
	if (given && !has)
		has = first;
	if (given && has < sizeof(has))
		return -EINVAL;
	for (size_t i = size; i < has; i++)
		if (bytes[i])
			return -EINVAL;
	memset(own, 0, size);
	if (given)
		memcpy(own, given, has < size ? has : size);
	memcpy(own, &size, sizeof(size));
	return 0;
}
