/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The latest texts: each id has its last one, what is older than the beginning
 * comes first, what is later in the order of time, and there is an end to it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "flight/lasttexts.h"

/* What was played, as text: "kind@time id=text ...; ". */
struct heard {
	char text[512];
	size_t calls, texts;
	int err;
};

static int hear(void *ctx, const struct stream_texts *texts)
{
	struct heard *heard = ctx;
	size_t at = strlen(heard->text);

	heard->calls++;
	heard->texts += texts->count;
	at += snprintf(heard->text + at, sizeof(heard->text) - at, "%d@%d", (int)texts->kind,
		       (int)texts->ts_ns);
	for (size_t i = 0; i < texts->count && at < sizeof(heard->text) - 64; i++)
		at += snprintf(heard->text + at, sizeof(heard->text) - at, " %d=%.*s",
			       (int)texts->texts[i].id, (int)texts->texts[i].size,
			       texts->texts[i].text);
	snprintf(heard->text + at, sizeof(heard->text) - at, "; ");
	return heard->err;
}

static void take(struct lasttexts *texts, enum stream_text_kind kind, uint64_t ts_ns, uint64_t id,
		 const char *text)
{
	const struct stream_text one = { id, text, strlen(text) };
	const struct stream_texts list = { kind, ts_ns, &one, 1 };

	assert_int_equal(lasttexts_take(texts, &list), 0);
}

static int play(const struct lasttexts *texts, uint64_t begin_ns, struct heard *heard)
{
	static const struct stream_ops ops = { .texts = hear };
	const struct stream to = { &ops, heard };

	return lasttexts_play(texts, begin_ns, &to);
}

static void test_latest(void **state)
{
	struct lasttexts texts = { 0 };
	struct heard heard = { "" };

	(void)state;
	take(&texts, STREAM_COMMANDS, 10, 1, "old");
	take(&texts, STREAM_COMMANDS, 20, 1, "new");
	take(&texts, STREAM_COMMANDS, 10, 2, "");
	take(&texts, STREAM_CGROUPS, 10, 1, "/a");
	assert_int_equal(play(&texts, 100, &heard), 0);
	assert_string_equal(heard.text, "10@100 1=/a; 11@100 1=new 2=; ");
	lasttexts_fini(&texts);
}

static void test_later_ones_have_their_time(void **state)
{
	struct lasttexts texts = { 0 };
	struct heard heard = { "" };

	(void)state;
	take(&texts, STREAM_NAMES, 300, 3, "c");
	take(&texts, STREAM_COMMANDS, 200, 2, "b");
	take(&texts, STREAM_COMMANDS, 100, 1, "a");
	assert_int_equal(play(&texts, 100, &heard), 0);
	assert_string_equal(heard.text, "11@100 1=a; 11@200 2=b; 14@300 3=c; ");
	lasttexts_fini(&texts);
}

static void test_error_of_the_stream(void **state)
{
	struct lasttexts texts = { 0 };
	struct heard heard = { .err = -ENOSPC };

	(void)state;
	assert_int_equal(play(&texts, 100, &heard), 0);
	take(&texts, STREAM_COMMANDS, 100, 1, "a");
	take(&texts, STREAM_COMMANDS, 200, 2, "b");
	assert_int_equal(play(&texts, 100, &heard), -ENOSPC);
	assert_int_equal(heard.calls, 1);
	lasttexts_fini(&texts);
}

static void test_the_oldest_makes_room(void **state)
{
	struct lasttexts texts = { 0 };
	struct heard heard = { "" };

	(void)state;
	for (uint64_t id = 1; id <= LASTTEXTS_MOST + 1000; id++)
		take(&texts, STREAM_COMMANDS, id, id, "x");
	assert_int_equal(idmap_find(&texts.of[1].slots, 1000), IDMAP_NONE);
	assert_int_not_equal(idmap_find(&texts.of[1].slots, 1001), IDMAP_NONE);
	assert_int_equal(play(&texts, UINT64_MAX, &heard), 0);
	assert_int_equal(heard.texts, LASTTEXTS_MOST);
	lasttexts_fini(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_latest),
		cmocka_unit_test(test_later_ones_have_their_time),
		cmocka_unit_test(test_error_of_the_stream),
		cmocka_unit_test(test_the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
