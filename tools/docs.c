// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Build-time tool: the man page and the shell completions, from the rows of
 * all commands.
 *
 *     docs man <man/gotrace-bpf.1.in     fills the @...@ lines
 *     docs bash|zsh|fish
 *
 * It holds no text of its own about any option.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

/* What gotrace-bpf does by itself. */
static const struct command *main_command(void)
{
	return command_list.commands[0];
}

/* ---- man ---- */

/* roff would read a bare "-" as a hyphen and a "." or "'" at a line's start as a request. */
static void put_roff(const char *text)
{
	for (; *text; text++) {
		if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '\'')
			fputs("\\(aq", stdout);
		else
			putchar(*text);
	}
}

static void man_option(const struct option_row *row)
{
	fputs(".TP\n.B ", stdout);
	if (row->letter)
		printf("\\-%c\\fR, \\fB", row->letter);
	fputs("\\-\\-", stdout);
	put_roff(row->name);
	if (row->argument) {
		fputs(" \\fI", stdout);
		put_roff(row->argument);
		fputs("\\fR", stdout);
	}
	putchar('\n');
	put_roff(row->help);
	putchar('\n');
}

static void man_usage(const struct command *command)
{
	fputs(".B gotrace\\-bpf", stdout);
	if (*command->name)
		printf(" %s", command->name);
	fputs("\n", stdout);
	printf("[\\fIOPTION\\fR...]%s", *command->arguments ? " " : "");
	put_roff(command->arguments);
	putchar('\n');
}

static void man_synopsis(void)
{
	for (size_t i = 0; i < command_list.count; i++) {
		if (i)
			puts(".br");
		man_usage(command_list.commands[i]);
	}
}

static void man_examples(const struct command *command)
{
	if (!*command->examples)
		return;
	puts(".PP\n.nf");
	put_roff(command->examples);
	puts(".fi");
}

/* An option whose row the main command shares is named; it was described there. */
static void man_command_options(const struct command *command)
{
	const char *lead = "\nTakes, as described above: ";
	struct option option;

	for (size_t i = 0; (option = command_option(command, i)).row; i++) {
		if (!command_has_row(main_command(), option.row))
			continue;
		printf("%s\\fB\\-\\-", lead);
		put_roff(option.row->name);
		fputs("\\fR", stdout);
		lead = ", ";
	}
	puts(".");
	for (size_t i = 0; (option = command_option(command, i)).row; i++) {
		if (!command_has_row(main_command(), option.row))
			man_option(option.row);
	}
}

static void man_options(void)
{
	struct option option;

	for (size_t i = 0; (option = command_option(main_command(), i)).row; i++)
		man_option(option.row);
}

static void man_commands(void)
{
	for (size_t i = 1; i < command_list.count; i++) {
		const struct command *command = command_list.commands[i];

		fputs(".SS ", stdout);
		put_roff(command->name);
		if (*command->arguments)
			putchar(' ');
		put_roff(command->arguments);
		puts("");
		put_roff(command->summary);
		puts(".");
		put_roff(command->text);
		puts("");
		man_command_options(command);
		man_examples(command);
	}
}

static int make_man(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "@SYNOPSIS@\n"))
			man_synopsis();
		else if (!strcmp(line, "@OPTIONS@\n"))
			man_options();
		else if (!strcmp(line, "@COMMANDS@\n"))
			man_commands();
		else if (!strncmp(line, "@TITLE@", 7))
			printf(".TH GOTRACE\\-BPF 1 \"\" \"gotrace\\-bpf %s\" \"User Commands\"\n",
			       GOTRACE_VERSION);
		else if (!strcmp(line, "@TEXT@\n"))
			put_roff(main_command()->text), putchar('\n');
		else
			fputs(line, stdout);
	}
	return 0;
}

/* ---- completions ---- */

static void print_words(const struct command *command)
{
	struct option option;

	for (size_t i = 0; (option = command_option(command, i)).row; i++) {
		printf(" --%s", option.row->name);
		if (option.row->letter)
			printf(" -%c", option.row->letter);
	}
}

static void print_choices(const char *choices)
{
	for (; *choices; choices++)
		putchar(*choices == '|' ? ' ' : *choices);
}

static bool is_choice(const struct option_row *row)
{
	return row->kind == OPTION_CHOICE || row->kind == OPTION_CHOICE_FLAG;
}

static bool is_file(const struct option_row *row)
{
	return row->kind == OPTION_STRING;
}

/* case labels for the word before the cursor: "-o|--output" */
static void print_labels(const struct option_row *row)
{
	if (row->letter)
		printf("-%c|", row->letter);
	printf("--%s", row->name);
}

/* Has a command before the n-th an option of that name? */
static bool is_known(size_t n, const char *name)
{
	struct option option;

	for (size_t c = 0; c < n; c++) {
		for (size_t i = 0; (option = command_option(command_list.commands[c], i)).row;
		     i++) {
			if (!strcmp(option.row->name, name))
				return true;
		}
	}
	return false;
}

/* What can follow an option: words that are its choices, a file, or nothing that is known. */
static void bash_argument(const struct option_row *row)
{
	putchar('\t');
	print_labels(row);
	fputs(") COMPREPLY=($(compgen ", stdout);
	if (is_choice(row)) {
		fputs("-W '", stdout);
		print_choices(row->argument);
		putchar('\'');
	} else {
		fputs(is_file(row) ? "-f" : "-W ''", stdout);
	}
	puts(" -- \"$cur\")); return ;;");
}

static void bash_arguments(void)
{
	struct option option;

	for (size_t c = 0; c < command_list.count; c++) {
		for (size_t i = 0; (option = command_option(command_list.commands[c], i)).row;
		     i++) {
			if (option.row->argument && !is_known(c, option.row->name))
				bash_argument(option.row);
		}
	}
}

static int make_bash(void)
{
	puts("# bash completion for gotrace-bpf, made from its table of options\n"
	     "_gotrace_bpf()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	     "\tlocal command=${COMP_WORDS[1]} words i\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tif [[ ${COMP_WORDS[i]} == -- ]]; then\n"
	     "\t\t\t(( COMP_CWORD == i + 1 )) && COMPREPLY=($(compgen -c -- \"$cur\"))\n"
	     "\t\t\treturn\n"
	     "\t\tfi\n\tdone\n"
	     "\tcase $prev in");
	bash_arguments();
	puts("\tesac\n\tcase $command in");
	for (size_t i = 1; i < command_list.count; i++) {
		printf("\t%s) words='", command_list.commands[i]->name);
		print_words(command_list.commands[i]);
		puts("' ;;");
	}
	fputs("\t*) words='", stdout);
	print_words(main_command());
	fputs("'\n\t\t(( COMP_CWORD == 1 )) && words+='", stdout);
	for (size_t i = 1; i < command_list.count; i++)
		printf(" %s", command_list.commands[i]->name);
	puts("' ;;\n\tesac\n"
	     "\tif [[ $cur == -* || $COMP_CWORD == 1 ]]; then\n"
	     "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "\telse\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\tfi\n}\n"
	     "complete -o filenames -F _gotrace_bpf gotrace-bpf");
	return 0;
}

/* text in single quotes; "quote" is how one is written inside them; [ ] : are zsh's own */
static void print_quoted(const char *text, const char *quote, const char *escape)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs(quote, stdout);
		else if (strchr(escape, *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_option(const struct option_row *row)
{
	fputs("\t\t", stdout);
	if (row->letter)
		printf("'(-%c --%s)'{-%c,--%s}'", row->letter, row->name, row->letter, row->name);
	else
		printf("'--%s", row->name);
	putchar('[');
	print_quoted(row->help, "'\\''", "[]:");
	putchar(']');
	if (row->argument) {
		printf(":%s:", is_choice(row) ? "choice" : row->argument);
		if (is_choice(row)) {
			putchar('(');
			print_choices(row->argument);
			putchar(')');
		} else if (is_file(row)) {
			fputs("_files", stdout);
		}
	}
	puts("' \\");
}

static void zsh_command(const struct command *command)
{
	struct option option;

	printf("\t%s)\n\t\t_arguments -s \\\n", *command->name ? command->name : "*");
	for (size_t i = 0; (option = command_option(command, i)).row; i++)
		zsh_option(option.row);
	puts(command == main_command() ? "\t\t'1::command:($commands_)' '*::arg:_normal' ;;"
				       : "\t\t'*:file:_files' ;;");
}

static int make_zsh(void)
{
	puts("#compdef gotrace-bpf\n"
	     "# zsh completion for gotrace-bpf, made from its table of options\n"
	     "_gotrace_bpf()\n{");
	fputs("\tlocal commands_='", stdout);
	for (size_t i = 1; i < command_list.count; i++)
		printf("%s%s", i > 1 ? " " : "", command_list.commands[i]->name);
	puts("'\n\tlocal command=$words[2]\n"
	     "\tif (( CURRENT > 2 )) && [[ \" $commands_ \" == *\" $command \"* ]]; then\n"
	     "\t\tshift words\n\t\t(( CURRENT-- ))\n\telse\n\t\tcommand=\n\tfi\n"
	     "\tcase $command in");
	for (size_t i = 1; i < command_list.count; i++)
		zsh_command(command_list.commands[i]);
	zsh_command(main_command());
	puts("\tesac\n}\n_gotrace_bpf \"$@\"");
	return 0;
}

static void fish_option(const struct option_row *row, const struct command *command)
{
	if (command == main_command())
		fputs("complete -c gotrace-bpf -n __fish_use_subcommand", stdout);
	else
		printf("complete -c gotrace-bpf -n '__fish_seen_subcommand_from %s'",
		       command->name);
	if (row->letter)
		printf(" -s %c", row->letter);
	printf(" -l %s", row->name);
	if (is_choice(row)) {
		fputs(" -xa '", stdout);
		print_choices(row->argument);
		putchar('\'');
	} else if (row->argument) {
		fputs(is_file(row) ? " -rF" : " -x", stdout);
	}
	fputs(" -d '", stdout);
	print_quoted(row->help, "\\'", "\\");
	puts("'");
}

static int make_fish(void)
{
	puts("# fish completion for gotrace-bpf, made from its table of options");
	for (size_t c = 0; c < command_list.count; c++) {
		const struct command *command = command_list.commands[c];
		struct option option;

		if (*command->name)
			printf("complete -c gotrace-bpf -n __fish_use_subcommand -a %s -d '%s'\n",
			       command->name, command->summary);
		for (size_t i = 0; (option = command_option(command, i)).row; i++)
			fish_option(option.row, command);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*make)(void);
	} kinds[] = {
		{ "man", make_man },
		{ "bash", make_bash },
		{ "zsh", make_zsh },
		{ "fish", make_fish },
	};

	for (size_t i = 0; argc == 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(argv[1], kinds[i].name))
			return kinds[i].make() || fflush(stdout) || ferror(stdout);
	}
	fputs("usage: docs man <TEMPLATE | docs bash|zsh|fish\n", stderr);
	return 2;
}
