// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The command line: lines, and what comes of them, written as text by the
 * commands' own rows; the rules of these rows; and that the help says
 * everything they hold.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/commands.h"
#include "options/options.h"
#include "options/units.h"

struct row {
	const char *line;
	/* As describe() writes it: what is not the command's default; or "error: " and why. */
	const char *result;
};

static const struct row rows[] = {
	{ "", "" },
	{ "-p 12", "pid=12" },
	{ "-p12,34 --children", "pid=12,34 children" },
	{ "--tid 12,34", "tid=12,34" },
	{ "--tid 12 --children", "tid=12 children" },
	{ "--pid=7 -d 200ms -o x.out", "pid=7 duration=200000000 output=x.out" },
	{ "-d5s -d 1m", "duration=60000000000" },
	{ "--cgroup /sys/fs/cgroup/a --buffer 64M", "cgroup=/sys/fs/cgroup/a buffer=67108864" },
	{ "--stacks kernel", "stacks=1" },
	{ "record --stacks=kernel", "stacks=1" },
	{ "--mapping go --trace-version 1.26", "mapping=1 trace-version=26" },
	{ "--mapping=sched --trace-version=1.22", "trace-version=22" },
	{ "--clock monotonic --check", "clock check" },
	{ "--clock monotonic --clock rebased", "" },
	{ "--stats s.json -v", "stats=s.json verbose" },
	{ "-qh", "quiet help" },
	{ "-V", "version" },
	{ "-d 1s -- make -j8 -p 1", "duration=1000000000 child=make,-j8,-p,1" },
	{ "-o --stats", "output=--stats" },
	{ "-q -- -- x", "quiet child=--,x" },
	{ "record -d 1s -o c.gtraw", "duration=1000000000 output=c.gtraw" },
	{ "convert c.gtraw -o out", "output=out args=c.gtraw" },
	{ "convert --mapping go -", "mapping=1 args=-" },
	{ "--to perfetto", "to=1" },
	{ "--to perfetto --to go", "" },
	{ "convert --to perfetto c", "to=1 args=c" },
	{ "convert --from 1s --to=2s --to=perfetto c",
	  "to=1 from=1000000000 to=2000000000 args=c" },
	{ "convert --to .5s c", "error: --to '.5s': give a duration: 5s, 200ms, 1m" },
	{ "help convert", "args=convert" },
	{ "undump t -o x", "output=x args=t" },
	{ "cut --from 1s --to 2s a -o b", "output=b from=1000000000 to=2000000000 args=a" },
	{ "cut --from 0 a -o b", "output=b from=0 args=a" },
	{ "cut --from 0 --to 2s a -o b", "output=b from=0 to=2000000000 args=a" },
	{ "cut --split 4 a", "split=4 args=a" },
	{ "repair a -o b", "output=b args=a" },
	{ "events --json --like-go a", "like-go json args=a" },
	{ "validate a b --like-go c", "like-go args=a,b,c" },
	{ "report --rows 3 a", "rows=3 args=a" },
	{ "report --why --slowest 3 fsync a", "why slowest=3*fsync args=a" },
	{ "report a --slowest=2 read --why", "why slowest=2*read args=a" },
	{ "report --why a --slowest 2", "error: --slowest needs two values: N SYSCALL|REGION" },
	{ "report --why --slowest x read a", "error: --slowest 'x': give a number: 4" },
	{ "pprof a -o b", "output=b args=a" },
	{ "pprof --folded=wait a", "folded=2 args=a" },
	{ "doctor --help", "help" },
	{ "convert --help", "help" },

	{ "make -j8", "error: 'make': to run a program put -- before it" },
	{ "recrod -d 1",
	  "error: there is no command 'recrod', did you mean 'record'? To run a program put -- "
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
	{ "--stacks all", "error: --stacks 'all': it is one of kernel" },
	{ "--stacks kernel --to perfetto",
	  "error: --stacks: a Perfetto trace shows none; leave out --to perfetto" },
	{ "--buffer 0", "error: --buffer '0': it must be more than 0" },
	{ "--mapping both", "error: --mapping 'both': it is one of sched|go" },
	{ "--trace-version 1.2", "error: --trace-version '1.2': it is one of "
				 "1.19|1.21|1.22|1.23|1.25|1.26" },
	{ "--trace-version 1.21 --mapping go", "error: --mapping go needs --trace-version 1.22 or "
					       "newer: before, a trace could not say that "
					       "a syscall goes on without a CPU" },
	{ "convert a --trace-version 1.19 --mapping go",
	  "error: --mapping go needs --trace-version 1.22 or newer: before, a trace could not say "
	  "that "
	  "a syscall goes on without a CPU" },
	{ "--children=yes", "error: --children takes no value" },
	{ "--output=", "error: --output: give a FILE" },
	{ "--nonsense", "error: there is no option --nonsense here" },
	{ "-qz", "error: there is no option -z here" },
	{ "--pi 1", "error: there is no option --pi here, did you mean --pid?" },
	{ "--druation 1", "error: there is no option --druation here, did you mean --duration?" },
	{ "--durtaion=1", "error: there is no option --durtaion here, did you mean --duration?" },
	{ "record --chek", "error: there is no option --chek here" },
	{ "-p 1 -- x", "error: -p, --tid, --cgroup and -- COMMAND are different scopes: give one" },
	{ "-p 1 --tid 2",
	  "error: -p, --tid, --cgroup and -- COMMAND are different scopes: give one" },
	{ "--tid x", "error: --tid 'x': give thread ids: 12 or 12,34 (of a process: ls "
		     "/proc/PID/task)" },
	{ "-p 1 --cgroup x",
	  "error: -p, --tid, --cgroup and -- COMMAND are different scopes: give one" },
	{ "-o x --stats x", "error: -o and --stats name the same file: give two" },
	{ "--children", "error: --children goes with -p or --tid" },
	{ "-q -v", "error: -q and -v contradict each other: give one" },
	{ "convert", "error: convert needs an argument: CAPTURE" },
	{ "convert a b", "error: 'b': one argument too many" },
	{ "convert a -- b", "error: a command after -- has no meaning here" },
	{ "convert -p 1 a", "error: there is no option -p here" },
	{ "convert --to perfeto c", "error: --to 'perfeto': it is one of go|perfetto" },
	{ "convert --to 5x c", "error: --to '5x': give a duration: 5s, 200ms, 1m" },
	{ "convert --to -1 c", "error: --to '-1': it is one of go|perfetto" },
	{ "convert --from 2s --to 2s c", "error: --from is not before --to" },
	{ "--to 3s", "error: --to '3s': it is one of go|perfetto" },
	{ "--to perfetto --mapping go", "error: --mapping and --trace-version are of Go traces" },
	{ "convert --to perfetto --trace-version 1.22 c",
	  "error: --mapping and --trace-version are of Go traces" },
	{ "--to perfetto --check", "error: --check reads Go traces" },
	{ "record --mapping go", "error: there is no option --mapping here" },
	{ "undump t", "error: undump needs -o FILE" },
	{ "undump --help", "help" },
	{ "undump", "error: undump needs an argument: TEXT" },
	{ "cut a --from 1s", "error: cut needs -o FILE" },
	{ "repair a", "error: repair needs -o FILE" },
	{ "cut --split 4 -", "error: cut needs -o FILE" },
	{ "cut a -o b", "error: give --from, --to or both, or --split, or --trace-version" },
	{ "cut a -o b --split 2 --to 1s", "error: --split goes without --from and --to" },
	{ "cut a -o b --trace-version 1.21",
	  "error: --trace-version '1.21': it is one of 1.22|1.23|1.25|1.26" },
	{ "cut a --split 2 --from 0", "error: --split goes without --from and --to" },
	{ "cut a -o b --from 2s --to 2s", "error: --from is not before --to" },
	{ "report --rows 0 a", "error: --rows '0': it must be more than 0" },
	{ "pprof --folded=idle a", "error: --folded 'idle': it is one of offcpu|wait|cpu|syscall" },
	{ "record --children -- x", "error: --children goes with -p or --tid" },
	{ "convert a -o x --stats x", "error: -o and --stats name the same file: give two" },
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

static void describe_pids(const struct pid_list *pids, char *out, size_t size)
{
	for (unsigned i = 0; i < pids->count; i++)
		add(out, size, "%s%d", i ? "," : "=", pids->pid[i]);
}

/* A member that is not what it was at first. */
static void describe_option(const struct option *option, const void *member, char *out, size_t size)
{
	add(out, size, " %s", option->row->name);
	switch (option->row->kind) {
	case OPTION_FLAG:
	case OPTION_CHOICE_FLAG:
		break;
	case OPTION_STRING:
		add(out, size, "=%s", *(const char *const *)member);
		break;
	case OPTION_CHOICE:
		add(out, size, "=%d", *(const int *)member);
		break;
	case OPTION_PIDS:
		describe_pids(member, out, size);
		break;
	case OPTION_COUNTED:
		add(out, size, "=%" PRIu64 "*%s", ((const struct counted *)member)->count,
		    ((const struct counted *)member)->word);
		break;
	default:
		add(out, size, "=%" PRIu64, *(const uint64_t *)member);
	}
}

static size_t member_size(enum option_kind kind)
{
	switch (kind) {
	case OPTION_FLAG:
	case OPTION_CHOICE_FLAG:
		return sizeof(bool);
	case OPTION_STRING:
		return sizeof(const char *);
	case OPTION_CHOICE:
		return sizeof(int);
	case OPTION_PIDS:
		return sizeof(struct pid_list);
	case OPTION_COUNTED:
		return sizeof(struct counted);
	default:
		return sizeof(uint64_t);
	}
}

static const unsigned char zeros[16384];

static void describe(const struct command *command, const struct command_line *line, char *out,
		     size_t size)
{
	const unsigned char *before = command->defaults ? command->defaults : zeros;
	struct option option;

	out[0] = '\0';
	for (size_t i = 0; (option = command_option(command, i)).row; i++) {
		const void *member = (const char *)line + option.offset;

		if (memcmp(member, before + option.offset, member_size(option.row->kind)))
			describe_option(&option, member, out, size);
	}
	for (unsigned i = 0; i < line->arg_count; i++)
		add(out, size, "%s%s", i ? "," : " args=", line->args[i]);
	for (unsigned i = 0; line->child && line->child[i]; i++)
		add(out, size, "%s%s", i ? "," : " child=", line->child[i]);
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
	char line[256], result[1024], *argv[32];
	const struct command *command = NULL;
	struct command_line *config;
	struct diag diag = { "" };
	int argc, skip;

	snprintf(line, sizeof(line), "%s", row->line);
	argc = split(line, argv, 31);
	if (argc)
		command = command_find(&command_list, argv[0]);
	skip = command ? 1 : 0;
	if (!command)
		command = command_find(&command_list, "");
	config = malloc(command->config_size);
	memset(config, 0x5a, command->config_size);
	if (options_parse(&command_list, command, argc - skip, argv + skip, config, &diag)) {
		snprintf(result, sizeof(result), "error: %s", diag.text);
		assert_string_equal(result, row->result);
	} else {
		describe(command, config, result, sizeof(result));
		assert_string_equal(result + (*result == ' '), row->result);
	}
	free(config);
}

/* A member lies within the config, and not in what all commands have but --help. */
static void check_member(const struct command *command, const struct option *option)
{
	size_t end = option->offset + member_size(option->row->kind);

	assert_in_range(end, 1, command->config_size);
	if (strcmp(option->row->name, "help") != 0)
		assert_true(option->offset >= sizeof(struct command_line));
}

/* A word and a quantity can be told apart. */
static bool may_share_name(const struct option_row *a, const struct option_row *b)
{
	return (a->kind == OPTION_CHOICE) != (b->kind == OPTION_CHOICE) && a->argument &&
	       b->argument;
}

/* No two options of a command share a name, a letter or a member; choices have values. */
static void test_rules_of_rows(void **state)
{
	const struct command *command = *state;
	struct option a, b;

	assert_in_range(command->config_size, sizeof(struct command_line), sizeof(zeros));
	assert_non_null(command->run);
	for (size_t i = 0; (a = command_option(command, i)).row; i++) {
		check_member(command, &a);
		assert_int_equal(a.row->kind == OPTION_FLAG, !a.row->argument);
		assert_int_equal(a.row->kind == OPTION_CHOICE, !!a.row->values);
		assert_true(command_has_row(command, a.row));
		for (size_t j = 0; j < i; j++) {
			b = command_option(command, j);
			if (!may_share_name(a.row, b.row))
				assert_string_not_equal(a.row->name, b.row->name);
			assert_true(!a.row->letter || a.row->letter != b.row->letter);
			assert_int_not_equal(a.offset, b.offset);
		}
	}
}

static void test_list(void **state)
{
	(void)state;
	assert_string_equal(command_list.commands[0]->name, "");
	for (size_t i = 0; i < command_list.count; i++)
		assert_ptr_equal(command_find(&command_list, command_list.commands[i]->name),
				 command_list.commands[i]);
	assert_null(command_find(&command_list, "nonsense"));
	assert_false(
		command_has_row(&command_help, command_option(command_list.commands[0], 0).row));
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
	struct option option;

	options_print_help(out, &command_list, command);
	fclose(out);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, 80);
	squeeze(text);
	assert_non_null(strstr(text, command->summary));
	assert_non_null(strstr(text, "Examples:"));
	for (size_t i = 0; (option = command_option(command, i)).row; i++) {
		char name[64];

		snprintf(name, sizeof(name), " --%s ", option.row->name);
		assert_non_null(strstr(text, name));
		assert_non_null(strstr(text, option.row->help));
	}
	free(text);
}

#define ROWS(array) (sizeof(array) / sizeof((array)[0]))

static struct CMUnitTest *add_test(struct CMUnitTest *test, CMUnitTestFunction fn, const void *of,
				   const char *what, const char *name)
{
	static char names[256][96];
	static unsigned used;

	assert(used < ROWS(names));
	snprintf(names[used], sizeof(names[used]), "%s '%s'", what, name);
	*test = (struct CMUnitTest){ names[used++], fn, NULL, NULL, (void *)of };
	return test + 1;
}

int main(void)
{
	size_t count = ROWS(rows) + 2 * command_list.count + 1;
	struct CMUnitTest tests[ROWS(rows) + 2 * 32 + 1], *test = tests;

	if (command_list.count > 32)
		return 1;
	for (size_t i = 0; i < ROWS(rows); i++)
		test = add_test(test, test_row, &rows[i], "line", rows[i].line);
	for (size_t i = 0; i < command_list.count; i++) {
		const struct command *command = command_list.commands[i];

		test = add_test(test, test_help, command, "help of", command->name);
		test = add_test(test, test_rules_of_rows, command, "rows of", command->name);
	}
	add_test(test, test_list, NULL, "list of", "commands");
	return _cmocka_run_group_tests("options", tests, count, NULL, NULL);
}
