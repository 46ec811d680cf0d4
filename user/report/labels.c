// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/labels.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

struct gt_text label_of(const char *text)
{
	return (struct gt_text){ text, strlen(text) };
}

/* For %.*s */
static int size_of(struct gt_text text, int most)
{
	return text.size < (size_t)most ? (int)text.size : most;
}

int label_sleep(struct report *report, struct gt_text inside, struct gt_text reason, uint32_t *id)
{
	char text[256];
	int size;

	if (!inside.size || !reason.size) {
		inside = inside.size ? inside : reason;
		return report_add_text(report, inside.data, inside.size, id);
	}
	size = snprintf(text, sizeof(text), "%.*s (%.*s)", size_of(inside, 128), inside.data,
			size_of(reason, 64), reason.data);
	return report_add_text(report, text, (size_t)size, id);
}

int label_preempted(struct report *report, struct gt_text by, uint32_t *id)
{
	char text[160];
	int size = snprintf(text, sizeof(text), "(nobody in the trace; preempted by %.*s)",
			    size_of(by, 112), by.data);

	return report_add_stranger(report, text, (size_t)size, id);
}

int label_limit(struct report *report, struct gt_text limit, uint32_t *id)
{
	if (!limit.size)
		limit = label_of("throttled, CPU left idle");
	return report_add_text(report, limit.data, limit.size, id);
}

int label_bytes(struct report *report, struct gt_text bytes, uint32_t *id)
{
	char text[512];
	size_t size = escape_text(text, sizeof(text), bytes.data, bytes.size, "", ESCAPE_HEAD);

	return report_add_text(report, text, size, id);
}

/* ---- how a thread is scheduled ---- */

struct text {
	char bytes[256];
	size_t size;
};

static __attribute__((format(printf, 2, 3))) void put(struct text *text, const char *format, ...)
{
	size_t room = sizeof(text->bytes) - text->size;
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(text->bytes + text->size, room, format, args);
	va_end(args);
	if (size > 0)
		text->size += (size_t)size < room ? (size_t)size : room - 1;
}

/* SCHED_*: the kernel's numbers. */
static const char *const policies[] = { "normal", "fifo", "rr",	      "batch",
					"",	  "idle", "deadline", "ext" };

const char *label_policy(const struct rec_attributes *attributes)
{
	if (!(attributes->known & REC_KNOWN_POLICY) ||
	    attributes->policy >= sizeof(policies) / sizeof(*policies))
		return "";
	return policies[attributes->policy];
}

static void put_policy(struct text *text, const struct rec_attributes *attributes)
{
	const char *policy = label_policy(attributes);

	if (!*policy)
		return;
	if (attributes->rt_priority)
		put(text, "%s %u", policy, attributes->rt_priority);
	else if (attributes->policy)
		put(text, "%s", policy);
	if (!attributes->rt_priority && attributes->nice)
		put(text, "%snice %d", text->size ? ", " : "", attributes->nice);
}

/* "0-3,7" */
static void put_mask(struct text *text, uint64_t mask)
{
	const char *comma = "";

	for (unsigned first = 0; first < 64; first++) {
		unsigned last = first;

		if (!(mask >> first & 1))
			continue;
		while (last < 63 && mask >> (last + 1) & 1)
			last++;
		put(text, "%s%u", comma, first);
		if (last > first)
			put(text, "-%u", last);
		comma = ",";
		first = last;
	}
}

static void put_affinity(struct text *text, const struct rec_attributes *attributes, uint32_t cpus)
{
	unsigned count = attributes->cpus_allowed_count;
	unsigned named = (unsigned)__builtin_popcountll(attributes->cpus_allowed);

	if (!(attributes->known & REC_KNOWN_AFFINITY) || !count || !cpus || count >= cpus)
		return;
	put(text, "%s", text->size ? ", " : "");
	if (named != count) { /* some are beyond the first 64 */
		put(text, "%u CPUs", count);
		return;
	}
	put(text, "%s", count > 1 ? "CPUs " : "CPU ");
	put_mask(text, attributes->cpus_allowed);
}

int label_sched(struct report *report, const struct rec_attributes *attributes, uint32_t *id)
{
	struct text text = { .size = 0 };

	put_policy(&text, attributes);
	put_affinity(&text, attributes, report_machine(report));
	return report_add_text(report, text.bytes, text.size, id);
}

int label_stranger(struct report *report, struct gt_text name, uint32_t *id)
{
	char text[128];
	int size = snprintf(text, sizeof(text), "(not traced) %.*s", size_of(name, 112), name.data);

	return report_add_text(report, text, (size_t)size, id);
}

int label_unknown(struct report *report, const char *text, uint32_t *id)
{
	return report_add_text(report, text, strlen(text), id);
}
