// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The command line: rows of a line and what comes of it, written as text; the
 * tables' own rules; and that the help says everything the tables hold.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/options.h"

struct row {
	const char *line;
	const char *result; /* as describe() writes it, or "error: " and the message */
};

static const struct row rows[] = {
	{ "", "" },
	{ "-p 12", "pids=12" },
	{ "-p12,34 --children", "pids=12,34 children" },
	{ "--pid=7 -d 200ms -o x.out", "pids=7 output=x.out duration=200000000" },
	{ "-d5s -d 1m", "duration=60000000000" },
	{ "--cgroup /sys/fs/cgroup/a --buffer 64M", "cgroup=/sys/fs/cgroup/a buffer=67108864" },
	{ "--mapping go --trace-version 1.26", "mapping=1 version=26" },
	{ "--mapping=sched --trace-version=1.22", "version=22" },
	{ "--clock monotonic --check", "monotonic check" },
	{ "--clock monotonic --clock rebased", "" },
	{ "--stats s.json -v", "stats=s.json verbose" },
	{ "-qh", "quiet help" },
	{ "-V", "show_version" },
	{ "-d 1s -- make -j8 -p 1", "duration=1000000000 child=make,-j8,-p,1" },
	{ "-o --stats", "output=--stats" },
	{ "-q -- -- x", "quiet child=--,x" },
	{ "record -d 1s -o c.gtraw", "output=c.gtraw duration=1000000000" },
	{ "convert c.gtraw -o out", "output=out args=c.gtraw" },
	{ "convert --mapping go -", "mapping=1 args=-" },
	{ "help convert", "args=convert" },
	{ "doctor --help", "help" },
	{ "convert --help", "help" },

	{ "make -j8", "error: 'make': to run a program put -- before it" },
	{ "recrod -d 1", "error: there is no command 'recrod', did you mean 'record'? To run a program put -- "
			 "before it" },
	{ "-d 1 record", "error: 'record': the command comes first, its options behind it" },
	{ "record record", "error: 'record': to run a program put -- before it" },
	{ "1234", "error: '1234': to trace a process put -p before it" },
	{ "--", "error: give the command to run after --" },
	{ "-p", "error: --pid needs a value: PID[,PID]" },
	{ "-p -- x", "error: --pid needs a value: PID[,PID]" },
	{ "-p x", "error: --pid 'x': give process ids: 12 or 12,34 (of a name: pgrep -d, NAME)" },
	{ "-p 99999999999", "error: --pid '99999999999': that is too large" },
	{ "-d 0", "error: --duration '0': it must be more than 0" },
	{ "-d soon", "error: --duration 'soon': give a duration: 5s, 200ms, 1m" },
	{ "--buffer 1T", "error: --buffer '1T': give a size: 512k, 64M, 1G" },
	{ "--buffer 0", "error: --buffer '0': it must be more than 0" },
	{ "--mapping both", "error: --mapping 'both': it is one of sched|go" },
	{ "--trace-version 1.2", "error: --trace-version '1.2': it is one of 1.22|1.23|1.25|1.26" },
	{ "--children=yes", "error: --children takes no value" },
	{ "--output=", "error: --output: give a FILE" },
	{ "--nonsense", "error: there is no option --nonsense here" },
	{ "-qz", "error: there is no option -z here" },
	{ "--pi 1", "error: there is no option --pi here, did you mean --pid?" },
	{ "--druation 1", "error: there is no option --druation here, did you mean --duration?" },
	{ "--durtaion=1", "error: there is no option --durtaion here, did you mean --duration?" },
	{ "record --chek", "error: there is no option --chek here" },
	{ "-p 1 -- x", "error: -p, --cgroup and -- COMMAND are different scopes: give one" },
	{ "-p 1 --cgroup x", "error: -p, --cgroup and -- COMMAND are different scopes: give one" },
	{ "-o x --stats x", "error: -o and --stats name the same file: give two" },
	{ "--children", "error: --children goes with -p" },
	{ "-q -v", "error: -q and -v contradict each other: give one" },
	{ "convert", "error: convert needs an argument: CAPTURE" },
	{ "convert a b", "error: 'b': one argument too many" },
	{ "convert a -- b", "error: a command after -- has no meaning here" },
	{ "convert -p 1 a", "error: there is no option -p here" },
	{ "record --mapping go", "error: there is no option --mapping here" },
	{ "doctor now", "error: 'now': one argument too many" },
};

static void add(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add(char *text, size_t size, const char *format, ...)
{
	size_t at = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + at, size - at, format, args);
	va_end(args);
}

static void describe_lists(const struct config *config, char *out, size_t size)
{
	for (unsigned i = 0; i < config->arg_count; i++)
		add(out, size, "%s%s", i ? "," : " args=", config->args[i]);
	for (unsigned i = 0; config->child && config->child[i]; i++)
		add(out, size, "%s%s", i ? "," : " child=", config->child[i]);
}

static void describe(const struct config *config, char *out, size_t size)
{
	out[0] = '\0';
	for (unsigned i = 0; i < config->pids.count; i++)
		add(out, size, "%s%d", i ? "," : " pids=", config->pids.pid[i]);
	if (config->cgroup)
		add(out, size, " cgroup=%s", config->cgroup);
	if (config->output)
		add(out, size, " output=%s", config->output);
	if (config->stats)
		add(out, size, " stats=%s", config->stats);
	if (config->duration_ns)
		add(out, size, " duration=%" PRIu64, config->duration_ns);
	if (config->buffer_bytes)
		add(out, size, " buffer=%" PRIu64, config->buffer_bytes);
	if (config->mapping)
		add(out, size, " mapping=%d", config->mapping);
	if (config->version != 23)
		add(out, size, " version=%d", config->version);
	add(out, size, "%s%s%s%s%s%s%s", config->children ? " children" : "",
	    config->monotonic ? " monotonic" : "", config->check ? " check" : "",
	    config->quiet ? " quiet" : "", config->verbose ? " verbose" : "",
	    config->help ? " help" : "", config->show_version ? " show_version" : "");
	describe_lists(config, out, size);
}

/* Splits at blanks; returns the count. line is cut up. */
static int split(char *line, char **argv, int max)
{
	int argc = 0;

	for (char *word = strtok(line, " "); word && argc < max; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

static void test_row(void **state)
{
	const struct row *row = *state;
	char line[256], result[512], *argv[32];
	const struct command *command = NULL;
	struct diag diag = { "" };
	struct config config;
	int argc, skip;

	snprintf(line, sizeof(line), "%s", row->line);
	argc = split(line, argv, 31);
	if (argc)
		command = command_find(argv[0]);
	skip = command ? 1 : 0;
	if (!command)
		command = command_find("");
	if (options_parse(command, argc - skip, argv + skip, &config, &diag)) {
		snprintf(result, sizeof(result), "error: %s", diag.text);
		assert_string_equal(result, row->result);
	} else {
		describe(&config, result, sizeof(result));
		assert_string_equal(result + (*result == ' '), row->result);
	}
}

static void test_untouched_on_error(void **state)
{
	char word[] = "--nonsense", *argv[] = { word, NULL };
	struct config config, before;
	struct diag diag = { "" };

	(void)state;
	memset(&config, 0x5a, sizeof(config));
	before = config;
	assert_int_equal(options_parse(command_find(""), 1, argv, &config, &diag), -EINVAL);
	assert_memory_equal(&config, &before, sizeof(config));
}

/* No two options of a command share a name or a letter; choices have values. */
static void test_table_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		assert_int_equal(command_rows[i].id, i);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *a = &option_rows[i];

		assert_true(a->commands);
		assert_true(a->offset < sizeof(struct config));
		assert_int_equal(a->kind == OPTION_FLAG, !a->argument);
		assert_int_equal(a->kind == OPTION_CHOICE, !!a->values);
		for (size_t j = 0; j < i; j++) {
			const struct option_row *b = &option_rows[j];

			if (!(a->commands & b->commands))
				continue;
			assert_string_not_equal(a->name, b->name);
			assert_true(!a->letter || a->letter != b->letter);
		}
	}
}

/* text without its line breaks and runs of blanks, so that wrapping does not matter */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		char c = *from == '\n' ? ' ' : *from;

		if (c != ' ' || (to > text && to[-1] != ' '))
			*to++ = c;
	}
	*to = '\0';
}

static void test_help(void **state)
{
	const struct command *command = *state;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	options_print_help(out, command);
	fclose(out);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, 80);
	squeeze(text);
	assert_non_null(strstr(text, command->summary));
	assert_non_null(strstr(text, "Examples:"));
	for (size_t i = 0; i < option_count; i++) {
		char name[64];

		if (!option_is_for(&option_rows[i], command->id))
			continue;
		snprintf(name, sizeof(name), " --%s ", option_rows[i].name);
		assert_non_null(strstr(text, name));
		assert_non_null(strstr(text, option_rows[i].help));
	}
	free(text);
}

#define ROWS(array) (sizeof(array) / sizeof((array)[0]))

int main(void)
{
	enum {
		ALL = ROWS(rows) + COMMAND_COUNT + 2
	};
	static char names[ALL][96];
	struct CMUnitTest tests[ALL];
	unsigned n = 0;

	for (; n < ROWS(rows); n++) {
		snprintf(names[n], sizeof(names[n]), "line '%s'", rows[n].line);
		tests[n] = (struct CMUnitTest){ names[n], test_row, NULL, NULL, (void *)&rows[n] };
	}
	for (unsigned i = 0; i < COMMAND_COUNT; i++, n++) {
		snprintf(names[n], sizeof(names[n]), "help of '%s'", command_rows[i].name);
		tests[n] = (struct CMUnitTest){ names[n], test_help, NULL, NULL,
						(void *)&command_rows[i] };
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_untouched_on_error);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_table_rules);
	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
