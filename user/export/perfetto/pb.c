// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/perfetto/pb.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"

void pb_fini(struct pb *pb)
{
	free(pb->data);
	*pb = (struct pb){ 0 };
}

int pb_grow(struct pb *pb, size_t more)
{
	uint8_t *data;

	if (more > SIZE_MAX - pb->len)
		return -ENOMEM;
	data = grow_array(pb->data, &pb->cap, pb->len + more, 1);
	if (!data)
		return -ENOMEM;
	pb->data = data;
	return 0;
}
