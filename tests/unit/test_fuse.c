// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Every tests/fusion/NAME.txt is a test: a Go trace and a capture in it, as
 * text, become the fused traces in it.
 *
 *   # What this shows.
 *   === go                    the program's trace: minitrace.h
 *   === capture cpus=2        what the kernel did: captext.h
 *   === report                the sums: sumtext.h
 *   === view=procs [min=NS]   what is made of both: tracetext.h, or "error: ..."
 *
 *   test_fuse                 from the top of the repository
 *   test_fuse --out DIR       also writes each trace to DIR/NAME.N.trace
 *   test_fuse --seeds DIR     also writes both inputs to DIR/NAME, for fuzz_fuse.c
 *   test_fuse --rewrite       makes what is expected anew, to be read as a diff
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>

#include <cmocka.h>

#include "fuse/sumtext.h"
#include "fusecase.h"
#include "gotrace.h"
#include "minitrace.h"
#include "tracetext.h"

#define DIRECTORY "tests/fusion/"
#define TEXT_MAX (1 << 20)

struct test {
	char name[64];
	const char *path;
	const char *out;   /* NULL: no traces are written */
	const char *seeds; /* the same */
	bool rewrite;
};

/* A section's text, and what its line says. */
struct section {
	char head[128];
	char *text;
};

static char *read_text(const char *path)
{
	char *text = calloc(1, TEXT_MAX + 1);
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_in_range(fread(text, 1, TEXT_MAX, file), 1, TEXT_MAX - 1);
	fclose(file);
	return text;
}

/* Cuts the text at its "=== " lines. Returns how many sections there are. */
static size_t cut(char *text, struct section *sections, size_t most)
{
	size_t count = 0;

	while (count < most && (text = strstr(text, "=== "))) {
		char *end = strchr(text, '\n');

		assert_non_null(end);
		snprintf(sections[count].head, sizeof(sections[count].head), "%.*s",
			 (int)(end - text - 4), text + 4);
		*text = '\0';
		sections[count++].text = text = end + 1;
	}
	return count;
}

static unsigned long number_of(const char *head, const char *name, unsigned long otherwise)
{
	const char *at = strstr(head, name);

	return at ? strtoul(at + strlen(name), NULL, 10) : otherwise;
}

static void write_trace(const struct test *test, unsigned number,
			const struct captext_buffer *trace)
{
	char path[512];
	FILE *out;

	if (!test->out)
		return;
	snprintf(path, sizeof(path), "%s/%s.%u.trace", test->out, test->name, number);
	out = fopen(path, "w");
	assert_non_null(out);
	fwrite(trace->data, 1, trace->size, out);
	assert_int_equal(fclose(out), 0);
}

static void make_view(const struct test *test, struct fusecase *fusecase, const char *head,
		      unsigned number, FILE *out)
{
	const struct fuse_options options = {
		.view = strstr(head, "view=regions") ? FUSE_VIEW_REGIONS
			: strstr(head, "view=cpus")  ? FUSE_VIEW_CPUS
						     : FUSE_VIEW_PROCS,
		.min_ns = number_of(head, "min=", 0),
		.version = (unsigned)number_of(head, "version=", 23),
	};
	const struct gt_reader_options like_go = { .like_go = true };
	struct captext_buffer trace = { 0 };
	struct fuse_stats stats;
	struct gt_error error;

	assert_int_equal(fusecase_write(fusecase, &options, captext_append, &trace, &stats), 0);
	assert_int_equal(stats.refused, 0);
	if (gt_validate(trace.data, trace.size, &like_go, &error))
		fail_msg("%s", error.text);
	assert_int_equal(tracetext_print(out, trace.data, trace.size), 0);
	write_trace(test, number, &trace);
	free(trace.data);
}

static int append(void *ctx, const void *data, size_t size)
{
	return fwrite(data, 1, size, ctx) == size ? 0 : -1;
}

static void make_report(struct fusecase *fusecase, FILE *file)
{
	const struct sums_files names = { "app", "capture" };
	static struct out out;
	struct sums *sums;

	assert_int_equal(fusecase_sum(fusecase, &sums), 0);
	out_init(&out, append, file);
	sums_print(sums, &names, 20, &out);
	assert_int_equal(out_flush(&out), 0);
	sums_free(sums);
}

static void write_seed(const struct test *test, const struct minitrace *trace,
		       const struct captext_buffer *capture)
{
	uint64_t head = trace->size << 8 | (strlen(test->name) & 0xff);
	char path[512];
	FILE *out;

	if (!test->seeds)
		return;
	snprintf(path, sizeof(path), "%s/%s", test->seeds, test->name);
	out = fopen(path, "w");
	assert_non_null(out);
	fwrite(&head, 1, sizeof(head), out);
	fwrite(trace->data, 1, trace->size, out);
	fwrite(capture->data, 1, capture->size, out);
	assert_int_equal(fclose(out), 0);
}

static void make_all(const struct test *test, const struct section *sections, size_t count,
		     FILE *out)
{
	static struct minitrace trace;
	struct captext_buffer capture = { 0 };
	struct fusecase fusecase;
	int err;

	minitrace_make(&trace, sections[0].text);
	assert_int_equal(captext_raw(sections[1].text,
				     (uint32_t)number_of(sections[1].head, "cpus=", 2), &capture),
			 0);
	write_seed(test, &trace, &capture);
	err = fusecase_open(&fusecase, trace.data, trace.size, capture.data, capture.size);
	for (size_t i = 2; i < count; i++) {
		fprintf(out, "=== %s\n", sections[i].head);
		if (err)
			fprintf(out, "error: %s\n", fusecase.diag.text);
		else if (!strncmp(sections[i].head, "report", 6))
			make_report(&fusecase, out);
		else
			make_view(test, &fusecase, sections[i].head, (unsigned)i - 1, out);
	}
	fusecase_close(&fusecase);
	free(capture.data);
}

/* What is expected: what follows the two inputs. */
static const char *expected_in(const char *text)
{
	text = strstr(text, "=== capture");
	assert_non_null(text);
	text = strstr(text + 1, "=== ");
	assert_non_null(text);
	return text;
}

static void rewrite(const struct test *test, const char *input, const char *made)
{
	int size = (int)(expected_in(input) - input);
	FILE *file = fopen(test->path, "w");

	assert_non_null(file);
	fprintf(file, "%.*s%s", size, input, made);
	assert_int_equal(fclose(file), 0);
}

static void test_fusion(void **state)
{
	const struct test *test = *state;
	char *input = read_text(test->path), *text = strdup(input), *made = NULL;
	const char *expected = expected_in(input);
	struct section sections[16];
	size_t size, count = cut(text, sections, 16);
	FILE *out = open_memstream(&made, &size);

	assert_true(count > 2);
	make_all(test, sections, count, out);
	fclose(out);
	if (test->rewrite)
		rewrite(test, input, made);
	else if (strcmp(made, expected) != 0)
		fail_msg("%s: expected:\n%s\ngot:\n%s", test->path, expected, made);
	free(made);
	free(text);
	free(input);
}

static void name_test(struct test *test, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	test->path = path;
	snprintf(test->name, sizeof(test->name), "%.*s", (int)strcspn(name, "."), name);
}

int main(int argc, char **argv)
{
	bool is_rewrite = argc == 2 && !strcmp(argv[1], "--rewrite");
	const char *out = argc == 3 && !strcmp(argv[1], "--out") ? argv[2] : NULL;
	const char *seeds = argc == 3 && !strcmp(argv[1], "--seeds") ? argv[2] : NULL;
	struct CMUnitTest *tests;
	struct test *states;
	glob_t found;
	int failed;

	if (glob(DIRECTORY "*.txt", 0, NULL, &found)) {
		fprintf(stderr, "there is no " DIRECTORY "*.txt here\n");
		return EXIT_FAILURE;
	}
	tests = calloc(found.gl_pathc, sizeof(*tests));
	states = calloc(found.gl_pathc, sizeof(*states));
	for (size_t i = 0; i < found.gl_pathc; i++) {
		name_test(&states[i], found.gl_pathv[i]);
		states[i].out = out;
		states[i].seeds = seeds;
		states[i].rewrite = is_rewrite;
		tests[i] = (struct CMUnitTest){ .name = states[i].name,
						.test_func = test_fusion,
						.initial_state = &states[i] };
	}
	failed = _cmocka_run_group_tests("test_fuse", tests, found.gl_pathc, NULL, NULL);
	globfree(&found);
	free(states);
	free(tests);
	return failed;
}
