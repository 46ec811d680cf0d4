/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * JSON on its way out: commas, quotes and indents, in the order in which the
 * calls come. It keeps no tree and takes no memory; errors are those of the
 * struct out behind it.
 *
 *     json_init(&json, out, JSON_LINE);
 *     json_object(&json);
 *     json_name(&json, "cpus");
 *     json_u64(&json, 4);
 *     json_end_object(&json);              {"cpus":4} and the end of the line
 *
 * That a name stands before each value of an object, and none in an array, is
 * the caller's to see to.
 */
#ifndef GOTRACE_BASE_JSON_H
#define GOTRACE_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"

enum json_form {
	JSON_LINE,   /* no blanks; a line each outermost value */
	JSON_INDENT, /* a line each member of the outermost object or array, for people too */
};

struct json {
	struct out *out;
	enum json_form form;
	unsigned depth;
	bool has_before; /* a value stands before the next one: a comma comes between */
	bool is_named;	 /* the next value's name was written */
};

void json_init(struct json *json, struct out *out, enum json_form form);

void json_object(struct json *json);
void json_end_object(struct json *json);
void json_array(struct json *json);
void json_end_array(struct json *json);

/* The name of the value that comes next; as it is, so it must need no escapes. */
void json_name(struct json *json, const char *name);
void json_name_part(struct json *json, const char *name, size_t size);

void json_u64(struct json *json, uint64_t value);
void json_i64(struct json *json, int64_t value);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
/* Each byte that is not part of a UTF-8 character becomes U+FFFD. */
void json_text(struct json *json, const char *text, size_t size);
void json_str(struct json *json, const char *text);

#endif
