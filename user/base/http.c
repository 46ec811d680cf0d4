// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/http.h"

#include <errno.h>
#include <string.h>

enum {
	STATUS_LINE,
	HEADERS,
	BODY,	   /* of a length */
	BODY_REST, /* up to the end */
	CHUNK_SIZE,
	CHUNK_DATA,
	CHUNK_END, /* the line end after its data */
	TRAILERS,
	DONE,
};

void http_init(struct http_response *response, http_body_fn body, void *ctx)
{
	*response = (struct http_response){ .body = body, .ctx = ctx };
}

bool http_is_done(const struct http_response *response)
{
	return response->state == DONE;
}

int http_end(const struct http_response *response)
{
	return response->state == DONE || response->state == BODY_REST ? 0 : -ENODATA;
}

/* ---- lines ---- */

/* "HTTP/1.1 200 OK" */
static int take_status(struct http_response *response)
{
	const char *line = response->line;

	if (strncmp(line, "HTTP/1.", 7) || !line[7] || line[8] != ' ')
		return -EBADMSG;
	response->status = 0;
	for (int i = 9; i < 12; i++) {
		if (line[i] < '0' || line[i] > '9')
			return -EBADMSG;
		response->status = response->status * 10 + (line[i] - '0');
	}
	response->chunked = response->has_length = false;
	response->state = HEADERS;
	return 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The value of a header of that name, which is in small letters; NULL: it is another one. */
static const char *header_value(const char *line, const char *name)
{
	for (; *name; name++, line++)
		if (lower(*line) != *name)
			return NULL;
	if (*line != ':')
		return NULL;
	do
		line++;
	while (*line == ' ' || *line == '\t');
	return line;
}

static int digit_of(char c, unsigned base)
{
	int digit = c >= '0' && c <= '9'		 ? c - '0'
		    : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10
							 : -1;

	return digit >= 0 && (unsigned)digit < base ? digit : -1;
}

/* Of the digits at the line's begin, of which there is one at least. */
static int number_of(const char *text, unsigned base, uint64_t *number)
{
	uint64_t value = 0;
	int digit;

	if (digit_of(*text, base) < 0)
		return -EBADMSG;
	for (; (digit = digit_of(*text, base)) >= 0; text++) {
		if (value > (UINT64_MAX - 15) / base)
			return -EBADMSG;
		value = value * base + (unsigned)digit;
	}
	*number = value;
	return 0;
}

static bool is_chunked(const char *value)
{
	const char *word = "chunked";

	for (; *word; word++, value++)
		if (lower(*value) != *word)
			return false;
	return true;
}

static void end_headers(struct http_response *response)
{
	if (response->status >= 100 && response->status < 200)
		response->state = STATUS_LINE; /* the response proper follows */
	else if (response->chunked)
		response->state = CHUNK_SIZE;
	else if (response->has_length)
		response->state = response->left ? BODY : DONE;
	else
		response->state = BODY_REST;
}

static int take_header(struct http_response *response)
{
	const char *value;

	if (!response->used) {
		end_headers(response);
		return 0;
	}
	value = header_value(response->line, "transfer-encoding");
	if (value)
		response->chunked = is_chunked(value);
	value = header_value(response->line, "content-length");
	if (!value)
		return 0;
	response->has_length = true;
	return number_of(value, 10, &response->left);
}

static int take_chunk_size(struct http_response *response)
{
	int err = number_of(response->line, 16, &response->left);

	response->state = response->left ? CHUNK_DATA : TRAILERS;
	return err;
}

static int take_line(struct http_response *response)
{
	if (response->used && response->line[response->used - 1] == '\r')
		response->used--;
	response->line[response->used] = '\0';
	switch (response->state) {
	case STATUS_LINE:
		return take_status(response);
	case HEADERS:
		return take_header(response);
	case CHUNK_SIZE:
		return take_chunk_size(response);
	case CHUNK_END:
		response->state = CHUNK_SIZE;
		return response->used ? -EBADMSG : 0;
	default: /* trailers */
		if (!response->used)
			response->state = DONE;
		return 0;
	}
}

/* Up to the line's end or that of the data. Returns the bytes taken, or -errno. */
static long feed_line(struct http_response *response, const char *data, size_t size)
{
	const char *end = memchr(data, '\n', size);
	size_t more = end ? (size_t)(end - data) : size;
	size_t room = sizeof(response->line) - 1 - response->used;
	int err;

	memcpy(response->line + response->used, data, more < room ? more : room);
	response->used += more < room ? more : room;
	if (!end)
		return (long)size;
	err = take_line(response);
	response->used = 0;
	return err ? err : (long)more + 1;
}

/* ---- the body ---- */

static long feed_body(struct http_response *response, const char *data, size_t size)
{
	bool rest = response->state == BODY_REST;
	size_t more = rest || size < response->left ? size : (size_t)response->left;
	int err = response->body(response->ctx, data, more);

	if (err)
		return err;
	if (rest)
		return (long)more;
	response->left -= more;
	if (!response->left)
		response->state = response->state == BODY ? DONE : CHUNK_END;
	return (long)more;
}

int http_feed(struct http_response *response, const void *data, size_t size)
{
	const char *at = data;
	long taken;

	while (size && response->state != DONE) {
		bool is_body = response->state == BODY || response->state == BODY_REST ||
			       response->state == CHUNK_DATA;

		taken = is_body ? feed_body(response, at, size) : feed_line(response, at, size);
		if (taken < 0)
			return (int)taken;
		at += taken;
		size -= (size_t)taken;
	}
	return 0;
}
