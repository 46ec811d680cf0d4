// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The critical path. Situations as text: the states that there are, and the
 * path that is made of them. And of every kept capture, and the trace of each:
 * whatever is asked, the path and the sum add up to the span exactly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glob.h>

#include <cmocka.h>

#include "captext.h"
#include "export/slices/changes.h"
#include "export/slices/events.h"
#include "kept.h"
#include "why/label.h"
#include "why/pick.h"
#include "why/walk.h"

/* ---- situations ---- */

/*
 * A state a line, in the order of their ends: "FROM-TO NAME STATE cpuN in TEXT
 * by CONTEXT [NAME] flight NS still"; who is in no other line is not traced.
 * The span is of the thread "me", from 0 up to its last state's end.
 */
struct situation {
	const char *name, *states;
	bool knows_idle;
	const char *path; /* "NS  WHO WHAT", two blanks more for each depth */
};

static const struct situation situations[] = {
	{ "it runs", "0-100 me running cpu0\n", true, "100  me 1 runs\n" },
	{ "in a syscall, too", "0-40 me syscall cpu0 in read\n40-100 me running cpu0\n", true,
	  "40  me 1 runs, in read\n60  me 1 runs\n" },
	{ "behind two, and an idle CPU",
	  "0-30 a running cpu0\n30-70 b syscall cpu0 in write\n0-90 me waiting cpu0\n"
	  "90-100 me running cpu0\n",
	  true,
	  "30  me 1 waits for CPU 0 behind a 2\n40  me 1 waits for CPU 0 behind b 3\n"
	  "20  me 1 waits for CPU 0, which is idle\n10  me 1 runs\n" },
	{ "the same, of some processes",
	  "0-30 a running cpu0\n0-90 me waiting cpu0\n90-100 me running cpu0\n", false,
	  "30  me 1 waits for CPU 0 behind a 2\n"
	  "60  me 1 waits for CPU 0, where nobody runs who is traced\n10  me 1 runs\n" },
	{ "behind strangers", "0-30 a stranger cpu0\n30-60 ? stranger cpu0\n0-60 me waiting cpu0\n",
	  false,
	  "30  me 1 waits for CPU 0 behind a 2 (not traced)\n"
	  "30  me 1 waits for CPU 0, it is not known behind whom\n" },
	{ "for a CPU that is not known", "0-60 me waiting\n", true,
	  "60  me 1 waits for a CPU, it is not known which\n" },
	{ "throttled, then behind one",
	  "0-50 me waiting cpu0 in throttled\n50-80 a running cpu0\n50-80 me waiting cpu0\n", true,
	  "50  me 1 throttled\n30  me 1 waits for CPU 0 behind a 2\n" },
	{ "a lock whose holder is preempted",
	  "0-20 holder running cpu0\n0-20 hog waiting cpu0\n20-80 hog running cpu0\n"
	  "20-80 holder waiting cpu0\n10-95 me asleep in futex by thread holder\n"
	  "80-97 holder running cpu0\n95-98 me waiting cpu1\n98-100 me running cpu1\n",
	  true,
	  "10  me 1 not known: it was not seen\n"
	  "85  me 1 asleep in futex, woken by holder 2\n"
	  "  25  holder 2 runs\n"
	  "  60  holder 2 waits for CPU 0 behind hog 3\n"
	  "3  me 1 waits for CPU 1, which is idle\n2  me 1 runs\n" },
	{ "a chain behind a timer",
	  "0-90 c asleep in nanosleep by hardirq\n90-93 c running cpu0\n"
	  "0-93 b asleep in read by thread c\n93-96 b running cpu0\n"
	  "0-96 me asleep in read by thread b\n96-100 me running cpu0\n",
	  true,
	  "96  me 1 asleep in read, woken by b 3\n"
	  "  93  b 3 asleep in read, woken by c 2\n"
	  "    90  c 2 asleep in nanosleep, ended by an interrupt (hardirq)\n"
	  "    3  c 2 runs\n"
	  "  3  b 3 runs\n"
	  "4  me 1 runs\n" },
	{ "the waker is followed no further than the sleep",
	  "0-50 me running cpu1\n50-80 me asleep by thread a\n0-80 a running cpu0\n"
	  "80-100 me running cpu1\n",
	  true, "70  me 1 runs\n30  me 1 asleep, woken by a 2\n  30  a 2 runs\n" },
	{ "a wakeup in flight, and its waker has left",
	  "0-60 a running cpu0\n60-100 a asleep still\n0-80 me asleep by thread a flight 10\n"
	  "80-100 me running cpu1\n",
	  true,
	  "80  me 1 asleep, woken by a 2\n  60  a 2 runs\n"
	  "  20  me 1 asleep still, the wakeup by a 2 is on its way\n20  me 1 runs\n" },
	{ "woken by a stranger", "0-80 me asleep in read by thread x\n80-100 me running cpu1\n",
	  true, "80  me 1 asleep in read, woken by x 2 (not traced)\n20  me 1 runs\n" },
	{ "nobody knows what woke it", "0-80 me asleep\n80-100 me running cpu1\n", true,
	  "80  me 1 asleep, it is not known what ended it\n20  me 1 runs\n" },
	{ "its maker is followed",
	  "0-70 a running cpu0\n70-75 me waiting cpu1 by birth a\n75-100 me running cpu1\n", true,
	  "70  me 1 made by a 2\n  70  a 2 runs\n"
	  "5  me 1 waits for CPU 1, which is idle\n25  me 1 runs\n" },
	{ "records are lost",
	  "0-40 me running cpu0\n40-90 me lost in records lost\n90-100 me running cpu0\n", true,
	  "50  me 1 runs\n50  me 1 not known: records lost\n" },
	{ "asleep at the end", "0-40 me running cpu0\n40-100 me asleep in poll still\n", true,
	  "40  me 1 runs\n60  me 1 asleep in poll, still\n" },
	{ "two that wake each other at one time, as no kernel has it",
	  "0-50 a asleep by thread me\n0-50 me asleep by thread a\n50-60 me running cpu0\n", true,
	  "50  me 1 asleep, woken by a 2\n10  me 1 runs\n" },
};

struct cast {
	char names[8][16];
	unsigned count;
};

/* "me" is the first. */
static struct slice_who who_of(struct cast *cast, const char *name)
{
	unsigned i = 0;

	if (!strcmp(name, "?"))
		return (struct slice_who){ .comm = { "", 0 } };
	while (i < cast->count && strcmp(cast->names[i], name))
		i++;
	if (i == cast->count)
		strcpy(cast->names[cast->count++], name);
	return (struct slice_who){ .id = i + 1, .tid = i + 1, .comm = slice_text(cast->names[i]) };
}

static enum slice_state state_of(const char *word)
{
	int state = SLICE_STATES;

	while (state-- > 0)
		if (!strcmp(word, slice_state_name(state)))
			return state;
	assert_string_equal(word, "stranger");
	return SLICE_STRANGER;
}

static enum slice_context context_of(const char *word)
{
	int context = SLICE_CONTEXTS;

	while (context-- > 1)
		if (!strcmp(word, slice_context_name(context)))
			return context;
	return SLICE_BY_NOBODY;
}

static void take_words(struct slice *slice, struct cast *cast, char *rest)
{
	static char in[64];

	for (char *word = strtok(rest, " "); word; word = strtok(NULL, " ")) {
		if (!strncmp(word, "cpu", 3)) {
			slice->cpu = strtoull(word + 3, NULL, 10);
		} else if (!strcmp(word, "in")) {
			snprintf(in, sizeof(in), "%s", strtok(NULL, " "));
			if (!strcmp(in, "records"))
				strcat(strcat(in, " "), strtok(NULL, " "));
			slice->reason = slice_text(in);
		} else if (!strcmp(word, "by")) {
			slice->context = context_of(strtok(NULL, " "));
			if (slice->context == SLICE_BY_THREAD || slice->context == SLICE_BY_BIRTH)
				slice->waker = who_of(cast, strtok(NULL, " "));
		} else if (!strcmp(word, "flight")) {
			slice->flight_ns = strtoull(strtok(NULL, " "), NULL, 10);
		} else if (!strcmp(word, "still")) {
			slice->goes_on = true;
		} else {
			fail_msg("%s?", word);
		}
	}
}

static uint64_t add_line(struct why_store *store, struct cast *cast, char *line)
{
	struct slice slice = { .cpu = SLICE_NO_CPU };
	char name[16], state[16];
	unsigned long from, to;
	int used;

	assert_int_equal(sscanf(line, "%lu-%lu %15s %15s%n", &from, &to, name, state, &used), 4);
	slice.start_ns = slice.began_ns = from;
	slice.end_ns = to;
	slice.who = who_of(cast, name);
	slice.state = state_of(state);
	take_words(&slice, cast, line + used);
	if (slice.state == SLICE_SYSCALL) {
		slice.syscall = slice.reason;
		slice.reason = slice_text("");
	}
	assert_int_equal(why_store_add(store, &slice), 0);
	return !strcmp(name, "me") ? to : 0;
}

static uint64_t add_states(struct why_store *store, const char *states)
{
	struct cast cast = { .names = { "me" }, .count = 1 };
	char *text = strdup(states), *rest = text, *line;
	uint64_t end = 0, to;

	while ((line = strsep(&rest, "\n")) && *line) {
		to = add_line(store, &cast, line);
		end = to > end ? to : end;
	}
	free(text);
	return end;
}

static void print_node(const struct why_store *store, const struct why_tree *tree, uint32_t node,
		       char *out)
{
	struct why_shown shown = { .most = SIZE_MAX };
	char who[WHY_LABEL_MAX], what[WHY_LABEL_MAX];

	assert_int_equal(why_tree_children(tree, node, &shown), 0);
	for (size_t i = 0; i < shown.count; i++) {
		const struct why_node *it = &tree->nodes[shown.nodes[i]];

		why_label_thread(who, store, it->key.thread);
		why_label_what(what, store, it);
		sprintf(out + strlen(out), "%*s%llu  %s %s\n", (int)(it->depth - 1) * 2, "",
			(unsigned long long)it->ns, who, what);
		print_node(store, tree, shown.nodes[i], out);
	}
	free(shown.nodes);
}

static void check_sums(const struct why_tree *tree, uint64_t span)
{
	uint64_t own = 0, of_sum = 0;

	assert_int_equal(tree->nodes[WHY_TREE].ns, span);
	assert_int_equal(tree->nodes[WHY_SUM].ns, span);
	for (size_t i = WHY_ROOTS; i < tree->count; i++)
		*(tree->nodes[i].key.parent == WHY_SUM ? &of_sum : &own) += tree->nodes[i].own_ns;
	assert_int_equal(own, span);
	assert_int_equal(of_sum, span);
}

static void test_situation(void **state)
{
	const struct situation *situation = *state;
	static char path[4096];
	struct why_store *store;
	struct why_tree tree;
	uint64_t end;

	assert_int_equal(why_store_new(&store), 0);
	assert_int_equal(why_store_want(store, 0, UINT64_MAX), 0);
	end = add_states(store, situation->states);
	assert_int_equal(why_store_finish(store, situation->knows_idle), 0);
	assert_int_equal(why_tree_init(&tree), 0);
	assert_int_equal(why_walk(store, why_store_thread(store, 1), 0, end, &tree), 0);
	check_sums(&tree, end);
	path[0] = '\0';
	print_node(store, &tree, WHY_TREE, path);
	assert_string_equal(path, situation->path);
	why_tree_fini(&tree);
	why_store_free(store);
}

/* ---- captures ---- */

static uint64_t slice_capture(const struct captext_buffer *capture, slice_fn tell, void *ctx)
{
	const struct slice_changes_options options = { .arch = REC_ARCH_X86_64 };
	struct slice_changes *changes;
	struct exporter exporter;
	uint64_t start;

	assert_int_equal(slice_changes_new(&changes, &options, tell, ctx), 0);
	exporter = slice_changes_exporter(changes);
	kept_play(capture, &exporter, 25, NULL);
	start = slice_changes_start(changes);
	slice_changes_free(changes);
	return start;
}

static uint64_t slice_trace(const struct captext_buffer *trace, slice_fn tell, void *ctx)
{
	const struct gt_event *event;
	struct slice_events *events;
	struct gt_reader *reader;
	uint64_t start;

	assert_int_equal(gt_reader_new_memory(&reader, trace->data, trace->size, NULL), 0);
	assert_int_equal(slice_events_new(&events, tell, ctx), 0);
	while (!gt_reader_next(reader, &event) && event)
		assert_int_equal(slice_events_add(events, reader, event), 0);
	assert_int_equal(slice_events_end(events), 0);
	start = slice_events_start(events);
	slice_events_free(events);
	gt_reader_free(reader);
	return start;
}

typedef uint64_t (*source_fn)(const struct captext_buffer *data, slice_fn tell, void *ctx);

static int keep(void *ctx, const struct slice *slice)
{
	return why_store_add(ctx, slice);
}

static int ignore(void *ctx, const struct slice *slice)
{
	(void)ctx;
	(void)slice;
	return 0;
}

static void check_span(const struct why_store *store, const struct why_span *span)
{
	uint32_t thread = why_store_thread(store, span->id);
	struct why_tree tree;

	if (thread == WHY_NONE) /* it is not there in that time */
		return;
	assert_int_equal(why_tree_init(&tree), 0);
	assert_int_equal(why_walk(store, thread, span->from, span->to, &tree), 0);
	check_sums(&tree, span->to - span->from);
	why_tree_fini(&tree);
}

static void check_request(const struct captext_buffer *data, source_fn source, uint64_t start,
			  const struct why_request *request)
{
	struct why_store *store;
	struct why_pick *pick;
	const struct why_span *spans;
	enum why_fault fault;
	size_t count;

	assert_int_equal(why_pick_new(&pick, request), 0);
	why_pick_begin(pick, start);
	source(data, why_pick_add, pick);
	assert_int_equal(why_pick_finish(pick, &fault), 0);
	spans = why_pick_spans(pick, &count);
	assert_int_equal(why_store_new(&store), 0);
	for (size_t i = 0; i < count; i++) {
		if (i)
			assert_true(spans[i].to - spans[i].from <=
				    spans[i - 1].to - spans[i - 1].from);
		assert_int_equal(why_store_want(store, spans[i].from, spans[i].to), 0);
	}
	source(data, keep, store);
	assert_int_equal(why_store_finish(store, true), 0);
	for (size_t i = 0; i < count; i++)
		check_span(store, &spans[i]);
	why_store_free(store);
	why_pick_free(pick);
}

static void check_source(const struct captext_buffer *data, source_fn source)
{
	static const struct why_request requests[] = {
		{ .thread = NULL },
		{ .slowest = 5, .of = "read" },
		{ .slowest = 100, .of = "futex" },
		{ .thread = "dpkg", .has_from = true, .from_ns = 1000000 },
		{ .thread = "mix", .has_to = true, .to_ns = 50000000 },
	};
	uint64_t start = source(data, ignore, NULL);

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		check_request(data, source, start, &requests[i]);
}

static void test_capture(void **state)
{
	struct captext_buffer capture = { 0 }, trace = { 0 };

	kept_read(*state, &capture);
	kept_play(&capture, NULL, 25, &trace);
	check_source(&capture, slice_capture);
	check_source(&trace, slice_trace);
	free(capture.data);
	free(trace.data);
}

int main(void)
{
	enum {
		ROWS = sizeof(situations) / sizeof(*situations)
	};
	struct CMUnitTest *tests;
	size_t n = 0;
	glob_t files;
	int failed;

	if (glob("tests/captures/6.1[28]*/*.gtraw", 0, NULL, &files)) {
		fprintf(stderr, "no tests/captures/6.1[28]*/*.gtraw\n");
		return 1;
	}
	tests = calloc(files.gl_pathc + ROWS, sizeof(*tests));
	for (; n < ROWS; n++)
		tests[n] = (struct CMUnitTest){ .name = situations[n].name,
						.test_func = test_situation,
						.initial_state = (void *)&situations[n] };
	for (size_t i = 0; i < files.gl_pathc; i++)
		tests[n++] = (struct CMUnitTest){ .name = files.gl_pathv[i],
						  .test_func = test_capture,
						  .initial_state = files.gl_pathv[i] };
	failed = _cmocka_run_group_tests("why", tests, n, NULL, NULL);
	globfree(&files);
	free(tests);
	return failed;
}
