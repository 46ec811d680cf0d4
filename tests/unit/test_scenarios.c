// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Every tests/scenarios/NAME.txt is a test in both mappings: the records in
 * it must become the events in it. See scenario.h for the files.
 *
 *   test_scenarios                 from the top of the repository
 *   test_scenarios --out DIR       also writes each trace to DIR/NAME.MAPPING.trace
 *   test_scenarios --rewrite       makes the expectations anew, to be read as a diff
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>

#include <cmocka.h>

#include "scenario.h"

#define DIRECTORY "tests/scenarios/"

struct test {
	char name[64];
	const char *path;
	const char *out; /* NULL: no traces are written */
	bool rewrite;
};

static const char *const mapping_names[] = {
	[EXPORT_GO_SCHED] = "sched", [EXPORT_GO_RUNTIME] = "go"
};

static void write_trace(const struct test *test, const char *mapping,
			const struct scenario_result *result)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.%s.trace", test->out, test->name, mapping);
	file = fopen(path, "w");
	assert_non_null(file);
	fwrite(result->trace, 1, result->trace_size, file);
	assert_int_equal(fclose(file), 0);
}

static void rewrite(const struct test *test, const struct scenario *scenario, const char *text)
{
	FILE *file = fopen(test->path, "w");

	assert_non_null(file);
	fprintf(file, "%s%s", scenario_input(scenario), text);
	assert_int_equal(fclose(file), 0);
}

static void run_mapping(const struct test *test, const struct scenario *scenario,
			enum export_go_mapping mapping, FILE *text)
{
	struct scenario_result result;
	char error[512] = "";
	int err = scenario_run(scenario, mapping, &result, error, sizeof(error));

	if (err)
		fail_msg("%s: %d: %s", test->path, err, error);
	if (result.refused)
		fail_msg("%s: mapping %s: %llu events were refused", test->path,
			 mapping_names[mapping], (unsigned long long)result.refused);
	fprintf(text, "=== %s\n%s", mapping_names[mapping], result.text);
	if (test->out)
		write_trace(test, mapping_names[mapping], &result);
	scenario_result_free(&result);
}

static void test_scenario(void **state)
{
	const struct test *test = *state;
	char error[512] = "", *text = NULL;
	struct scenario *scenario = scenario_load(test->path, error, sizeof(error));
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!scenario)
		fail_msg("%s", error);
	run_mapping(test, scenario, EXPORT_GO_SCHED, out);
	run_mapping(test, scenario, EXPORT_GO_RUNTIME, out);
	fclose(out);
	if (test->rewrite)
		rewrite(test, scenario, text);
	else if (strcmp(text, scenario_expected(scenario)) != 0)
		fail_msg("%s: expected:\n%s\ngot:\n%s", test->path, scenario_expected(scenario),
			 text);
	scenario_free(scenario);
	free(text);
}

static void name_test(struct test *test, const char *path)
{
	const char *file = path + strlen(DIRECTORY);

	test->path = path;
	snprintf(test->name, sizeof(test->name), "%.*s", (int)(strlen(file) - 4), file);
}

static int run_all(const char *out, bool rewrite_them)
{
	glob_t files;
	struct CMUnitTest *units;
	struct test *tests;
	int failed;

	if (glob(DIRECTORY "*.txt", 0, NULL, &files) != 0) {
		fprintf(stderr, "no scenarios in " DIRECTORY "\n");
		return 1;
	}
	units = calloc(files.gl_pathc, sizeof(*units));
	tests = calloc(files.gl_pathc, sizeof(*tests));
	for (size_t i = 0; i < files.gl_pathc; i++) {
		name_test(&tests[i], files.gl_pathv[i]);
		tests[i].out = out;
		tests[i].rewrite = rewrite_them;
		units[i] = (struct CMUnitTest){ .name = tests[i].name,
						.test_func = test_scenario,
						.initial_state = &tests[i] };
	}
	failed = _cmocka_run_group_tests("scenarios", units, files.gl_pathc, NULL, NULL);
	globfree(&files);
	free(units);
	free(tests);
	return failed;
}

int main(int argc, char **argv)
{
	const char *out = NULL;
	bool rewrite_them = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--rewrite") == 0) {
			rewrite_them = true;
		} else if (strcmp(argv[i], "--out") == 0 && i + 1 < argc) {
			out = argv[++i];
		} else {
			fprintf(stderr, "usage: test_scenarios [--out DIR] [--rewrite]\n");
			return 2;
		}
	}
	return run_all(out, rewrite_them);
}
