/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The command line as data: which commands there are, which options each
 * takes, and the struct that holds what was asked for.
 *
 * One table of commands and one of options are the only place that knows
 * them: parsing, --help, the man page and the shell completions are made from
 * their rows. Nothing here acts on an option or looks at the machine; what is
 * wrong with a command line is put in words for the caller to print.
 */
#ifndef GOTRACE_OPTIONS_OPTIONS_H
#define GOTRACE_OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/diag.h"
#include "options/units.h"

enum command_id {
	COMMAND_TRACE, /* no name: what gotrace-bpf does by itself */
	COMMAND_RECORD,
	COMMAND_CONVERT,
	COMMAND_VALIDATE,
	COMMAND_REPORT,
	COMMAND_DUMP,
	COMMAND_UNDUMP,
	COMMAND_EVENTS,
	COMMAND_FOOTPRINT,
	COMMAND_CUT,
	COMMAND_DOCTOR,
	COMMAND_HELP,
	COMMAND_COUNT
};

struct command {
	enum command_id id;
	const char *name;      /* "" for COMMAND_TRACE */
	const char *arguments; /* after the options, for the usage line */
	const char *summary;   /* a phrase, no capital, no full stop */
	const char *text;      /* what one has to know, in sentences */
	const char *examples;  /* lines: command, two or more spaces, what it does */
	unsigned min_args, max_args;
	bool takes_child; /* "-- COMMAND ARGS..." */
};

/* What was asked for. Strings are borrowed from argv. */
struct config {
	struct pid_list pids;
	const char *cgroup;
	const char *output;
	const char *stats;
	uint64_t duration_ns;  /* 0: until it is stopped */
	uint64_t buffer_bytes; /* all rings together */
	int mapping;	       /* enum model_mapping */
	int version;	       /* minor of the trace's header: 22, 23, 25, 26 */
	bool children;
	bool monotonic;		 /* CLOCK_MONOTONIC in the trace, not rebased */
	uint64_t from_ns, to_ns; /* of a cut, since the trace's start; to_ns 0: to the end */
	uint64_t split;		 /* parts to cut into; 0: none */
	uint64_t rows;		 /* of each table of a report; 0: as many as are useful */
	bool check;
	bool like_go; /* judge a trace exactly as Go's reader does */
	bool json;
	bool quiet;
	bool verbose;
	bool help;
	bool show_version;

	const char *line; /* all of it, as it was given; not set by parsing */
	char **args;	  /* what is not an option; arg_count of them */
	unsigned arg_count;
	char **child; /* after "--", NULL-terminated; NULL if there was none */
};

enum option_kind {
	OPTION_FLAG,	    /* bool */
	OPTION_STRING,	    /* const char * */
	OPTION_SIZE,	    /* uint64_t, bytes */
	OPTION_DURATION,    /* uint64_t, ns, not 0 */
	OPTION_TIME,	    /* uint64_t, ns */
	OPTION_COUNT,	    /* uint64_t, not 0 */
	OPTION_PIDS,	    /* struct pid_list */
	OPTION_CHOICE,	    /* int: one of values */
	OPTION_CHOICE_FLAG, /* bool: the second of two choices */
};

struct option_row {
	char letter; /* 0: long form only */
	const char *name;
	const char *argument; /* "FILE"; the choices "a|b"; NULL for a flag */
	enum option_kind kind;
	size_t offset;	   /* of the member of struct config */
	unsigned commands; /* bit 1 << enum command_id: who takes it */
	const char *help;
	const int *values; /* OPTION_CHOICE: one for each choice */
};

extern const struct option_row option_rows[];
extern const size_t option_count;
extern const struct command command_rows[COMMAND_COUNT];

/* The row of a command's name, or NULL. "" is COMMAND_TRACE. */
const struct command *command_find(const char *name);
bool option_is_for(const struct option_row *row, enum command_id command);

/*
 * argv[0..argc): what follows the program's and the command's name. Fills
 * *config, defaults included, and moves the arguments that are no options to
 * the front of argv (they keep their order). 0, or -EINVAL with what is wrong
 * in diag. An option given twice counts as given last.
 */
int options_parse(const struct command *command, int argc, char **argv, struct config *config,
		  struct diag *diag);

/* The whole --help of a command; of COMMAND_TRACE with a list of the others. */
void options_print_help(FILE *out, const struct command *command);

#endif
