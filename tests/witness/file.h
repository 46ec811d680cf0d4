/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* A whole file in memory, read only. */
#ifndef WITNESS_FILE_H
#define WITNESS_FILE_H

#include <stddef.h>

struct file {
	const void *data;
	size_t size;
};

int file_map(struct file *out, const char *path); /* 0 or -errno */
void file_unmap(const struct file *file);

#endif
