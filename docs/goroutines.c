// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What each goroutine did, and when. An example of libgotrace:
 *
 *     cc goroutines.c $(pkg-config --cflags --libs libgotrace) -o goroutines
 *     ./goroutines < gotrace.out
 */
#include <gotrace.h>
#include <stdio.h>
#include <unistd.h>

static long from_stdin(void *ctx, void *buf, size_t size)
{
	(void)ctx;
	return read(STDIN_FILENO, buf, size);
}

int main(void)
{
	const struct gt_event *event;
	struct gt_transition t;
	struct gt_reader *reader;

	if (gt_reader_new_source(&reader, from_stdin, NULL, NULL))
		return 1;
	while (!gt_reader_next(reader, &event) && event) {
		if (!gt_event_transition(event, &t) || t.of_proc)
			continue;
		printf("%lld goroutine %llu: %s to %s\n", (long long)event->time,
		       (unsigned long long)t.id, gt_state_name(t.from), gt_state_name(t.to));
	}
	if (gt_reader_error(reader)->code)
		fprintf(stderr, "%s\n", gt_reader_error(reader)->text);
	gt_reader_free(reader);
	return 0;
}
