// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/kernelnames.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "symbols/kallsyms.h"

#define KALLSYMS "/proc/kallsyms"
#define PIECE (1 << 20)

/* All of a file that does not say its size; the caller frees. */
static int read_all(int fd, char **out, size_t *size)
{
	size_t cap = 0, used = 0;
	char *data = NULL;
	ssize_t got;

	do {
		char *grown = grow_array(data, &cap, used + PIECE, 1);

		if (!grown) {
			free(data);
			return -ENOMEM;
		}
		data = grown;
		do
			got = read(fd, data + used, cap - used);
		while (got < 0 && errno == EINTR);
		used += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	if (got < 0) {
		free(data);
		return -errno;
	}
	*out = data;
	*size = used;
	return 0;
}

int kernelnames_read(struct stream_symbols *out, struct diag *diag)
{
	int fd = open(KALLSYMS, O_RDONLY | O_CLOEXEC), err;
	size_t size = 0;
	char *text = NULL;

	if (fd < 0)
		return diag_set(diag, -errno, "cannot read " KALLSYMS ": %s", strerror(errno));
	err = read_all(fd, &text, &size);
	close(fd);
	if (!err) {
		err = kallsyms_parse(out, text, size);
		free(text);
	}
	if (err)
		return diag_set(diag, err, "cannot read " KALLSYMS ": %s", strerror(-err));
	if (out->count)
		return 0;
	kallsyms_free(out);
	return diag_set(diag, -EPERM,
			"the kernel hides where its functions are (kernel.kptr_restrict): without "
			"that stacks have no names");
}
