// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* A response of any bytes: whether it comes in one piece or byte by byte, it is the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/http.h"
#include "captext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	struct captext_buffer body;
	struct http_response response;
	int err;
};

static void feed(struct result *result, const uint8_t *data, size_t size, size_t piece)
{
	memset(result, 0, sizeof(*result));
	http_init(&result->response, captext_append, &result->body);
	for (size_t at = 0; at < size && !result->err; at += piece)
		result->err = http_feed(&result->response, data + at,
					size - at < piece ? size - at : piece);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, bytes;

	feed(&whole, data, size, size ? size : 1);
	feed(&bytes, data, size, 1);
	if (whole.err != bytes.err || whole.response.status != bytes.response.status ||
	    http_end(&whole.response) != http_end(&bytes.response) ||
	    whole.body.size != bytes.body.size || whole.body.size > size ||
	    (whole.body.size && memcmp(whole.body.data, bytes.body.data, whole.body.size) != 0))
		abort();
	free(whole.body.data);
	free(bytes.body.data);
	return 0;
}
