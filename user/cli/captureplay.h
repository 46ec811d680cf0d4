/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A raw capture's file played once, through a pipeline into an exporter; its
 * memory is given back as it goes. It says nothing: that is its caller's.
 */
#ifndef GOTRACE_CLI_CAPTUREPLAY_H
#define GOTRACE_CLI_CAPTUREPLAY_H

#include "cli/tracefile.h"
#include "export/exporter.h"
#include "pipeline/pipeline.h"
#include "raw/raw.h"

/*
 * reader stands at the start of the file. *stop: why it may not be all of the
 * capture. 0; -ENODATA, -EBADMSG: there is nothing before what *stop says; others
 * as pipeline_new() or the exporter's. stats is filled unless there is no pipeline.
 */
int capture_play(struct trace_file *file, struct raw_reader *reader,
		 const struct exporter *exporter, struct pipeline_stats *stats,
		 struct raw_stop *stop);

#endif
