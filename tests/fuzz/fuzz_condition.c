// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Conditions of a flight recorder: any text is parsed. What is refused says why,
 * and leaves the condition as it was. What is taken means the same when there are
 * more blanks around its signs, and when it is taken again.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flight/condition.h"
#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool so)
{
	if (!so)
		abort();
}

static void expect_same(const struct condition *a, const struct condition *b)
{
	expect(a->kind == b->kind && a->limit == b->limit && a->sys == b->sys);
	expect(!memcmp(&a->who, &b->who, sizeof(a->who)));
}

/* With a blank around what is a sign behind the words about threads. */
static char *spread(const char *text)
{
	char *out = calloc(3, strlen(text) + 1), *at = out;

	expect(out);
	for (; *text; text++) {
		if (*text == '>')
			*at++ = ' ';
		*at++ = *text;
		if (*text == '>')
			*at++ = ' ';
	}
	return out;
}

static void check(const char *text, const struct condition *condition)
{
	struct condition again = { 0 };
	char *wide = spread(text);

	expect(!strcmp(condition->text, text));
	expect(condition->kind < CONDITION_KINDS);
	expect(!condition_parse(&again, text, REC_ARCH_X86_64, NULL));
	expect_same(condition, &again);
	if (!strpbrk(text, "~\"=") && strlen(wide) < CONDITION_TEXT_MAX) {
		expect(!condition_parse(&again, wide, REC_ARCH_X86_64, NULL));
		expect_same(condition, &again);
	}
	free(wide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct condition condition, before;
	struct diag diag = { "" };
	char *text = calloc(1, size + 1);

	expect(text);
	memcpy(text, data, size);
	memset(&before, 0x5a, sizeof(before));
	condition = before;
	if (!condition_parse(&condition, text, REC_ARCH_X86_64, &diag)) {
		check(text, &condition);
	} else {
		expect(diag_is_set(&diag));
		expect(!memcmp(&condition, &before, sizeof(before)));
	}
	free(text);
	return 0;
}
