// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Scenarios as Perfetto traces: tests/export/perfetto/NAME.txt is what a reader
 * gets to see of tests/scenarios/NAME.txt. And fields.txt: some of these
 * traces, one after another, field by field, as tests/export/decode.py has
 * read them with Perfetto's own schema: what holds there holds for ours.
 *
 *   test_perfetto                  from the top of the repository
 *   test_perfetto --rewrite        makes the expectations anew, to be read as a diff
 *   test_perfetto --trace FILE     writes the trace that fields.txt is of
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>

#include <cmocka.h>

#include "lib/perfettotext.h"
#include "lib/prototext.h"
#include "scenario.h"

#define DIRECTORY "tests/export/perfetto/"
#define FIELDS "tests/export/fields.txt"

struct test {
	char name[64];
	bool rewrite;
};

/* Together they hold every field. */
static const char *const field_scenarios[] = {
	"exec_by_other_thread", "fork_in_syscall", "loss_while_running",
	"names_label",		"reasons",	   "wakeup_in_flight",
};

static void run(const char *name, struct scenario_result *result)
{
	char path[256], error[512] = "";
	struct scenario *scenario;
	int err;

	snprintf(path, sizeof(path), "tests/scenarios/%s.txt", name);
	scenario = scenario_load(path, error, sizeof(error));
	if (!scenario)
		fail_msg("%s", error);
	err = scenario_run_perfetto(scenario, result, error, sizeof(error));
	if (err)
		fail_msg("%s: %d: %s\n%s", path, err, error, result->text ? result->text : "");
	scenario_free(scenario);
}

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(text);
	if (!file)
		fail_msg("no %s", path);
	text[fread(text, 1, (1 << 20) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void test_scenario(void **state)
{
	const struct test *test = *state;
	struct scenario_result result;
	char path[256], *want;

	run(test->name, &result);
	snprintf(path, sizeof(path), DIRECTORY "%s.txt", test->name);
	if (test->rewrite) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(result.text, file);
		assert_int_equal(fclose(file), 0);
	} else {
		want = read_text(path);
		if (strcmp(result.text, want) != 0)
			fail_msg("%s: expected:\n%s\ngot:\n%s", path, want, result.text);
		free(want);
	}
	scenario_result_free(&result);
}

static void write_fields_trace(FILE *out)
{
	for (size_t i = 0; i < sizeof(field_scenarios) / sizeof(field_scenarios[0]); i++) {
		struct scenario_result result;

		run(field_scenarios[i], &result);
		fwrite(result.trace, 1, result.trace_size, out);
		scenario_result_free(&result);
	}
}

static void test_fields(void **state)
{
	char *trace = NULL, *text = NULL, *want = read_text(FIELDS);
	size_t trace_size, size;
	FILE *out = open_memstream(&trace, &trace_size);

	(void)state;
	write_fields_trace(out);
	fclose(out);
	out = open_memstream(&text, &size);
	assert_int_equal(prototext_print(out, trace, trace_size), 0);
	fclose(out);
	if (strcmp(text, want) != 0)
		fail_msg("make perfetto-fields makes " FIELDS " anew; got:\n%s", text);
	free(trace);
	free(text);
	free(want);
}

/* The same records give the same bytes. */
static void test_same_again(void **state)
{
	struct scenario_result first, second;

	(void)state;
	run("reasons", &first);
	run("reasons", &second);
	assert_int_equal(first.trace_size, second.trace_size);
	assert_memory_equal(first.trace, second.trace, first.trace_size);
	scenario_result_free(&first);
	scenario_result_free(&second);
}

static int run_all(bool rewrite)
{
	const struct CMUnitTest others[] = { cmocka_unit_test(test_fields),
					     cmocka_unit_test(test_same_again) };
	struct CMUnitTest *units;
	struct test *tests;
	glob_t files;
	int failed;

	if (glob(DIRECTORY "*.txt", 0, NULL, &files) != 0) {
		fprintf(stderr, "nothing in " DIRECTORY "\n");
		return 1;
	}
	units = calloc(files.gl_pathc, sizeof(*units));
	tests = calloc(files.gl_pathc, sizeof(*tests));
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *file = files.gl_pathv[i] + strlen(DIRECTORY);

		snprintf(tests[i].name, sizeof(tests[i].name), "%.*s", (int)(strlen(file) - 4),
			 file);
		tests[i].rewrite = rewrite;
		units[i] = (struct CMUnitTest){ .name = tests[i].name,
						.test_func = test_scenario,
						.initial_state = &tests[i] };
	}
	failed = _cmocka_run_group_tests("scenarios", units, files.gl_pathc, NULL, NULL);
	globfree(&files);
	free(units);
	free(tests);
	if (!rewrite)
		failed += cmocka_run_group_tests_name("others", others, NULL, NULL);
	return failed;
}

int main(int argc, char **argv)
{
	FILE *out;

	if (argc == 3 && strcmp(argv[1], "--trace") == 0) {
		out = fopen(argv[2], "w");
		if (!out)
			return 1;
		write_fields_trace(out);
		return fclose(out) != 0;
	}
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--rewrite") != 0)) {
		fprintf(stderr, "usage: test_perfetto [--rewrite | --trace FILE]\n");
		return 2;
	}
	return run_all(argc == 2);
}
