// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/converted.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options/shared.h"
#include "pipeline/pipeline.h"
#include "raw/raw.h"

struct converted {
	struct trace_file *file;
	struct raw_reader *reader;
	struct pipeline *pipeline;
	int from, to; /* the pipe's ends */
	pthread_t player;
	/* The player's, until it is joined. */
	struct raw_stop stop;
	int err;
};

static int write_all(void *ctx, const void *data, size_t size)
{
	const struct converted *converted = ctx;
	const char *at = data;
	ssize_t wrote;

	while (size) {
		wrote = write(converted->to, at, size);
		if (wrote < 0 && errno != EINTR)
			return -errno;
		if (wrote > 0) {
			at += wrote;
			size -= (size_t)wrote;
		}
	}
	return 0;
}

static int on_passed(void *ctx, uint64_t offset)
{
	struct converted *converted = ctx;

	mapped_drop(&converted->file->map, offset);
	return 0;
}

static void *play(void *ctx)
{
	struct converted *converted = ctx;
	struct stream stream = pipeline_stream(converted->pipeline);

	converted->err =
		raw_play(converted->reader, &stream, on_passed, converted, &converted->stop);
	close(converted->to);
	return NULL;
}

static void converted_free(struct converted *converted)
{
	pipeline_free(converted->pipeline);
	raw_reader_free(converted->reader);
	free(converted);
}

static int start(struct converted *converted)
{
	const struct pipeline_options options = { .version = TRACE_VERSION_DEFAULT };
	int ends[2], err = pipeline_new(&converted->pipeline, &options, write_all, converted);

	if (err)
		return err;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	converted->from = ends[0];
	converted->to = ends[1];
	err = -pthread_create(&converted->player, NULL, play, converted);
	if (err) {
		close(ends[0]);
		close(ends[1]);
	}
	return err;
}

enum cli_exit converted_open(struct converted **out, struct trace_file *file)
{
	struct converted *converted = calloc(1, sizeof(*converted));
	struct diag diag = { "" };
	int err;

	if (!converted)
		return cli_fail("%s", strerror(ENOMEM));
	converted->file = file;
	err = raw_reader_new(&converted->reader, file->map.data, file->map.size, &diag);
	if (!err)
		err = start(converted);
	if (err) {
		converted_free(converted);
		return cli_fail("%s: %s", file->name, diag.text[0] ? diag.text : strerror(-err));
	}
	*out = converted;
	return CLI_DONE;
}

long converted_read(void *ctx, void *buf, size_t size)
{
	const struct converted *converted = ctx;
	ssize_t got;

	do
		got = read(converted->from, buf, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* What is not whole is said; what is, was read. */
static enum cli_exit say(const struct converted *converted)
{
	const char *name = converted->file->name, *text = converted->stop.diag.text;
	struct pipeline_stats stats;

	if (converted->err == -EPIPE) /* its reader knows why */
		return CLI_DONE;
	if (converted->err == -ENODATA || converted->err == -EBADMSG)
		return cli_fail("%s: %s; there is nothing before it", name, text);
	if (converted->err)
		return cli_fail("%s: %s", name, strerror(-converted->err));
	pipeline_stats(converted->pipeline, &stats);
	if (stats.lost)
		cli_note("%s: %llu of %llu records were lost; what they told is missing", name,
			 (unsigned long long)stats.lost,
			 (unsigned long long)(stats.lost + stats.records));
	if (converted->stop.err == -EBADMSG)
		return cli_fail("%s: %s; all that is whole was taken", name, text);
	if (converted->stop.err)
		cli_note("%s: %s; what there is was taken", name, text);
	return CLI_DONE;
}

enum cli_exit converted_close(struct converted *converted)
{
	enum cli_exit status;

	close(converted->from); /* so that the player does not wait for a reader */
	pthread_join(converted->player, NULL);
	status = say(converted);
	converted_free(converted);
	return status;
}
