// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "why/label.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

#define NAME_MAX_BYTES 128

/* A text, made fit to be shown. */
static const char *shown(char out[NAME_MAX_BYTES], struct gt_text text)
{
	size_t size = escape_text(out, NAME_MAX_BYTES - 1, text.data, text.size, "", ESCAPE_HEAD);

	out[size] = '\0';
	return out;
}

void why_label_thread(char out[WHY_LABEL_MAX], const struct why_store *store, uint32_t thread)
{
	const struct why_thread *it;
	char name[NAME_MAX_BYTES];

	if (thread == WHY_NONE) {
		strcpy(out, "?");
		return;
	}
	it = why_store_thread_at(store, thread);
	shown(name, why_store_text(store, it->name));
	snprintf(out, WHY_LABEL_MAX, "%s %" PRIu64 "%s", *name ? name : "?", it->tid,
		 it->traced ? "" : " (not traced)");
}

static const char *in_of(char out[NAME_MAX_BYTES], const struct why_store *store, uint32_t in)
{
	return shown(out, why_store_text(store, in));
}

static void put(char out[WHY_LABEL_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(char out[WHY_LABEL_MAX], const char *format, ...)
{
	size_t used = strlen(out);
	va_list args;

	va_start(args, format);
	vsnprintf(out + used, WHY_LABEL_MAX - used, format, args);
	va_end(args);
}

/* Who ended a sleep. A call that sleeps for a time is ended by its timer. */
static void put_ender(char out[WHY_LABEL_MAX], const struct why_store *store,
		      const struct why_node *node)
{
	struct gt_text in = why_store_text(store, node->key.in);
	bool timed = in.size > 7 && !memcmp(in.data + in.size - 7, "(sleep)", 7);
	char other[WHY_LABEL_MAX];

	why_label_thread(other, store, node->key.other);
	switch (node->key.context) {
	case SLICE_BY_THREAD:
		put(out, ", woken by %s", other);
		break;
	case SLICE_BY_SOFTIRQ:
	case SLICE_BY_HARDIRQ:
		put(out, ", ended by %s (%s)", timed ? "its timer" : "an interrupt",
		    slice_context_name(node->key.context));
		break;
	default:
		put(out, ", it is not known what ended it");
	}
}

static void put_behind(char out[WHY_LABEL_MAX], const struct why_store *store,
		       const struct why_node *node)
{
	char other[WHY_LABEL_MAX];

	why_label_thread(other, store, node->key.other);
	put(out, "waits for CPU %" PRIu64, why_store_cpu(store, node->key.cpu));
	switch (node->key.kind) {
	case WHY_LATENCY:
		put(out, ", which is idle");
		break;
	case WHY_UNTRACED:
		put(out, ", where nobody runs who is traced");
		break;
	default:
		put(out,
		    node->key.other == WHY_NONE ? ", it is not known behind whom" : " behind %s",
		    other);
	}
}

void why_label_what(char out[WHY_LABEL_MAX], const struct why_store *store,
		    const struct why_node *node)
{
	char in[NAME_MAX_BYTES], other[WHY_LABEL_MAX];

	out[0] = '\0';
	in_of(in, store, node->key.in);
	switch ((enum why_kind)node->key.kind) {
	case WHY_RUNS:
		put(out, node->key.in ? "runs, in %s" : "runs", in);
		break;
	case WHY_BEHIND:
	case WHY_LATENCY:
	case WHY_UNTRACED:
		put_behind(out, store, node);
		break;
	case WHY_WAITS:
		put(out, "waits for a CPU, it is not known which");
		break;
	case WHY_LIMITED:
		put(out, "throttled");
		if (*in)
			put(out, " by the limit of %s", in);
		break;
	case WHY_SLEEPS:
		put(out, *in ? "asleep in %s" : "asleep", in);
		put_ender(out, store, node);
		break;
	case WHY_STILL:
		put(out, *in ? "asleep in %s, still" : "asleep, still", in);
		break;
	case WHY_FLIGHT:
		why_label_thread(other, store, node->key.other);
		put(out, "asleep still, the wakeup by %s is on its way", other);
		break;
	case WHY_MADE:
		why_label_thread(other, store, node->key.other);
		put(out, "made by %s", other);
		break;
	case WHY_LOST:
		put(out, "not known: %s", *in ? in : "it was not seen");
		break;
	case WHY_UNSEEN:
		put(out, "not known: it was not seen");
		break;
	}
}

const char *why_kind_name(enum why_kind kind)
{
	static const char *const names[] = {
		[WHY_RUNS] = "runs",	       [WHY_BEHIND] = "waits",
		[WHY_LATENCY] = "latency",     [WHY_UNTRACED] = "waits_untraced",
		[WHY_WAITS] = "waits_unknown", [WHY_LIMITED] = "throttled",
		[WHY_SLEEPS] = "asleep",       [WHY_STILL] = "asleep_still",
		[WHY_FLIGHT] = "wakeup",       [WHY_MADE] = "made",
		[WHY_LOST] = "lost",	       [WHY_UNSEEN] = "unseen",
	};

	return names[kind];
}
