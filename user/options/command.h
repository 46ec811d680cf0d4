/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A command of the program as data: its words, its options, the struct that
 * holds what was asked for, and what runs it. Each command has one, beside its
 * code (user/cli/cmd_*.c). Parsing, --help, the man page and the completions
 * of shells are made of these rows and of nothing else.
 *
 * Options come in groups, so that commands can share them: a group has rows
 * and a struct, which stands somewhere in the command's config.
 */
#ifndef GOTRACE_OPTIONS_COMMAND_H
#define GOTRACE_OPTIONS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

enum option_kind {
	OPTION_FLAG,	    /* bool */
	OPTION_STRING,	    /* const char * */
	OPTION_SIZE,	    /* uint64_t, bytes */
	OPTION_DURATION,    /* uint64_t, ns, not 0 */
	OPTION_TIME,	    /* uint64_t, ns */
	OPTION_COUNT,	    /* uint64_t, not 0 */
	OPTION_COUNTED,	    /* struct counted: two arguments, a number that is not 0 and a word */
	OPTION_PIDS,	    /* struct pid_list */
	OPTION_CHOICE,	    /* int: one of values */
	OPTION_CHOICE_FLAG, /* bool: the second of two choices */
	OPTION_LIST,	    /* struct option_list: may be given several times */
};

#define OPTION_LIST_MAX 16

struct option_list {
	const char *text[OPTION_LIST_MAX];
	unsigned count;
};

struct counted {
	uint64_t count;
	const char *word; /* borrowed from argv; NULL: not given */
};

/* A row without a name ends a group. */
struct option_row {
	char letter; /* 0: long form only */
	const char *name;
	const char *argument; /* "FILE"; the choices "a|b"; NULL for a flag */
	enum option_kind kind;
	size_t offset; /* of the member in the group's struct */
	const char *help;
	const int *values; /* OPTION_CHOICE: one for each choice */
};

/* A group without rows ends a command's list. */
struct option_group {
	const struct option_row *rows;
	size_t offset; /* of the group's struct in the command's config */
};

/* The first member of every command's config. Strings are borrowed from argv. */
struct command_line {
	bool help;
	char **args; /* what is no option; arg_count of them */
	unsigned arg_count;
	char **child;	  /* after "--", NULL-terminated; NULL if there was none */
	const char *text; /* all of it, as it was given; not set by parsing */
};

struct command {
	const char *name;      /* "": what gotrace-bpf does by itself */
	const char *arguments; /* after the options, for the usage line */
	const char *summary;   /* a phrase, no capital, no full stop */
	const char *text;      /* what one has to know, in sentences */
	const char *examples;  /* lines: command, two or more spaces, what it does */
	unsigned min_args, max_args;
	bool takes_child; /* "-- COMMAND ARGS..." */
	const struct option_group *groups;
	size_t config_size;   /* of a struct that begins with a struct command_line */
	const void *defaults; /* such a struct; NULL: all zeros */
	/* What no single option can see. 0, or -EINVAL with diag. May be NULL. */
	int (*check)(const void *config, struct diag *diag);
	/* Returns the program's exit status. */
	int (*run)(const void *config);
};

/* All commands; the first is the one without a name. */
struct command_list {
	const struct command *const *commands;
	size_t count;
};

/* The command of a name, or NULL. */
const struct command *command_find(const struct command_list *list, const char *name);

/* A command's option as it is walked over: its row, and its member in the config. */
struct option {
	const struct option_row *row; /* NULL: there are no more */
	size_t offset;
};
/* The i-th option of a command. --help, which all have, is the last. */
struct option command_option(const struct command *command, size_t i);
/* Has the command this very row? */
bool command_has_row(const struct command *command, const struct option_row *row);

#endif
