// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/progress.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/quantity.h"

#define INTERVAL_NS 200000000

/* Back to the line's start, and erase it. */
#define ERASE "\r\033[K"
/* A narrow terminal cuts the line: what has wrapped could not be erased. */
#define WRAP_OFF "\033[?7l"
#define WRAP_ON "\033[?7h"

void progress_init(struct progress *progress, bool quiet)
{
	*progress = (struct progress){ .on = !quiet && isatty(STDERR_FILENO) };
}

/* A terminal that is stopped (Ctrl-S, a dead connection) would stop the capture, too. */
static bool can_show(void)
{
	struct pollfd poll_fd = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & POLLOUT;
}

bool progress_terminal_takes(void)
{
	return isatty(STDERR_FILENO) && can_show();
}

bool progress_due(const struct progress *progress, uint64_t elapsed_ns)
{
	return progress->on && elapsed_ns - progress->shown_ns >= INTERVAL_NS && can_show();
}

static void update_rate(struct progress *progress, const struct progress_state *state)
{
	uint64_t ns = state->elapsed_ns - progress->shown_ns;

	if (ns)
		progress->rate =
			(double)(state->records - progress->shown_records) * 1e9 / (double)ns;
	progress->shown_ns = state->elapsed_ns;
	progress->shown_records = state->records;
	progress->shown = true;
}

void progress_show(struct progress *progress, const struct progress_state *state)
{
	char elapsed[32], records[32], rate[32], lost[32], bytes[32], events[32], left[32];

	if (!progress->on)
		return;
	update_rate(progress, state);
	fprintf(stderr, ERASE WRAP_OFF "%s: %s records, %s/s, %s lost",
		quantity_format_duration(elapsed, sizeof(elapsed), state->elapsed_ns),
		quantity_format_count(records, sizeof(records), state->records),
		quantity_format_count(rate, sizeof(rate), (uint64_t)progress->rate),
		quantity_format_count(lost, sizeof(lost), state->lost));
	if (state->events)
		fprintf(stderr, ", %s events",
			quantity_format_count(events, sizeof(events), state->events));
	fprintf(stderr, ", %s", quantity_format_bytes(bytes, sizeof(bytes), state->bytes));
	if (state->left_ns != PROGRESS_NO_END)
		fprintf(stderr, ", %s left",
			quantity_format_duration(left, sizeof(left), state->left_ns));
	if (state->endless)
		fputs(", Ctrl-C ends it", stderr);
	fputs(WRAP_ON, stderr);
	fflush(stderr);
}

void progress_clear(struct progress *progress)
{
	if (progress->shown && can_show())
		fputs(ERASE, stderr);
	progress->shown = false;
}
