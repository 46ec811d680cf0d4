// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "base/http.h"

struct body {
	char text[256];
	size_t size;
};

static int take(void *ctx, const void *data, size_t size)
{
	struct body *body = ctx;

	if (body->size + size >= sizeof(body->text))
		return -ENOSPC;
	memcpy(body->text + body->size, data, size);
	body->size += size;
	body->text[body->size] = '\0';
	return 0;
}

static const struct row {
	const char *name, *bytes, *body;
	int status, fed, end;
} rows[] = {
	{ "of a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhellomore", "hello", 200, 0,
	  0 },
	{ "up to the end", "HTTP/1.0 200 OK\r\nX: y\r\n\r\nhello", "hello", 200, 0, 0 },
	{ "in chunks",
	  "HTTP/1.1 200 OK\r\ntransfer-encoding: "
	  "Chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n"
	  "0\r\nTrailer: x\r\n\r\n",
	  "hello0123456789", 200, 0, 0 },
	{ "lines without CR", "HTTP/1.1 404 Not Found\nContent-Length: 2\n\nno", "no", 404, 0, 0 },
	{ "a first answer before it",
	  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 200, 0,
	  0 },
	{ "cut off in its body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", "he", 200, 0,
	  -ENODATA },
	{ "cut off in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
	  "hel", 200, 0, -ENODATA },
	{ "cut off in its head", "HTTP/1.1 200 OK\r\nConte", "", 200, 0, -ENODATA },
	{ "nothing", "", "", 0, 0, -ENODATA },
	{ "no HTTP", "SSH-2.0-x\r\n", "", 0, -EBADMSG, -ENODATA },
	{ "no status", "HTTP/1.1 OK\r\n", "", 0, -EBADMSG, -ENODATA },
	{ "no length", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n", "", 200, -EBADMSG, -ENODATA },
	{ "a length beyond all", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n",
	  "", 200, -EBADMSG, -ENODATA },
	{ "no size of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", "",
	  200, -EBADMSG, -ENODATA },
	{ "a chunk longer than it says",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n", "he", 200,
	  -EBADMSG, -ENODATA },
};

static void feed(const struct row *row, size_t piece)
{
	struct http_response response;
	struct body body = { .size = 0 };
	size_t size = strlen(row->bytes);
	int err = 0;

	http_init(&response, take, &body);
	for (size_t at = 0; at < size && !err; at += piece)
		err = http_feed(&response, row->bytes + at, size - at < piece ? size - at : piece);
	assert_int_equal(err, row->fed);
	assert_string_equal(body.text, row->body);
	assert_int_equal(response.status, row->status);
	assert_int_equal(http_end(&response), row->end);
	assert_int_equal(http_is_done(&response), !row->end && !strstr(row->name, "the end"));
}

static void test_response(void **state)
{
	const struct row *row = *state;

	feed(row, 1000);
	feed(row, 1);
	feed(row, 3);
}

/* A line of any length is read over, and takes no more than its room. */
static void test_long_line(void **state)
{
	static char bytes[5000];
	struct row row = { "long", bytes, "ok", 200, 0, 0 };

	(void)state;
	strcpy(bytes, "HTTP/1.1 200 OK\r\nX: ");
	memset(bytes + strlen(bytes), 'x', 4000);
	strcat(bytes, "\r\nContent-Length: 2\r\n\r\nok");
	feed(&row, 5000);
	feed(&row, 7);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 1];
	size_t count = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = test_response,
						.initial_state = (void *)&rows[i] };
	tests[count] = (struct CMUnitTest)cmocka_unit_test(test_long_line);
	return _cmocka_run_group_tests("test_http", tests, count + 1, NULL, NULL);
}
