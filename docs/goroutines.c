// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What each goroutine did, and when. An example of libgotrace, for C and C++:
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

static void put(const char *before, struct gt_text text)
{
	if (text.size)
		printf("%s%.*s", before, (int)text.size, text.data);
}

/* One line of a goroutine's state: when, whose, from what to what, why. */
static void tell_transition(const struct gt_reader *reader, const struct gt_event *event)
{
	struct gt_transition t;

	if (!gt_event_transition(event, &t) || t.of_proc)
		return;
	printf("%lld goroutine %llu: %s to %s", (long long)event->time, (unsigned long long)t.id,
	       gt_state_name(t.from), gt_state_name(t.to));
	put(", ", gt_reader_string(reader, t.reason));
	if (gt_reader_stack_size(reader, t.stack))
		put(" in ", gt_reader_stack_frame(reader, t.stack, 0).func);
	putchar('\n');
}

/* And one of what it said itself. */
static void tell_log(const struct gt_reader *reader, const struct gt_event *event)
{
	struct gt_log log;

	if (!gt_event_log(reader, event, &log))
		return;
	printf("%lld goroutine %llu", (long long)event->time, (unsigned long long)event->g);
	put(" says ", log.message);
	putchar('\n');
}

int main(void)
{
	const struct gt_event *event;
	struct gt_reader *reader;

	if (gt_reader_new_source(&reader, from_stdin, NULL, NULL))
		return 1;
	while (!gt_reader_next(reader, &event) && event) {
		tell_transition(reader, event);
		tell_log(reader, event);
	}
	if (gt_reader_error(reader)->code)
		fprintf(stderr, "%s\n", gt_reader_error(reader)->text);
	gt_reader_free(reader);
	return 0;
}
