// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Parsing. Not getopt(): its state is global, and it cannot say of an
 * argument that it stood after "--".
 */
#include "options/options.h"

#include <errno.h>
#include <string.h>

#include "options/near.h"
#include "options/units.h"

struct parse {
	const struct command_list *list;
	const struct command *command;
	struct command_line *line; /* begins the config */
	struct diag *diag;
	char **argv;
	int argc, at;
};

static struct option find_name(const struct command *command, const char *name, size_t length)
{
	struct option option;

	for (size_t i = 0; (option = command_option(command, i)).row; i++) {
		if (strlen(option.row->name) == length && !memcmp(option.row->name, name, length))
			break;
	}
	return option;
}

static struct option find_letter(const struct command *command, char letter)
{
	struct option option;

	for (size_t i = 0; (option = command_option(command, i)).row; i++) {
		if (option.row->letter == letter)
			break;
	}
	return option;
}

/* The index of text in "a|b|c", or -1. */
static int find_choice(const char *choices, const char *text)
{
	size_t length = strlen(text);

	for (int i = 0;; i++) {
		size_t end = strcspn(choices, "|");

		if (end == length && !memcmp(choices, text, length))
			return i;
		if (!choices[end])
			return -1;
		choices += end + 1;
	}
}

static int set_choice(struct parse *parse, const struct option_row *row, void *member,
		      const char *value)
{
	int index = find_choice(row->argument, value);

	if (index < 0)
		return diag_set(parse->diag, -EINVAL, "--%s '%.64s': it is one of %s", row->name,
				value, row->argument);
	if (row->kind == OPTION_CHOICE)
		*(int *)member = row->values[index];
	else
		*(bool *)member = index == 1;
	return 0;
}

static int set_quantity(struct parse *parse, const struct option_row *row, void *member,
			const char *value)
{
	const char *form;
	int err;

	if (row->kind == OPTION_SIZE) {
		form = "a size: 512k, 64M, 1G";
		err = units_parse_size(value, member);
	} else if (row->kind == OPTION_DURATION || row->kind == OPTION_TIME) {
		form = "a duration: 5s, 200ms, 1m";
		err = units_parse_duration(value, member);
	} else if (row->kind == OPTION_COUNT || row->kind == OPTION_COUNTED) {
		form = "a number: 4";
		err = units_parse_count(value, member);
	} else {
		form = row->letter == 'p'
			       ? "process ids: 12 or 12,34 (of a name: pgrep -d, NAME)"
			       : "thread ids: 12 or 12,34 (of a process: ls /proc/PID/task)";
		err = units_parse_pids(value, member);
	}
	if (err == -ERANGE)
		return diag_set(parse->diag, -EINVAL, "--%s '%.64s': that is too large", row->name,
				value);
	if (err == -E2BIG)
		return diag_set(parse->diag, -EINVAL, "--%s: more than %d are too many", row->name,
				PID_LIST_MAX);
	if (err)
		return diag_set(parse->diag, -EINVAL, "--%s '%.64s': give %s", row->name, value,
				form);
	if (row->kind != OPTION_PIDS && row->kind != OPTION_TIME && *(uint64_t *)member == 0)
		return diag_set(parse->diag, -EINVAL, "--%s '%.64s': it must be more than 0",
				row->name, value);
	return 0;
}

static int add_to_list(struct parse *parse, const struct option_row *row, void *member,
		       const char *value)
{
	struct option_list *list = member;

	if (!value || !*value)
		return diag_set(parse->diag, -EINVAL, "--%s: give a %s", row->name, row->argument);
	if (list->count == OPTION_LIST_MAX)
		return diag_set(parse->diag, -EINVAL, "--%s: more than %d are too many", row->name,
				OPTION_LIST_MAX);
	list->text[list->count++] = value;
	return 0;
}

static int set_option(struct parse *parse, const struct option *option, const char *value)
{
	void *member = (char *)parse->line + option->offset;
	const struct option_row *row = option->row;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)member = true;
		return 0;
	case OPTION_STRING:
		if (!value || !*value)
			return diag_set(parse->diag, -EINVAL, "--%s: give a %s", row->name,
					row->argument);
		*(const char **)member = value;
		return 0;
	case OPTION_CHOICE:
	case OPTION_CHOICE_FLAG:
		return set_choice(parse, row, member, value);
	case OPTION_LIST:
		return add_to_list(parse, row, member, value);
	default:
		return set_quantity(parse, row, member, value);
	}
}

/*
 * An option may have two rows of one name: a choice of words, and a quantity
 * (--to perfetto, --to 3s). Then the value tells which of them is meant.
 */
static struct option option_of_value(const struct parse *parse, const struct option *option,
				     const char *value)
{
	const char *digit = value + strspn(value, ".");
	bool word = *digit < '0' || *digit > '9';
	struct option other;

	for (size_t i = 0; (other = command_option(parse->command, i)).row; i++) {
		if (!strcmp(other.row->name, option->row->name) &&
		    (other.row->kind == OPTION_CHOICE) == word)
			return other;
	}
	return *option;
}

/* "--slowest 3 fsync": value is the first of the two. */
static int take_counted(struct parse *parse, const struct option *option, const char *value)
{
	struct counted *member = (struct counted *)((char *)parse->line + option->offset);
	const struct option_row *row = option->row;
	int err = set_quantity(parse, row, &member->count, value);

	if (err)
		return err;
	if (parse->at + 1 >= parse->argc || parse->argv[parse->at + 1][0] == '-')
		return diag_set(parse->diag, -EINVAL, "--%s needs two values: %s", row->name,
				row->argument);
	member->word = parse->argv[++parse->at];
	return 0;
}

/* value: what stood in the same argument, or NULL. */
static int take_option(struct parse *parse, const struct option *option, const char *value)
{
	const struct option_row *row = option->row;
	struct option meant;

	if (row->argument && !value) {
		if (parse->at + 1 >= parse->argc || !strcmp(parse->argv[parse->at + 1], "--"))
			return diag_set(parse->diag, -EINVAL, "--%s needs a value: %s", row->name,
					row->argument);
		value = parse->argv[++parse->at];
	}
	if (!value)
		return set_option(parse, option, NULL);
	if (row->kind == OPTION_COUNTED)
		return take_counted(parse, option, value);
	meant = option_of_value(parse, option, value);
	return set_option(parse, &meant, value);
}

static const char *option_name(size_t i, const void *ctx)
{
	return command_option(ctx, i).row->name;
}

static size_t count_options(const struct command *command)
{
	size_t count = 0;

	while (command_option(command, count).row)
		count++;
	return count;
}

static int no_option(struct parse *parse, const char *text, size_t length)
{
	char name[64];
	const char *near;

	snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : sizeof(name)),
		 text);
	near = near_find(name, count_options(parse->command), option_name, parse->command);
	if (near)
		return diag_set(parse->diag, -EINVAL,
				"there is no option --%s here, did you mean --%s?", name, near);
	return diag_set(parse->diag, -EINVAL, "there is no option --%s here", name);
}

static int take_long(struct parse *parse, const char *text)
{
	size_t length = strcspn(text, "=");
	const char *value = text[length] ? text + length + 1 : NULL;
	struct option option = find_name(parse->command, text, length);
	const struct option_row *row = option.row;

	if (!row)
		return no_option(parse, text, length);
	if (value && !row->argument)
		return diag_set(parse->diag, -EINVAL, "--%s takes no value", row->name);
	return take_option(parse, &option, value);
}

/* "-qv", "-d5s", "-d" "5s" */
static int take_letters(struct parse *parse, const char *text)
{
	for (; *text; text++) {
		struct option option = find_letter(parse->command, *text);
		int err;

		if (!option.row)
			return diag_set(parse->diag, -EINVAL, "there is no option -%c here", *text);
		if (option.row->argument)
			return take_option(parse, &option, text[1] ? text + 1 : NULL);
		err = take_option(parse, &option, NULL);
		if (err)
			return err;
	}
	return 0;
}

static int take_child(struct parse *parse)
{
	if (!parse->command->takes_child)
		return diag_set(parse->diag, -EINVAL, "a command after -- has no meaning here");
	if (parse->at + 1 >= parse->argc)
		return diag_set(parse->diag, -EINVAL, "give the command to run after --");
	parse->line->child = &parse->argv[parse->at + 1];
	return 0;
}

static const char *command_name(size_t i, const void *ctx)
{
	const struct command_list *list = ctx;

	return *list->commands[i]->name ? list->commands[i]->name : NULL;
}

/* A word where only options can stand: what did they mean? */
static int no_word(struct parse *parse, const char *text)
{
	bool is_main = !*parse->command->name;
	const char *near = near_find(text, parse->list->count, command_name, parse->list);

	if (is_main && near && !strcmp(near, text))
		return diag_set(parse->diag, -EINVAL,
				"'%s': the command comes first, its options behind it", text);
	if (is_main && near)
		return diag_set(
			parse->diag, -EINVAL,
			"there is no command '%.64s', did you mean '%s'? To run a program put -- "
			"before it",
			text, near);
	if (text[strspn(text, "0123456789,")] == '\0')
		return diag_set(parse->diag, -EINVAL,
				"'%.64s': to trace a process put -p before it", text);
	return diag_set(parse->diag, -EINVAL, "'%.64s': to run a program put -- before it", text);
}

static int take_argument(struct parse *parse, char *text)
{
	struct command_line *line = parse->line;

	if (line->arg_count == parse->command->max_args) {
		if (parse->command->takes_child)
			return no_word(parse, text);
		return diag_set(parse->diag, -EINVAL, "'%.64s': one argument too many", text);
	}
	line->args[line->arg_count++] = text;
	return 0;
}

static int check_whole(const struct parse *parse)
{
	const struct command *command = parse->command;

	if (parse->line->help)
		return 0;
	if (parse->line->arg_count < command->min_args)
		return diag_set(parse->diag, -EINVAL, "%s needs an argument: %s", command->name,
				command->arguments);
	return command->check ? command->check(parse->line, parse->diag) : 0;
}

static int take_all(struct parse *parse)
{
	int err = 0;

	for (; !err && !parse->line->child && parse->at < parse->argc; parse->at++) {
		char *text = parse->argv[parse->at];

		if (!strcmp(text, "--"))
			err = take_child(parse);
		else if (text[0] == '-' && text[1] == '-')
			err = take_long(parse, text + 2);
		else if (text[0] == '-' && text[1])
			err = take_letters(parse, text + 1);
		else
			err = take_argument(parse, text);
	}
	return err;
}

int options_parse(const struct command_list *list, const struct command *command, int argc,
		  char **argv, void *config, struct diag *diag)
{
	struct parse parse = {
		.list = list,
		.command = command,
		.line = config,
		.diag = diag,
		.argv = argv,
		.argc = argc,
	};
	int err;

	if (command->defaults)
		memcpy(config, command->defaults, command->config_size);
	else
		memset(config, 0, command->config_size);
	parse.line->args = argv;
	err = take_all(&parse);
	return err ? err : check_whole(&parse);
}
