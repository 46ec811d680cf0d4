// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Two passes over the file: the first finds the spans of time that are meant
 * (why/pick.h), the second keeps what happened in them (why/store.h).
 */
#include "cli/whyreport.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/slicesource.h"
#include "options/near.h"
#include "report/json.h"
#include "why/pick.h"
#include "why/print.h"
#include "why/walk.h"

#define ROWS 20
#define NAMES_MAX 8
#define NAME_MAX_BYTES 64

struct why {
	const struct why_report *report;
	struct trace_file file;
	struct why_pick *pick;
	struct why_store *store;
	enum cli_exit whole; /* is the file? */
	bool knows_idle;
};

static enum cli_exit fail(int err)
{
	return cli_fail("%s", strerror(-err));
}

/* ---- what was not found ---- */

struct names {
	const struct why_pick *pick;
	bool calls;
	char (*texts)[NAME_MAX_BYTES];
	size_t count;
};

static bool name_at(const struct names *names, size_t i, char text[NAME_MAX_BYTES])
{
	struct gt_text name = { "", 0 };
	uint64_t tid;
	bool there = names->calls ? why_pick_call(names->pick, i, &name)
				  : why_pick_thread(names->pick, i, &name, &tid);

	snprintf(text, NAME_MAX_BYTES, "%.*s", (int)name.size, name.data);
	return there;
}

static const char *name_for_near(size_t i, const void *ctx)
{
	const struct names *names = ctx;

	return names->texts[i][0] ? names->texts[i] : NULL;
}

static void collect(struct names *names)
{
	char text[NAME_MAX_BYTES];
	size_t all = 0;

	while (name_at(names, all, text))
		all++;
	names->texts = calloc(all + 1, sizeof(*names->texts));
	if (names->texts)
		names->count = all;
	for (size_t i = 0; i < names->count; i++)
		name_at(names, i, names->texts[i]);
}

/* Those that contain the word, or the one that is nearly it. */
static void add_near(char *out, size_t size, const struct why_pick *pick, bool calls,
		     const char *word)
{
	struct names names = { .pick = pick, .calls = calls };
	size_t given = 0, used = 0;
	const char *near;

	out[0] = '\0';
	collect(&names);
	for (size_t i = 0; i < names.count && given < NAMES_MAX; i++) {
		if (!strstr(names.texts[i], word) || strstr(out, names.texts[i]))
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 given++ ? ", " : "; there is ", names.texts[i]);
	}
	near = given ? NULL : near_find(word, names.count, name_for_near, &names);
	if (near)
		snprintf(out, size, "; did you mean %s?", near);
	free(names.texts);
}

static void add_tids(char *out, size_t size, const struct why_pick *pick)
{
	size_t used = 0, given = 0;
	struct gt_text name;
	uint64_t tid;

	out[0] = '\0';
	for (size_t i = 0; why_pick_thread(pick, i, &name, &tid); i++) {
		if (!why_pick_means(pick, i))
			continue;
		if (given++ == NAMES_MAX) {
			snprintf(out + used, size - used, ", ...");
			return;
		}
		used += (size_t)snprintf(out + used, size - used, "%s%" PRIu64,
					 given > 1 ? ", " : "", tid);
	}
}

static enum cli_exit say_fault(const struct why *why, enum why_fault fault)
{
	const struct why_options *options = why->report->options;
	const char *file = why->file.name;
	char text[NAMES_MAX * (NAME_MAX_BYTES + 32)], end[32];

	switch (fault) {
	case WHY_NO_THREAD:
		add_near(text, sizeof(text), why->pick, false, options->thread);
		return cli_fail("%s: there is no thread %s%s", file, options->thread, text);
	case WHY_MANY:
		add_tids(text, sizeof(text), why->pick);
		return cli_fail("%s: several threads are called %s; give one's number: %s", file,
				options->thread, text);
	case WHY_OUTSIDE:
		quantity_format_time(end, sizeof(end),
				     why_pick_end(why->pick) - why_pick_start(why->pick));
		return cli_fail("%s: --from is behind its end, which is at %s", file, end);
	case WHY_NO_WAIT:
		return cli_fail("%s: nobody who is meant waited for a CPU there; --thread with "
				"--from and --to shows any span",
				file);
	case WHY_NO_CALL:
		add_near(text, sizeof(text), why->pick, true, options->slowest.word);
		return cli_fail("%s: there is no %s there, neither a syscall nor a region%s", file,
				options->slowest.word, text);
	default:
		return cli_fail("%s: there is no thread in it", file);
	}
}

/* ---- the first pass ---- */

static void begin_pick(void *ctx, struct gt_text host, uint64_t start_ns)
{
	struct why *why = ctx;

	(void)host;
	why_pick_begin(why->pick, start_ns);
}

static int pick_slice(void *ctx, const struct slice *slice)
{
	struct why *why = ctx;

	return why_pick_add(why->pick, slice);
}

static int pick_event(void *ctx, const struct gt_reader *reader, const struct gt_event *event,
		      uint64_t now_ns)
{
	struct why *why = ctx;
	struct gt_region region;

	if (!gt_event_region(reader, event, &region))
		return 0;
	return why_pick_region(why->pick, event->g, region.type,
			       gt_event_kind(event) == GT_KIND_REGION_BEGIN, now_ns);
}

static enum cli_exit find_spans(struct why *why)
{
	const struct slice_sink sink = {
		.tell = pick_slice, .ctx = why, .begin = begin_pick, .event = pick_event
	};
	struct slice_result result;
	enum why_fault fault;
	int err;

	why->whole = slice_source_play(&why->file, &sink, &result);
	why->knows_idle = result.knows_idle;
	if (result.err)
		return fail(result.err);
	if (!result.begun) /* it was said why */
		return why->whole == CLI_DONE ? say_fault(why, WHY_EMPTY) : why->whole;
	err = why_pick_finish(why->pick, &fault);
	if (err)
		return fail(err);
	return fault == WHY_FOUND ? CLI_DONE : say_fault(why, fault);
}

/* ---- the second pass ---- */

static int keep_slice(void *ctx, const struct slice *slice)
{
	return why_store_add(ctx, slice);
}

static enum cli_exit keep_states(struct why *why)
{
	const struct slice_sink sink = { .tell = keep_slice, .ctx = why->store, .again = true };
	struct slice_result result;
	size_t count;
	const struct why_span *spans = why_pick_spans(why->pick, &count);
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = why_store_want(why->store, spans[i].from, spans[i].to);
	if (err)
		return fail(err);
	slice_source_play(&why->file, &sink, &result);
	if (result.err == -E2BIG)
		return cli_fail("%s: more than %u states lie in the span; take a shorter one, with "
				"--from and --to",
				why->file.name, WHY_STATES_MAX);
	err = result.err ? result.err : why_store_finish(why->store, why->knows_idle);
	return err ? fail(err) : CLI_DONE;
}

/* ---- said ---- */

static int print_span(const struct why *why, const struct why_span *span, struct out *out,
		      struct json *json)
{
	uint64_t start = why_pick_start(why->pick);
	struct why_view view = {
		.store = why->store,
		.thread = why_store_thread(why->store, span->id),
		.from_ns = span->from - start,
		.to_ns = span->to - start,
		.most = why->report->rows ? why->report->rows : ROWS,
	};
	struct why_tree tree;
	int err = why_tree_init(&tree);

	view.tree = &tree;
	if (!err && view.thread == WHY_NONE)
		err = -ENOENT;
	if (!err)
		err = why_walk(why->store, view.thread, span->from, span->to, &tree);
	if (!err)
		err = json ? why_print_json(&view, json) : why_print(&view, out);
	why_tree_fini(&tree);
	return err;
}

static int print_text(const struct why *why, struct out *out)
{
	size_t count;
	const struct why_span *spans = why_pick_spans(why->pick, &count);
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		if (i)
			out_str(out, "\n\n");
		err = print_span(why, &spans[i], out, NULL);
	}
	return err;
}

static int print_json(const struct why *why, struct out *out)
{
	size_t count;
	const struct why_span *spans = why_pick_spans(why->pick, &count);
	struct json json;
	int err = 0;

	json_init(&json, out, JSON_INDENT);
	json_object(&json);
	json_name(&json, "schema");
	json_u64(&json, REPORT_SCHEMA);
	json_name(&json, "kind");
	json_str(&json, "why");
	json_name(&json, "file");
	json_str(&json, why->file.name);
	json_name(&json, "spans");
	json_array(&json);
	for (size_t i = 0; i < count && !err; i++)
		err = print_span(why, &spans[i], out, &json);
	json_end_array(&json);
	json_end_object(&json);
	return err;
}

static enum cli_exit print(const struct why *why)
{
	static struct out out;
	int err;

	out_init(&out, stdout_sink, NULL);
	err = why->report->json ? print_json(why, &out) : print_text(why, &out);
	if (err == -ENOENT)
		return cli_fail("%s: the thread was not there in that time", why->file.name);
	if (err)
		return fail(err);
	if (out_flush(&out))
		return cli_fail("cannot write to standard output: %s", strerror(-out.err));
	return why->whole;
}

static enum cli_exit run(struct why *why)
{
	enum cli_exit status = find_spans(why);

	if (status == CLI_DONE)
		status = keep_states(why);
	return status == CLI_DONE ? print(why) : status;
}

enum cli_exit why_report(const struct why_report *report)
{
	const struct why_request request = {
		.thread = report->options->thread,
		.has_from = report->from_ns,
		.has_to = report->to_ns,
		.from_ns = report->from_ns,
		.to_ns = report->to_ns,
		.slowest = (unsigned)report->options->slowest.count,
		.of = report->options->slowest.word,
	};
	struct why why = { .report = report };
	enum cli_exit status = CLI_FAILED;

	if (trace_file_open(&why.file, report->file))
		return CLI_FAILED;
	if (!trace_file_keep(&why.file)) {
		int err = why_pick_new(&why.pick, &request);

		if (!err)
			err = why_store_new(&why.store);
		status = err ? fail(err) : run(&why);
	}
	why_pick_free(why.pick);
	why_store_free(why.store);
	trace_file_close(&why.file);
	return status;
}

int why_options_check(const struct why_options *options, struct diag *diag)
{
	if (!options->on && options->thread)
		return diag_set(diag, -EINVAL, "--thread goes with --why");
	if (!options->on && options->slowest.word)
		return diag_set(diag, -EINVAL, "--slowest goes with --why");
	if (options->slowest.count > WHY_SPANS_MAX)
		return diag_set(diag, -EINVAL, "--slowest: more than %d are too many",
				WHY_SPANS_MAX);
	return 0;
}

#define MEMBER(name) offsetof(struct why_options, name)
const struct option_row why_option_rows[] = {
	{ 0, "why", NULL, OPTION_FLAG, MEMBER(on),
	  "instead: what the longest wait for a CPU was due to, or of --thread the longest of its "
	  "own, or what all of --from to --to was",
	  NULL },
	{ 0, "thread", "TID|NAME", OPTION_STRING, MEMBER(thread), "whose time --why is about",
	  NULL },
	{ 0, "slowest", "N SYSCALL|REGION", OPTION_COUNTED, MEMBER(slowest),
	  "--why of the N longest calls of it: --slowest 3 fsync", NULL },
	{ .name = NULL },
};
