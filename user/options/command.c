// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "options/command.h"

#include <string.h>

static const struct option_row help_row = {
	'h', "help", NULL, OPTION_FLAG, offsetof(struct command_line, help), "show this help", NULL
};

const struct command *command_find(const struct command_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!strcmp(list->commands[i]->name, name))
			return list->commands[i];
	}
	return NULL;
}

struct option command_option(const struct command *command, size_t i)
{
	for (const struct option_group *group = command->groups; group && group->rows; group++) {
		for (const struct option_row *row = group->rows; row->name; row++) {
			if (!i--)
				return (struct option){ row, group->offset + row->offset };
		}
	}
	return (struct option){ i ? NULL : &help_row, help_row.offset };
}

bool command_has_row(const struct command *command, const struct option_row *row)
{
	struct option option;

	for (size_t i = 0; (option = command_option(command, i)).row; i++) {
		if (option.row == row)
			return true;
	}
	return false;
}
