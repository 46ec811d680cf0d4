// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/fusereport.h"

#include <string.h>

#include "fuse/sumtext.h"

static enum cli_exit print(struct fuse_files *files, const struct sums *sums, size_t most,
			   bool json)
{
	const struct sums_files names = { files->app.name, files->capture.name };
	static struct out out;

	out_init(&out, stdout_sink, NULL);
	if (json)
		sums_print_json(sums, &names, &out);
	else
		sums_print(sums, &names, most, &out);
	return out_flush(&out) ? CLI_FAILED : CLI_DONE;
}

enum cli_exit fuse_report_files(struct fuse_files *files, size_t most, bool json)
{
	enum cli_exit status = CLI_FAILED;
	struct gt_reader *reader;
	struct sums *sums;
	int err;

	if (fuse_files_reader(files, &reader))
		return CLI_FAILED;
	err = sums_new(&sums, &files->belong, &files->survey, files->kernel);
	if (!err) {
		err = sums_read(sums, reader);
		if (!err)
			status = print(files, sums, most, json);
		sums_free(sums);
	}
	gt_reader_free(reader);
	return err ? cli_fail("%s", strerror(-err)) : status;
}

enum cli_exit fuse_report(const char *one, const char *other, size_t most, bool json)
{
	struct fuse_files files;
	enum cli_exit status = fuse_files_open(&files, one, other);

	if (status == CLI_DONE)
		status = fuse_report_files(&files, most, json);
	fuse_files_close(&files);
	return status;
}
