// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/dumper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/tracefile.h"
#include "output/output.h"
#include "pipeline/pipeline.h"
#include "raw/raw.h"

/* It has time: the recorder has not. */
#define WRITER_NICE 10

/* ---- in the process that writes ---- */

static int write_trace(const struct dumper_job *job, struct output *output,
		       struct dumper_result *result)
{
	const struct pipeline_options options = {
		.format = (enum pipeline_format)job->trace->format,
		.mapping = (enum export_go_mapping)job->trace->mapping,
		.version = job->trace->version,
		.monotonic = job->trace->monotonic,
		.mark = &job->mark,
		/* Behind this some CPUs' rings have not been read. */
		.to_ns = job->moment.end_ns - result->begin_ns,
	};
	struct pipeline *pipeline;
	struct pipeline_stats stats;
	struct stream to;
	int err = pipeline_new(&pipeline, &options, output_write, output);

	if (err)
		return err;
	to = pipeline_stream(pipeline);
	err = flight_play(job->flight, &job->moment, &to);
	pipeline_stats(pipeline, &stats);
	result->records = stats.records;
	result->lost = stats.lost;
	result->events = stats.events;
	pipeline_free(pipeline);
	return err;
}

static int write_raw(const struct dumper_job *job, struct output *output)
{
	struct raw_writer *writer;
	struct stream to;
	int err = raw_writer_new(&writer, output_write, output);

	if (err)
		return err;
	to = raw_writer_stream(writer);
	err = flight_play(job->flight, &job->moment, &to);
	raw_writer_free(writer);
	return err;
}

static int check_trace(const struct dumper_job *job, struct dumper_result *result)
{
	const struct gt_reader_options options = { 0 };

	if (trace_file_validate(job->path, &options) == CLI_DONE)
		return 0;
	return diag_set(&result->diag, -EBADMSG, "%s: a reader would refuse it", job->path);
}

static int write_file(const struct dumper_job *job, struct dumper_result *result)
{
	struct output *output;
	int err = output_open(&output, job->path, &result->diag);

	if (err)
		return err;
	err = job->raw ? write_raw(job, output) : write_trace(job, output, result);
	if (!err)
		err = output_commit(output);
	result->bytes = output_bytes(output);
	if (err)
		output_discard(output);
	else
		output_close(output);
	if (!err && !job->raw && job->trace->check)
		err = check_trace(job, result);
	return err;
}

static void __attribute__((noreturn)) be_writer(const struct dumper_job *job, int fd)
{
	struct dumper_result result = { .begin_ns = flight_begin_ns(job->flight),
					.end_ns = job->moment.end_ns };
	ssize_t done;

	setpriority(PRIO_PROCESS, 0, WRITER_NICE);
	result.err = write_file(job, &result);
	if (result.err)
		diag_set(&result.diag, result.err, "cannot write %s: %s", job->path,
			 strerror(-result.err));
	do
		done = write(fd, &result, sizeof(result));
	while (done < 0 && errno == EINTR);
	_exit(done == sizeof(result) ? 0 : 1);
}

/* What the recorder has open is none of the writer's business: programs, rings, a socket. */
static void close_all_but(int fd)
{
	if (fd > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0U, 0);
}

/* ---- in the recorder ---- */

int dumper_start(struct dumper *dumper, const struct dumper_job *job)
{
	int ends[2], err;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		err = -errno;
		close(ends[0]);
		close(ends[1]);
		return err;
	}
	if (pid == 0) {
		close_all_but(ends[1]);
		be_writer(job, ends[1]);
	}
	close(ends[1]);
	*dumper = (struct dumper){ .pid = pid, .fd = ends[0] };
	snprintf(dumper->path, sizeof(dumper->path), "%s", job->path);
	return 0;
}

/* It is dead without a word. */
static void tell_end(const struct dumper *dumper, int status, struct dumper_result *result)
{
	*result = (struct dumper_result){ .err = -EIO };
	if (WIFSIGNALED(status))
		diag_set(&result->diag, -EIO, "cannot write %s: its process was killed (signal %d)",
			 dumper->path, WTERMSIG(status));
	else
		diag_set(&result->diag, -EIO, "cannot write %s: its process ended", dumper->path);
}

bool dumper_poll(struct dumper *dumper, bool wait, struct dumper_result *result)
{
	int status;
	pid_t pid;
	ssize_t got;

	if (!dumper->pid)
		return false;
	do
		pid = waitpid(dumper->pid, &status, wait ? 0 : WNOHANG);
	while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return false;
	got = read(dumper->fd, result, sizeof(*result));
	if (got != sizeof(*result))
		tell_end(dumper, status, result);
	close(dumper->fd);
	dumper->pid = 0;
	return true;
}
