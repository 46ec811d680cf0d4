// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/spool.h"

/* So much is given back at a time, and so much stays behind the reader:
 * records of the last rounds are still borrowed from there. */
#define STEP (8UL << 20)

/* The mapping ends in nothing, or what it maps cannot be read. */
static void on_bus_error(int signal)
{
	static const char text[] = "gotrace-bpf: the file became shorter while it was read, or its "
				   "disk fails\n";

	(void)signal;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(CLI_FAILED);
	_exit(CLI_FAILED);
}

int mapped_fd(struct mapped *mapped, int fd)
{
	struct stat stat;
	void *data;

	if (fstat(fd, &stat))
		return -errno;
	if (S_ISDIR(stat.st_mode))
		return -EISDIR;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;
	*mapped = (struct mapped){ .size = (size_t)stat.st_size };
	if (!mapped->size)
		return 0;
	data = mmap(NULL, mapped->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	madvise(data, mapped->size, MADV_SEQUENTIAL);
	signal(SIGBUS, on_bus_error);
	mapped->data = data;
	return 0;
}

static int map_pipe(struct mapped *mapped, int fd)
{
	int file = spool(fd);
	int err;

	if (file < 0)
		return file;
	err = mapped_fd(mapped, file);
	close(file);
	return err;
}

int mapped_open(struct mapped *mapped, const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
				   : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	struct stat stat;
	int err;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &stat) && (S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode)))
		err = map_pipe(mapped, fd);
	else
		err = mapped_fd(mapped, fd);
	close(fd);
	return err;
}

void mapped_drop(struct mapped *mapped, uint64_t offset)
{
	while (offset >= mapped->dropped + 2 * STEP) {
		madvise((char *)(uintptr_t)mapped->data + mapped->dropped, STEP, MADV_DONTNEED);
		mapped->dropped += STEP;
	}
}

void mapped_close(struct mapped *mapped)
{
	if (mapped->data)
		munmap((void *)(uintptr_t)mapped->data, mapped->size);
	*mapped = (struct mapped){ 0 };
}
