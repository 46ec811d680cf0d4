/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A file as memory, read once from front to back: what lies behind the
 * reader is given back to the kernel, so that a capture of any length takes
 * the same memory. If what is mapped goes away while it is read, the program
 * says so and ends: there is nothing to go on with.
 */
#ifndef GOTRACE_CLI_MAPPED_H
#define GOTRACE_CLI_MAPPED_H

#include <stddef.h>
#include <stdint.h>

struct mapped {
	const void *data; /* NULL if the file is empty */
	size_t size;
	size_t dropped; /* given back: bytes before it */
};

/* An open file, which may be closed then. As mapped_open(). */
int mapped_fd(struct mapped *mapped, int fd);
/*
 * path: "-" is standard input. What comes through a pipe is kept in a file
 * first. 0; -EISDIR and others as open(2); -EINVAL: a device.
 */
int mapped_open(struct mapped *mapped, const char *path);
/*
 * Nothing before offset is read any more, or only little: it may go. (It
 * stays readable: it would come back from the file.)
 */
void mapped_drop(struct mapped *mapped, uint64_t offset);
void mapped_close(struct mapped *mapped);

#endif
