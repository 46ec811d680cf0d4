/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The response to one HTTP/1.1 request, as it comes: its status, and its body
 * without what surrounds it, into a sink. It is fed bytes, in pieces of any
 * size, and knows no socket. Nothing that it is fed is trusted.
 *
 * Bodies of a length, in chunks, and up to the end of the connection. No
 * compression: the request asks for none.
 */
#ifndef GOTRACE_BASE_HTTP_H
#define GOTRACE_BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes a piece of the body. 0 or -errno. */
typedef int (*http_body_fn)(void *ctx, const void *data, size_t size);

struct http_response {
	http_body_fn body;
	void *ctx;
	int state;
	int status; /* 200, 404, ...; 0: not known yet */
	bool chunked, has_length;
	uint64_t left; /* of the body, or of its open chunk */
	char line[1024];
	size_t used; /* of the line; what is longer is cut */
};

void http_init(struct http_response *response, http_body_fn body, void *ctx);

/* 0; -EBADMSG: it is no such response; or what the sink returned. The same ever after is the
 * caller's. */
int http_feed(struct http_response *response, const void *data, size_t size);

/* All of it is there. */
bool http_is_done(const struct http_response *response);

/* The connection was closed. 0: all of it is there; -ENODATA: it is cut off. */
int http_end(const struct http_response *response);

#endif
