/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Output: where a trace or a raw capture goes, so that a file under its final
 * name is whole, and so that writing as root harms nobody.
 *
 * A file is written as PATH.part and gets its name when it is complete, or, if
 * each piece of it is worth having (a raw capture), as soon as there is one:
 * until then a file of that name stays as it is. It is a new file, mode 0600,
 * owned by the user behind sudo; one of that name is replaced, never written
 * into, and no symbolic link is followed. A device or a named pipe is written
 * as it is. "-" and /dev/stdout are the standard output, unless that is a
 * terminal.
 *
 * Writes are buffered. Errors are sticky. This module
 * knows nothing of what is written and prints nothing. The caller must ignore
 * SIGPIPE.
 */
#ifndef GOTRACE_OUTPUT_OUTPUT_H
#define GOTRACE_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/diag.h"

struct output;

/* Would output_open() of that name take the place of this file, for a part or in the end? */
bool output_would_replace(const char *path, const struct stat *file);

/*
 * -EBUSY another gotrace-bpf writes it, -ELOOP a symbolic link, -EINVAL no
 * name or a terminal, -ENOMEM, others as open(2). diag is kept: what goes
 * wrong here or later is said there in words.
 */
int output_open(struct output **out, const char *path, struct diag *diag);

/* Writes all of data; matches gt_sink_fn and raw_sink_fn. 0 or -errno. */
int output_write(void *output, const void *data, size_t size);

/* Hands what is buffered to the kernel: a killed program loses no more. 0 or -errno. */
int output_flush(struct output *output);

/* Gives the file its name already, and goes on writing it. 0 or -errno, sticky. */
int output_name(struct output *output);

/*
 * All is written: flushes, waits for the disk, and gives the file its name.
 * 0 or -errno; then the file keeps the name it has.
 */
int output_commit(struct output *output);

/* Where the bytes are now: PATH, PATH.part or "standard output". */
const char *output_path(const struct output *output);
/* A regular file, that others can open by its name? */
bool output_is_file(const struct output *output);
uint64_t output_bytes(const struct output *output); /* taken so far */

/*
 * Closes; NULL is legal. Without output_commit() what is there stays under the
 * name it has: output_discard() removes it.
 */
void output_close(struct output *output);
void output_discard(struct output *output);

#endif
