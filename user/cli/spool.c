// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int copy(int from, FILE *to)
{
	static char buf[1 << 16];

	for (;;) {
		ssize_t got = read(from, buf, sizeof(buf));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return fflush(to) ? -errno : 0;
		if (fwrite(buf, 1, (size_t)got, to) != (size_t)got)
			return -errno;
	}
}

int spool(int fd)
{
	FILE *file = tmpfile(); /* nothing is left of it */
	int err, kept = -1;

	if (!file)
		return -errno;
	err = copy(fd, file);
	if (!err) {
		kept = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
		err = kept < 0 ? -errno : 0;
	}
	fclose(file);
	return err ? err : kept;
}
