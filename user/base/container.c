// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "base/container.h"

#include <stdbool.h>
#include <string.h>

#define ID_SIZE 64 /* hexadecimal digits */
#define SHORT_SIZE 12

struct part {
	const char *text;
	size_t size;
};

static bool begins(struct part part, const char *with)
{
	return part.size > strlen(with) && !memcmp(part.text, with, strlen(with));
}

static bool ends(struct part part, const char *with)
{
	size_t size = strlen(with);

	return part.size > size && !memcmp(part.text + part.size - size, with, size);
}

static bool is_id(const char *text)
{
	for (size_t i = 0; i < ID_SIZE; i++)
		if (!strchr("0123456789abcdef", text[i]) || !text[i])
			return false;
	return true;
}

/* "docker-ID.scope", "cri-containerd-ID.scope", "ID", and what may come: the id says it. */
static struct part id_in(struct part part)
{
	struct part none = { part.text, 0 };

	if (ends(part, ".scope"))
		part.size -= strlen(".scope");
	if (part.size < ID_SIZE || !is_id(part.text + part.size - ID_SIZE))
		return none;
	if (part.size > ID_SIZE && part.text[part.size - ID_SIZE - 1] != '-')
		return none;
	return (struct part){ part.text + part.size - ID_SIZE, SHORT_SIZE };
}

/* A container that has a name instead: "lxc.payload.NAME", "systemd-nspawn@NAME.service". */
static struct part name_in(struct part part)
{
	static const char *const before[] = { "lxc.payload.", "systemd-nspawn@" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		size_t skip = strlen(before[i]);

		if (!begins(part, before[i]))
			continue;
		part = (struct part){ part.text + skip, part.size - skip };
		if (ends(part, ".service"))
			part.size -= strlen(".service");
		return part;
	}
	return (struct part){ part.text, 0 };
}

static bool is_unit(struct part part)
{
	return ends(part, ".service") || ends(part, ".scope");
}

/* The last part of the path before its end at *end, which moves before it. */
static struct part last_part(const char *path, size_t *end)
{
	size_t from;

	while (*end && path[*end - 1] == '/')
		--*end;
	for (from = *end; from && path[from - 1] != '/'; from--)
		;
	return (struct part){ path + from, *end - from };
}

/* The innermost counts; a container before a unit within it, a unit before its slice. */
const char *container_of_path(const char *path, size_t *size)
{
	struct part unit = { path, 0 }, slice = { path, 0 }, part, found;
	size_t end = *size;

	for (part = last_part(path, &end); part.size; part = last_part(path, &end)) {
		found = id_in(part);
		if (!found.size)
			found = name_in(part);
		if (found.size) {
			*size = found.size;
			return found.text;
		}
		if (!unit.size && is_unit(part))
			unit = part;
		if (!slice.size && ends(part, ".slice"))
			slice = part;
		end = (size_t)(part.text - path);
	}
	found = unit.size ? unit : slice;
	*size = found.size;
	return found.text;
}
