// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Capture and probe of a program that was built without eBPF (NO_BPF=1): there
 * is none. It stands in for all of this room, so that the commands that need a
 * capture have their words and options, and say why they cannot do more.
 * After capture_open() has failed nothing else is called.
 */
#include <assert.h>
#include <errno.h>

#include "capture/capture.h"
#include "capture/probe.h"

int capture_supported(struct diag *diag)
{
	return diag_set(diag, -ENOSYS,
			"this program was built without eBPF (NO_BPF=1): it reads and converts, "
			"and cannot capture");
}

int capture_open(struct capture **out, const struct capture_options *options, struct diag *diag)
{
	(void)out;
	(void)options;
	return capture_supported(diag);
}

void capture_close(struct capture *capture)
{
	assert(!capture);
	(void)capture;
}

const struct stream_info *capture_info(const struct capture *capture)
{
	(void)capture;
	return NULL;
}

int capture_mark(struct capture *capture, pid_t pid, bool children, struct diag *diag)
{
	(void)capture;
	(void)pid;
	(void)children;
	return capture_supported(diag);
}

int capture_start(struct capture *capture, struct diag *diag)
{
	(void)capture;
	return capture_supported(diag);
}

uint64_t capture_begin_ns(const struct capture *capture)
{
	(void)capture;
	return 0;
}

int capture_begin(struct capture *capture, const struct stream *to)
{
	(void)capture;
	(void)to;
	return -ENOSYS;
}

int capture_poll(struct capture *capture, const struct stream *to)
{
	(void)capture;
	(void)to;
	return -ENOSYS;
}

int capture_stop(struct capture *capture, const struct stream *to)
{
	(void)capture;
	(void)to;
	return -ENOSYS;
}

bool capture_targets_gone(const struct capture *capture)
{
	(void)capture;
	return true;
}

void capture_usage(const struct capture *capture, struct capture_usage *out)
{
	(void)capture;
	*out = (struct capture_usage){ 0 };
}

void capture_runs(const struct capture *capture, uint64_t *runs, uint64_t *ns)
{
	(void)capture;
	*runs = *ns = 0;
}

size_t probe_run(struct probe_finding *out)
{
	(void)out;
	return 0;
}
