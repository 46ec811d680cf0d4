// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int file_map(struct file *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat))
		err = -errno;
	if (!err) {
		out->size = (size_t)stat.st_size;
		out->data = mmap(NULL, out->size, PROT_READ, MAP_PRIVATE, fd, 0);
		err = out->data == MAP_FAILED ? -errno : 0;
	}
	close(fd);
	return err;
}

void file_unmap(const struct file *file)
{
	munmap((void *)file->data, file->size);
}
