// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Parsing. Not getopt(): its state is global, and it cannot say of an
 * argument that it stood after "--".
 */
#include "options/options.h"

#include <errno.h>
#include <string.h>

#include "options/near.h"

struct parse {
	const struct command *command;
	struct config *config;
	struct diag *diag;
	char **argv;
	int argc, at;
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (!strcmp(command_rows[i].name, name))
			return &command_rows[i];
	}
	return NULL;
}

bool option_is_for(const struct option_row *row, enum command_id command)
{
	return row->commands & (1u << command);
}

static const struct option_row *find_name(const struct command *command, const char *name,
					  size_t length)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (option_is_for(row, command->id) && strlen(row->name) == length &&
		    !memcmp(row->name, name, length))
			return row;
	}
	return NULL;
}

static const struct option_row *find_letter(const struct command *command, char letter)
{
	for (size_t i = 0; i < option_count; i++) {
		if (option_is_for(&option_rows[i], command->id) && option_rows[i].letter == letter)
			return &option_rows[i];
	}
	return NULL;
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
	} else if (row->kind == OPTION_COUNT) {
		form = "a number: 4";
		err = units_parse_count(value, member);
	} else {
		form = "process ids: 12 or 12,34 (of a name: pgrep -d, NAME)";
		err = units_parse_pids(value, member);
	}
	if (err == -ERANGE)
		return diag_set(parse->diag, -EINVAL, "--%s '%.64s': that is too large", row->name,
				value);
	if (err == -E2BIG)
		return diag_set(parse->diag, -EINVAL, "--%s: more than %d processes are too many",
				row->name, PID_LIST_MAX);
	if (err)
		return diag_set(parse->diag, -EINVAL, "--%s '%.64s': give %s", row->name, value,
				form);
	if (row->kind != OPTION_PIDS && row->kind != OPTION_TIME && *(uint64_t *)member == 0)
		return diag_set(parse->diag, -EINVAL, "--%s '%.64s': it must be more than 0",
				row->name, value);
	return 0;
}

static int set_option(struct parse *parse, const struct option_row *row, const char *value)
{
	void *member = (char *)parse->config + row->offset;

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
	default:
		return set_quantity(parse, row, member, value);
	}
}

/* value: what stood in the same argument, or NULL. */
static int take_option(struct parse *parse, const struct option_row *row, const char *value)
{
	if (row->argument && !value) {
		if (parse->at + 1 >= parse->argc || !strcmp(parse->argv[parse->at + 1], "--"))
			return diag_set(parse->diag, -EINVAL, "--%s needs a value: %s", row->name,
					row->argument);
		value = parse->argv[++parse->at];
	}
	return set_option(parse, row, value);
}

static const char *option_name(size_t i, const void *ctx)
{
	const struct command *command = ctx;

	return option_is_for(&option_rows[i], command->id) ? option_rows[i].name : NULL;
}

static int no_option(struct parse *parse, const char *text, size_t length)
{
	char name[64];
	const char *near;

	snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : sizeof(name)),
		 text);
	near = near_find(name, option_count, option_name, parse->command);
	if (near)
		return diag_set(parse->diag, -EINVAL,
				"there is no option --%s here, did you mean --%s?", name, near);
	return diag_set(parse->diag, -EINVAL, "there is no option --%s here", name);
}

static int take_long(struct parse *parse, const char *text)
{
	size_t length = strcspn(text, "=");
	const char *value = text[length] ? text + length + 1 : NULL;
	const struct option_row *row = find_name(parse->command, text, length);

	if (!row)
		return no_option(parse, text, length);
	if (value && !row->argument)
		return diag_set(parse->diag, -EINVAL, "--%s takes no value", row->name);
	return take_option(parse, row, value);
}

/* "-qv", "-d5s", "-d" "5s" */
static int take_letters(struct parse *parse, const char *text)
{
	for (; *text; text++) {
		const struct option_row *row = find_letter(parse->command, *text);
		int err;

		if (!row)
			return diag_set(parse->diag, -EINVAL, "there is no option -%c here", *text);
		if (row->argument)
			return take_option(parse, row, text[1] ? text + 1 : NULL);
		err = take_option(parse, row, NULL);
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
	parse->config->child = &parse->argv[parse->at + 1];
	return 0;
}

static const char *command_name(size_t i, const void *ctx)
{
	(void)ctx;
	return *command_rows[i].name ? command_rows[i].name : NULL;
}

/* A word where only options can stand: what did they mean? */
static int no_word(struct parse *parse, const char *text)
{
	const char *near = near_find(text, COMMAND_COUNT, command_name, NULL);

	if (parse->command->id == COMMAND_TRACE && near && !strcmp(near, text))
		return diag_set(parse->diag, -EINVAL,
				"'%s': the command comes first, its options behind it", text);
	if (parse->command->id == COMMAND_TRACE && near)
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
	struct config *config = parse->config;

	if (config->arg_count == parse->command->max_args) {
		if (parse->command->takes_child)
			return no_word(parse, text);
		return diag_set(parse->diag, -EINVAL, "'%.64s': one argument too many", text);
	}
	config->args[config->arg_count++] = text;
	return 0;
}

/* Parts have a number each, so they can be named after what they are cut from. */
static bool names_parts(const struct config *config)
{
	return config->split && strcmp(config->args[0], "-") != 0;
}

/* What no single option can see. */
static int check_whole(struct parse *parse)
{
	const struct config *config = parse->config;
	unsigned scopes = !!config->pids.count + !!config->cgroup + !!config->child;

	if (config->help || config->show_version)
		return 0;
	if (config->arg_count < parse->command->min_args)
		return diag_set(parse->diag, -EINVAL, "%s needs an argument: %s",
				parse->command->name, parse->command->arguments);
	if ((parse->command->id == COMMAND_UNDUMP ||
	     (parse->command->id == COMMAND_CUT && !names_parts(config))) &&
	    !config->output)
		return diag_set(parse->diag, -EINVAL, "%s needs -o FILE", parse->command->name);
	if (parse->command->id == COMMAND_CUT &&
	    !config->split == !(config->from_ns || config->to_ns))
		return diag_set(parse->diag, -EINVAL, "give --from, --to or both, or --split");
	if (config->to_ns && config->from_ns >= config->to_ns)
		return diag_set(parse->diag, -EINVAL, "--from is not before --to");
	if (config->stats && config->output && !strcmp(config->stats, config->output))
		return diag_set(parse->diag, -EINVAL,
				"-o and --stats name the same file: give two");
	if (scopes > 1)
		return diag_set(parse->diag, -EINVAL,
				"-p, --cgroup and -- COMMAND are different scopes: give one");
	if (config->children && !config->pids.count)
		return diag_set(parse->diag, -EINVAL, "--children goes with -p");
	if (config->quiet && config->verbose)
		return diag_set(parse->diag, -EINVAL, "-q and -v contradict each other: give one");
	return 0;
}

int options_parse(const struct command *command, int argc, char **argv, struct config *config,
		  struct diag *diag)
{
	struct config parsed = { .version = 23, .args = argv };
	struct parse parse = {
		.command = command, .config = &parsed, .diag = diag, .argv = argv, .argc = argc
	};
	int err = 0;

	for (; !err && !parsed.child && parse.at < argc; parse.at++) {
		char *text = argv[parse.at];

		if (!strcmp(text, "--"))
			err = take_child(&parse);
		else if (text[0] == '-' && text[1] == '-')
			err = take_long(&parse, text + 2);
		else if (text[0] == '-' && text[1])
			err = take_letters(&parse, text + 1);
		else
			err = take_argument(&parse, text);
	}
	if (!err)
		err = check_whole(&parse);
	if (!err)
		*config = parsed;
	return err;
}
