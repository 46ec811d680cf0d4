// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Facts in frames: as they are written, as they are read, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "export/go/facts.h"
#include "simulator/rng.h"

#define T(s)                                                                                       \
	{                                                                                          \
		(s), sizeof(s) - 1                                                                 \
	}

/* ---- written, and read back ---- */

static const struct row {
	const char *name;
	struct fact fact;
	const char *func, *file;
	uint64_t line;
} rows[] = {
	{ "a process",
	  { FACT_THREAD, 4711, T("redis-server"), T("/usr/bin/redis-server *:6379") },
	  "redis-server",
	  "/usr/bin/redis-server *:6379 [pid]",
	  4711 },
	{ "a process in a container",
	  { FACT_THREAD, 7, T("java"), T("java -jar app.jar"), T("docker 3fa85f64") },
	  "java",
	  "java -jar app.jar [docker 3fa85f64] [pid]",
	  7 },
	{ "without its command line",
	  { FACT_THREAD_NAMED, 12, T("kworker/0:1"), T("kthreadd") },
	  "kworker/0:1",
	  "kthreadd [name, pid]",
	  12 },
	{ "a process of which nothing is known", { FACT_THREAD }, "?", "[pid]", 0 },
	{ "nothing but the container",
	  { FACT_THREAD, 7, T("x"), T(""), T("pod a") },
	  "x",
	  "[pod a] [pid]",
	  7 },
	{ "a command line that ends like a container",
	  { FACT_THREAD, 7, T("postgres"), T("postgres: u d [local]") },
	  "postgres",
	  "postgres: u d [local\\x5d [pid]",
	  7 },
	{ "the same in a container",
	  { FACT_THREAD, 7, T("postgres"), T("postgres: u d [local]"), T("[a]") },
	  "postgres",
	  "postgres: u d [local\\x5d [\\x5ba\\x5d] [pid]",
	  7 },
	{ "a command line like a whole file of ours",
	  { FACT_THREAD, 7, T("x"), T("sh [docker a] [pid]") },
	  "x",
	  "sh [docker a] [pid\\x5d [pid]",
	  7 },
	{ "any bytes",
	  { FACT_THREAD, 7, T("a\n\xff\xc2\x9bz"), T("a\0b\xff\\ \x1b[31m"), T("\x01") },
	  "a???"
	  "?z",
	  "a\\x00b\\xff\\\\ \\x1b[31m [\\x01] [pid]",
	  7 },
	{ "a name as Go's runtime has",
	  { FACT_THREAD, 7, T("runtime.gc") },
	  "runtime_gc",
	  "[pid]",
	  7 },
	{ "a syscall", { FACT_SYSCALL, 0, T("futex") }, "futex", "[syscall]", 0 },
	{ "asleep without one", { FACT_ASLEEP, 0, T("page fault") }, "page fault", "[asleep]", 0 },
	{ "preempted",
	  { FACT_PREEMPTED, 501, .text = T("hog") },
	  "preempted by hog",
	  "hog [preempted by tid]",
	  501 },
	{ "preempted by a name with everything in it",
	  { FACT_PREEMPTED, 501, .text = T("] [x]\n\xe2\x82\xac]") },
	  "preempted by ] [x]?\xe2\x82\xac]",
	  "] [x]\\x0a\xe2\x82\xac\\x5d [preempted by tid]",
	  501 },
	{ "preempted by nobody knows whom",
	  { FACT_PREEMPTED },
	  "preempted by ?",
	  "[preempted by tid]",
	  0 },
	{ "yielded",
	  { FACT_YIELDED, UINT32_MAX, .text = T("b c") },
	  "yielded to b c",
	  "b c [yielded to tid]",
	  UINT32_MAX },
	{ "throttled by a group",
	  { FACT_LIMIT_CPU, 4242, .text = T("/kubepods/pod 1/web.scope") },
	  "throttled by the CPU limit of web.scope",
	  "/kubepods/pod 1/web.scope [CPU limit of cgroup]",
	  4242 },
	{ "throttled by a group without a path",
	  { FACT_LIMIT_CPU, 4242 },
	  "throttled by the CPU limit of cgroup 4242",
	  "[CPU limit of cgroup]",
	  4242 },
	{ "throttled by a group that is not known",
	  { FACT_LIMIT_CPU },
	  "throttled by the CPU limit of a cgroup",
	  "[CPU limit of cgroup]",
	  0 },
	{ "throttled by the root",
	  { FACT_LIMIT_RT, 1, .text = T("/") },
	  "throttled by the real-time limit of /",
	  "/ [real-time limit of cgroup]",
	  1 },
	{ "throttled by itself",
	  { FACT_LIMIT_DEADLINE },
	  "throttled by its deadline budget",
	  "[deadline limit]",
	  0 },
	{ "throttled by something", { FACT_LIMIT }, "throttled, CPU left idle", "[limit]", 0 },
	{ "woken by one of ours", { FACT_WAKEUP }, "wakeup", "[wakeup]", 0 },
	{ "woken by a stranger",
	  { FACT_WOKEN, 99, .text = T("nginx") },
	  "woken by nginx",
	  "nginx [woken by tid]",
	  99 },
	{ "woken from a softirq", { FACT_SOFTIRQ }, "softirq", "[softirq]", 0 },
	{ "woken from a hardirq", { FACT_HARDIRQ }, "hardirq", "[hardirq]", 0 },
	{ "woken from somewhere", { FACT_CONTEXT }, "unknown context", "[context]", 0 },
	{ "the first queue", { FACT_CPU, 0 }, "on CPU 0", "[CPU]", 0 },
	{ "the last queue", { FACT_CPU, UINT16_MAX }, "on CPU 65535", "[CPU]", UINT16_MAX },
	{ "nanoseconds", { FACT_SPAN, 999 }, "for 999 ns", "[ns]", 999 },
	{ "microseconds", { FACT_SPAN, 1500 }, "for 1.500 us", "[ns]", 1500 },
	{ "milliseconds", { FACT_SPAN, 12345678 }, "for 12.346 ms", "[ns]", 12345678 },
	{ "seconds", { FACT_SPAN, 90000000000 }, "for 90.000 s", "[ns]", 90000000000 },
	{ "lost", { FACT_LOST, 12 }, "records lost", "[lost]", 12 },
	{ "unseen", { FACT_UNSEEN }, "unseen", "[unseen]", 0 },
	{ "out of scope", { FACT_SCOPE }, "left scope", "[scope]", 0 },
	{ "no fact", { FACT_NONE, 5, T("a"), T("b"), T("c") }, "", "", 0 },
};

static struct gt_stack_frame as_read(const struct fact_frame *frame)
{
	return (struct gt_stack_frame){
		.line = frame->line,
		.func = { frame->func, frame->func_size },
		.file = { frame->file, frame->file_size },
	};
}

static void assert_text(struct gt_text text, struct gt_text expected)
{
	assert_int_equal(text.size, expected.size);
	if (text.size)
		assert_memory_equal(text.data, expected.data, text.size);
}

static void written(void **state)
{
	const struct row *row = *state;
	struct fact_frame frame;
	struct gt_stack_frame read;
	char buffer[FACT_FILE_MAX];
	struct fact fact;

	memset(&frame, 'X', sizeof(frame));
	fact_write(&frame, &row->fact);
	assert_text((struct gt_text){ frame.func, frame.func_size },
		    (struct gt_text){ row->func, strlen(row->func) });
	assert_text((struct gt_text){ frame.file, frame.file_size },
		    (struct gt_text){ row->file, strlen(row->file) });
	assert_int_equal(frame.line, row->line);

	read = as_read(&frame);
	fact_read(&fact, &read, buffer);
	assert_int_equal(fact.kind, row->fact.kind);
	assert_false(fact.cut);
	if (fact.kind == FACT_NONE)
		return;
	assert_int_equal(fact.number, row->fact.number);
	assert_text(fact.text, row->fact.text);
	assert_text(fact.container, row->fact.container);
	if (row->fact.name.size)
		assert_text(fact.name, read.func);
}

/* ---- no facts ---- */

static void is_none(void **state)
{
	static const struct {
		const char *file;
		uint64_t line;
	} none[] = {
		{ "", 0 },
		{ "/usr/lib/go/src/runtime/proc.go", 283 },
		{ "<autogenerated>", 1 },
		{ "web", 100 }, /* ours, before there were tags */
		{ "[kernel]", 0 },
		{ "[vdso]", 0 },
		{ "[", 0 },
		{ "]", 0 },
		{ "[]", 0 },
		{ "pid]", 1 },
		{ "x [pid", 1 },
		{ "x[pid]", 1 },
		{ " [pid]", 1 },
		{ "x [PID]", 1 },
		{ "x [pid] ", 1 },
		{ "x [a tag of tomorrow]", 1 },
		{ "x [syscall]", 0 },
		{ "x [a] [CPU limit of cgroup]", 0 },
		{ "x] [pid]", 1 },
		{ "x] [docker a] [pid]", 1 },
		{ "x [] [pid]", 1 },
		{ "x [a\\] [pid]", 1 },
		{ "x\\ [pid]", 1 },
		{ "x\\y [preempted by tid]", 1 },
		{ "x [pid]", UINT64_C(1) << 32 },
		{ "[CPU]", 65536 },
		{ "[ns]", UINT64_C(1) << 63 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct gt_stack_frame frame = { .line = none[i].line,
						.func = T("f"),
						.file = { none[i].file, strlen(none[i].file) } };
		char buffer[FACT_FILE_MAX];
		struct fact fact;

		fact_read(&fact, &frame, buffer);
		if (fact.kind != FACT_NONE)
			fail_msg("%s is a fact", none[i].file);
		assert_int_equal(fact.number + fact.name.size + fact.text.size +
					 fact.container.size + fact.cut,
				 0);
	}
}

static void too_long_is_none(void **state)
{
	static char file[FACT_FILE_MAX + 1];
	struct gt_stack_frame frame = { .line = 1, .file = { file, sizeof(file) } };
	char buffer[FACT_FILE_MAX];
	struct fact fact;

	(void)state;
	memset(file, 'x', sizeof(file));
	memcpy(file + sizeof(file) - 6, " [pid]", 6);
	fact_read(&fact, &frame, buffer);
	assert_int_equal(fact.kind, FACT_NONE);
	frame.file.data++;
	frame.file.size--;
	fact_read(&fact, &frame, buffer);
	assert_int_equal(fact.kind, FACT_THREAD);
}

static void code_is_none(void **state)
{
	static const struct {
		const char *path, *file;
	} paths[] = {
		{ "", "" },
		{ "/usr/src/app/main.c", "/usr/src/app/main.c" },
		{ "/tmp/x [pid]", "/tmp/x [pid)" },
		{ "[syscall]", "[syscall)" },
		{ "a\n\xff", "a\\x0a\\xff" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char file[FACT_FILE_MAX], buffer[FACT_FILE_MAX];
		size_t size = fact_code_file(file, paths[i].path, strlen(paths[i].path));
		struct gt_stack_frame frame = { .func = T("main"), .file = { file, size } };
		struct fact fact;

		assert_text(frame.file, (struct gt_text){ paths[i].file, strlen(paths[i].file) });
		fact_read(&fact, &frame, buffer);
		assert_int_equal(fact.kind, FACT_NONE);
	}
}

/* ---- what is too long ---- */

#define LONG 5000

static void fill(char *text, size_t size, const char *pattern)
{
	for (size_t i = 0; i < size; i++)
		text[i] = pattern[i % strlen(pattern)];
}

static bool same(const char *a, struct gt_text b)
{
	return !memcmp(a, b.data, b.size);
}

/* Each pattern makes escapes and characters of several sizes fall on the border. */
static void cut_with(enum fact_kind kind, const char *pattern)
{
	static char text[LONG];
	struct fact fact = { .kind = kind, .number = 1, .text = { text, LONG }, .name = T("x") };
	size_t max = kind == FACT_THREAD ? FACT_THREAD_FILE_MAX : FACT_FILE_MAX;
	struct fact_frame frame;
	struct gt_stack_frame read;
	char buffer[FACT_FILE_MAX];
	struct fact back;

	fill(text, LONG, pattern);
	fact_write(&frame, &fact);
	assert_in_range(frame.file_size, max - 8, max);
	read = as_read(&frame);
	fact_read(&back, &read, buffer);
	assert_int_equal(back.kind, kind);
	assert_true(back.cut);
	assert_in_range(back.text.size, max / 4 - 24, max);
	if (kind == FACT_LIMIT_CPU)
		assert_true(same(text + LONG - back.text.size, back.text));
	else
		assert_true(same(text, back.text));
}

static void is_cut(void **state)
{
	static const enum fact_kind kinds[] = { FACT_THREAD, FACT_LIMIT_CPU, FACT_PREEMPTED };
	static const char *const patterns[] = {
		"x",
		"\n",
		"]",
		" [docker a] [pid]",
		"\\",
		"\\...",
		"\xe2\x82\xac",
		"a\xf0\x9f\x98\x80",
		("\xff" /* and no digits of it */
		 "ab"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t k = 0; k < sizeof(patterns) / sizeof(patterns[0]); k++)
			cut_with(kinds[i], patterns[k]);
}

static void long_containers_leave_room(void **state)
{
	static char text[LONG], container[LONG];
	struct fact fact = { FACT_THREAD, 1, T("x"), { text, 150 }, { container, LONG } };
	struct fact_frame frame;
	struct gt_stack_frame read;
	char buffer[FACT_FILE_MAX];
	struct fact back;

	(void)state;
	fill(text, LONG, "a");
	fill(container, LONG, "b[");
	fact_write(&frame, &fact);
	assert_in_range(frame.file_size, 150, FACT_THREAD_FILE_MAX);
	read = as_read(&frame);
	fact_read(&back, &read, buffer);
	assert_int_equal(back.kind, FACT_THREAD);
	assert_false(back.cut);
	assert_int_equal(back.text.size, 150);
	assert_in_range(back.container.size, 16, FACT_CONTAINER_MAX);
	assert_true(same(container, back.container));
}

static void numbers_end_at_their_largest(void **state)
{
	static const struct {
		enum fact_kind kind;
		uint64_t line;
	} largest[] = {
		{ FACT_THREAD, UINT32_MAX },
		{ FACT_LIMIT_CPU, INT64_MAX },
		{ FACT_CPU, UINT16_MAX },
		{ FACT_SYSCALL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(largest) / sizeof(largest[0]); i++) {
		struct fact fact = { .kind = largest[i].kind, .number = UINT64_MAX };
		struct fact_frame frame;

		fact_write(&frame, &fact);
		assert_int_equal(frame.line, largest[i].line);
	}
}

/* ---- any bytes ---- */

#define RUNS 200000

static size_t random_bytes(struct rng *rng, char *out, size_t max)
{
	static const char likely[] = " []\\x.0f5d/\xc2\x9b\xe2\x82\xac";
	size_t size = rng_below(rng, (uint32_t)max + 1);

	for (size_t i = 0; i < size; i++)
		out[i] = rng_below(rng, 4) ? likely[rng_below(rng, sizeof(likely))]
					   : (char)rng_next(rng);
	return size;
}

static void assert_printable(const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		size_t step = utf8_size(text + at, size - at);

		assert_true(step > 0);
		assert_true((uint8_t)text[at] >= ' ' && text[at] != 0x7f);
		at += step;
	}
}

/* Texts that fit, of any bytes, come back as they were. */
static void any_bytes_come_back(void **state)
{
	struct rng rng = { .state = 1 };

	(void)state;
	for (int i = 0; i < RUNS; i++) {
		char name[40], text[40], container[15], buffer[FACT_FILE_MAX];
		enum fact_kind kind = 1 + rng_below(&rng, FACT_KINDS - 1);
		struct fact fact = { .kind = kind, .number = rng_below(&rng, 1 << 16) }, back;
		struct fact_frame frame;
		struct gt_stack_frame read;

		fact.name = (struct gt_text){ name, random_bytes(&rng, name, sizeof(name)) };
		fact.text = (struct gt_text){ text, random_bytes(&rng, text, sizeof(text)) };
		fact.container = (struct gt_text){ container, random_bytes(&rng, container,
									   sizeof(container)) };
		fact_write(&frame, &fact);
		assert_printable(frame.func, frame.func_size);
		assert_printable(frame.file, frame.file_size);
		read = as_read(&frame);
		fact_read(&back, &read, buffer);
		assert_int_equal(back.kind, kind);
		assert_int_equal(back.number, frame.line);
		assert_false(back.cut);
		if (back.text.size)
			assert_text(back.text, fact.text);
		if (kind == FACT_THREAD || kind == FACT_THREAD_NAMED) {
			assert_text(back.text, fact.text);
			assert_text(back.container, fact.container);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(is_none),
		cmocka_unit_test(too_long_is_none),
		cmocka_unit_test(code_is_none),
		cmocka_unit_test(is_cut),
		cmocka_unit_test(long_containers_leave_room),
		cmocka_unit_test(numbers_end_at_their_largest),
		cmocka_unit_test(any_bytes_come_back),
	};
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		OTHERS = sizeof(others) / sizeof(others[0])
	};
	struct CMUnitTest tests[ROWS + OTHERS];

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name,
			.test_func = written,
			.initial_state = (void *)&rows[i],
		};
	}
	memcpy(tests + ROWS, others, sizeof(others));
	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
