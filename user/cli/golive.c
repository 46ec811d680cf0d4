// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/golive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/fetch.h"
#include "cli/fusefile.h"
#include "cli/fusereport.h"
#include "cli/live.h"
#include "cli/lost.h"
#include "raw/raw.h"

#define ROWS 15
/* So much longer than it was asked for the trace may take to come. */
#define PATIENCE_NS UINT64_C(30000000000)

struct golive {
	const struct golive_config *config;
	struct live_options options; /* the live ones, but it ends when the trace has come */
	struct fetch fetch;
	FILE *capture; /* a file without a name */
	struct raw_writer *writer;
	struct output *output; /* NULL: no fused trace was asked for */
	struct diag diag, fetch_diag;
	uint64_t give_up_ns; /* 0: never */
	bool asked;	     /* the program was, for its trace */
	bool failed;	     /* the fetch has */
};

/* ---- while it is captured ---- */

static int write_capture(void *ctx, const void *data, size_t size)
{
	return fwrite(data, 1, size, ctx) == size ? 0 : -errno;
}

static void measure(void *ctx, struct progress_state *state)
{
	const struct golive *golive = ctx;

	state->bytes = raw_writer_bytes(golive->writer);
}

/* Asks for the trace once recording is on. true: it has come, or will not come. */
static bool tick(void *ctx, uint64_t now_ns)
{
	struct golive *golive = ctx;
	uint64_t duration = golive->config->live->duration_ns;
	int come;

	if (!golive->asked) {
		golive->asked = true;
		golive->give_up_ns = duration ? now_ns + duration + PATIENCE_NS : 0;
		fetch_go(&golive->fetch);
	}
	come = fetch_over(&golive->fetch, &golive->fetch_diag);
	golive->failed = come < 0;
	if (!come && golive->give_up_ns && now_ns > golive->give_up_ns)
		golive->failed = diag_set(&golive->fetch_diag, -ETIMEDOUT,
					  "the trace does not come to its end") != 0;
	return come || golive->failed;
}

static enum cli_exit record(struct golive *golive, struct live *live)
{
	const struct live_output output = {
		.stream = raw_writer_stream(golive->writer),
		.measure = measure,
		.tick = tick,
		.ctx = golive,
	};
	int err = live_run(live, &output, &golive->diag);

	if (!err && fflush(golive->capture))
		err = -errno;
	if (err)
		return cli_fail_with(&golive->diag, err, "cannot capture");
	if (!golive->config->talk->quiet && live->usage.dropped)
		lost_say(live_buffer_wanted(live), false);
	return CLI_DONE;
}

static enum cli_exit capture(struct golive *golive, struct live *live)
{
	const struct live_config config = { golive->config->line, &golive->options,
					    golive->config->talk };
	int err = live_open(live, &config, &golive->diag);
	enum cli_exit status;

	status = err ? cli_fail_with(&golive->diag, err, "cannot start") : record(golive, live);
	fetch_end(&golive->fetch);
	return status;
}

/* ---- when all is there ---- */

static enum cli_exit keep_file(int fd, const char *base, const char *suffix)
{
	static char buffer[1 << 16];
	struct diag diag = { "" };
	struct output *output;
	char name[4096];
	ssize_t got = 0;
	off_t at = 0;
	int err;

	snprintf(name, sizeof(name), "%s%s", base, suffix);
	err = output_open(&output, name, &diag);
	if (err)
		return cli_fail_with(&diag, err, name);
	while (!err && (got = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		err = output_write(output, buffer, (size_t)got);
		at += got;
	}
	if (!err)
		err = got < 0 ? -errno : output_commit(output);
	output_close(output);
	return err ? cli_fail_with(&diag, err, name) : CLI_DONE;
}

static enum cli_exit keep(struct golive *golive)
{
	const char *base = golive->config->go->keep;

	if (!base)
		return CLI_DONE;
	if (keep_file(golive->fetch.body_fd, base, ".trace") ||
	    keep_file(fileno(golive->capture), base, ".gtraw"))
		return CLI_FAILED;
	if (!golive->config->talk->quiet)
		cli_note("the program's trace is in %s.trace, the capture in %s.gtraw", base, base);
	return CLI_DONE;
}

static enum cli_exit write_trace(struct golive *golive, struct fuse_files *files)
{
	const struct golive_config *config = golive->config;
	const struct fuse_options options = { .version = (unsigned)config->trace->version,
					      .wall = files->wall };
	struct output *output = golive->output;

	if (!output)
		return CLI_DONE;
	golive->output = NULL; /* it is closed there */
	return fuse_files_write(files, &options, output, config->trace->output,
				config->talk->quiet);
}

static enum cli_exit conclude(struct golive *golive)
{
	struct fuse_files files;
	enum cli_exit status = keep(golive);

	if (status != CLI_DONE)
		return status;
	if (golive->failed)
		return cli_fail("%s: %s", golive->config->go->url, golive->fetch_diag.text);
	if (!lseek(golive->fetch.body_fd, 0, SEEK_END))
		return cli_fail("%s: nothing of the trace has come: let it go on for longer",
				golive->config->go->url);
	status = fuse_files_take(&files, golive->fetch.body_fd, golive->config->go->url,
				 fileno(golive->capture), "the capture");
	if (status == CLI_DONE)
		status = write_trace(golive, &files);
	if (status == CLI_DONE)
		status = fuse_report_files(&files, ROWS, false);
	fuse_files_close(&files);
	return status;
}

/* ---- all of it ---- */

/* What can fail early. */
static enum cli_exit prepare(struct golive *golive)
{
	const struct golive_config *config = golive->config;
	int err;

	if (config->trace->output) {
		err = output_open(&golive->output, config->trace->output, &golive->diag);
		if (err)
			return cli_fail_with(&golive->diag, err, config->trace->output);
	}
	err = fetch_fork(&golive->fetch, config->go->url, config->live->duration_ns, &golive->diag);
	if (!err)
		err = fetch_ready(&golive->fetch, &golive->diag);
	if (err)
		return cli_fail("%s: %s", config->go->url, golive->diag.text);
	golive->capture = tmpfile(); /* nothing is left of it */
	if (!golive->capture)
		return cli_fail("cannot make a temporary file: %m");
	err = raw_writer_new(&golive->writer, write_capture, golive->capture);
	return err ? cli_fail("%s", strerror(-err)) : CLI_DONE;
}

static void close_all(struct golive *golive)
{
	raw_writer_free(golive->writer);
	if (golive->capture)
		fclose(golive->capture);
	output_discard(golive->output);
	fetch_fini(&golive->fetch);
}

enum cli_exit golive_run(const struct golive_config *config)
{
	struct golive golive = { .config = config,
				 .options = *config->live,
				 .fetch = { .go_fd = -1, .said_fd = -1, .body_fd = -1 } };
	struct live live;
	enum cli_exit status = prepare(&golive);

	golive.options.duration_ns = 0;
	if (status == CLI_DONE) {
		status = capture(&golive, &live);
		if (status == CLI_DONE)
			status = conclude(&golive);
		status = (enum cli_exit)live_close(&live, status);
	}
	close_all(&golive);
	return status;
}

/* ---- the command line ---- */

int golive_check(const struct golive_config *config, struct diag *diag)
{
	const struct trace_options *trace = config->trace;

	if (!config->go->url)
		return config->go->keep ? diag_set(diag, -EINVAL, "--keep goes with --go") : 0;
	if (config->line->child)
		return diag_set(diag, -EINVAL,
				"--go asks a program that runs: give its -p, not a "
				"command");
	if (trace->format || trace->mapping || trace->monotonic || trace->check || trace->from_ns ||
	    trace->to_ns || config->talk->stats)
		return diag_set(diag, -EINVAL,
				"--go goes with -p, --cgroup, -d, --buffer, -o, --keep and "
				"--trace-version: for more, --keep and 'gotrace-bpf fuse'");
	if (trace->version < 23)
		return diag_set(diag, -EINVAL, "--go makes traces of 1.23, 1.25 and 1.26");
	return fetch_check(config->go->url, diag);
}

#define MEMBER(name) offsetof(struct go_options, name)
const struct option_row go_option_rows[] = {
	{ 0, "go", "URL", OPTION_STRING, MEMBER(url),
	  "a Go program's net/http/pprof: http://HOST:PORT or unix:PATH. It traces itself "
	  "meanwhile; what it and the kernel say becomes a report, and with -o one trace",
	  NULL },
	{ 0, "keep", "NAME", OPTION_STRING, MEMBER(keep),
	  "with --go: keep NAME.trace and NAME.gtraw, for 'report' and 'fuse'", NULL },
	{ .name = NULL },
};
