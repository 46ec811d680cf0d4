// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* --help, made of a command's words and rows. */
#include "options/options.h"

#include <string.h>

#define WIDTH 80
#define TEXT_COLUMN 26

/* Words of text, broken at WIDTH; every line begins at indent, where the first one already is. */
static void print_wrapped(FILE *out, const char *text, unsigned indent)
{
	unsigned column = indent;

	while (*text) {
		unsigned length = (unsigned)strcspn(text, " ");

		if (column > indent && column + 1 + length > WIDTH) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", (int)length, text);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void print_option(FILE *out, const struct option_row *row)
{
	char head[96];
	int length;

	length = snprintf(head, sizeof(head), "  %c%c%s --%s%s%s", row->letter ? '-' : ' ',
			  row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
			  row->argument ? " " : "", row->argument ? row->argument : "");
	fputs(head, out);
	if (length + 2 > TEXT_COLUMN) {
		fputc('\n', out);
		length = 0;
	}
	fprintf(out, "%*s", TEXT_COLUMN - length, "");
	print_wrapped(out, row->help, TEXT_COLUMN);
}

static void print_commands(FILE *out, const struct command_list *list)
{
	fputs("\nOther commands (each has its own --help):\n", out);
	for (size_t i = 1; i < list->count; i++)
		fprintf(out, "  %-10s  %s\n", list->commands[i]->name, list->commands[i]->summary);
}

static void print_options(FILE *out, const struct command *command)
{
	struct option option;

	fputs("\nOptions:\n", out);
	for (size_t i = 0; (option = command_option(command, i)).row; i++)
		print_option(out, option.row);
}

void options_print_help(FILE *out, const struct command_list *list, const struct command *command)
{
	bool main_command = !*command->name;

	fprintf(out, "Usage: gotrace-bpf%s%s [OPTION...]%s%s\n", main_command ? "" : " ",
		command->name, *command->arguments ? " " : "", command->arguments);
	fprintf(out, "gotrace-bpf%s%s: %s.\n", main_command ? "" : " ", command->name,
		command->summary);
	if (*command->text) {
		fputc('\n', out);
		print_wrapped(out, command->text, 0);
	}
	print_options(out, command);
	fprintf(out, "\nExamples:\n");
	for (const char *line = command->examples; *line; line += strcspn(line, "\n") + 1)
		fprintf(out, "  %.*s\n", (int)strcspn(line, "\n"), line);
	if (main_command)
		print_commands(out, list);
}
