// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Are the words of raw captures what a kernel side may write?
 *
 *     check FILE...
 *
 * Says as TAP how it went (lib/strict.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "raw/raw.h"
#include "strict.h"

static int map(const char *path, void **data, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat_buf;

	if (fd < 0 || fstat(fd, &stat_buf) || !stat_buf.st_size)
		return errno ? -errno : -ENODATA;
	*size = (size_t)stat_buf.st_size;
	*data = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return *data == MAP_FAILED ? -errno : 0;
}

static int play(const void *data, size_t size, struct strict *strict, struct raw_stop *stop)
{
	struct diag diag = { .text = "" };
	const struct stream to = strict_stream(strict);
	struct raw_reader *reader;
	int err = raw_reader_new(&reader, data, size, &diag);

	if (err)
		return err;
	err = raw_play(reader, &to, NULL, NULL, stop);
	raw_reader_free(reader);
	return err;
}

static bool check(const char *path)
{
	struct strict_found found = { 0 };
	struct raw_stop stop = { 0 };
	struct strict *strict = NULL;
	bool good = false;
	void *data;
	size_t size;
	int err = map(path, &data, &size);

	if (!err)
		err = strict_new(&strict);
	if (!err)
		err = play(data, size, strict, &stop);
	if (err)
		printf("# %s\n", stop.diag.text[0] ? stop.diag.text : strerror(-err));
	else
		good = strict_judge(strict, &found) && !stop.diag.text[0];
	printf("%s - %s: the words are consistent\n", good ? "ok" : "not ok", path);
	strict_print(stdout, &found);
	strict_free(strict);
	return good;
}

int main(int argc, char **argv)
{
	bool good = argc > 1;

	for (int i = 1; i < argc; i++)
		good &= check(argv[i]);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
