// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The sums as JSON: times in ns, moments in ns since the common time began. */
#include "base/json.h"
#include "fuse/sumtext.h"

#define SCHEMA 1

static const char *const class_names[FUSE_CLASSES] = { "preempted_ns", "throttled_ns", "asleep_ns",
						       "woken_ns" };
static const char *const doing_names[SUMS_DOINGS] = { "busy_ns", "held_up_ns", "cpu_ns",
						      "runtime_ns", "nobody_ns" };

struct page {
	const struct sums *sums;
	struct json *json;
};

static void put(const struct page *page, const char *name, uint64_t value)
{
	json_name(page->json, name);
	json_u64(page->json, value);
}

static void put_text(const struct page *page, const char *name, uint32_t id)
{
	size_t size;
	const char *text = fuse_kernel_text(page->sums->kernel, id, &size);

	json_name(page->json, name);
	if (size)
		json_text(page->json, text, size);
	else
		json_null(page->json);
}

static void put_running(const struct page *page, const struct sums_row *row)
{
	json_name(page->json, "running");
	json_object(page->json);
	put(page, "ns", row->running);
	put(page, "on_cpu_ns", row->on_cpu);
	for (size_t i = 0; i < FUSE_CLASSES; i++)
		put(page, class_names[i], row->off[i]);
	put(page, "unseen_ns", row->unseen);
	json_end_object(page->json);
}

static void put_syscall(const struct page *page, const struct sums_row *row)
{
	json_name(page->json, "syscall");
	json_object(page->json);
	put(page, "ns", row->syscall);
	put(page, "on_cpu_ns", row->syscall_on);
	put(page, "queue_ns", row->syscall_queue);
	put(page, "asleep_ns", row->syscall_asleep);
	put(page, "unseen_ns", row->syscall_unseen);
	json_end_object(page->json);
}

static void put_runnable(const struct page *page, const struct sums_row *row)
{
	json_name(page->json, "runnable");
	json_object(page->json);
	put(page, "ns", row->runnable);
	for (size_t i = 0; i < SUMS_DOINGS; i++)
		put(page, doing_names[i], row->doing[i]);
	json_end_object(page->json);
}

static void put_row(const struct page *page, const struct sums_row *row)
{
	put(page, "goroutines", row->goroutines);
	put_running(page, row);
	put_syscall(page, row);
	put_runnable(page, row);
	json_name(page->json, "waiting");
	json_object(page->json);
	put(page, "ns", row->waiting);
	put(page, "late_ns", row->late);
	json_end_object(page->json);
}

static void put_rows(const struct page *page)
{
	json_name(page->json, "all");
	json_object(page->json);
	put_row(page, &page->sums->all);
	json_end_object(page->json);
	json_name(page->json, "groups");
	json_array(page->json);
	for (size_t i = 0; i < page->sums->rows_count; i++) {
		json_object(page->json);
		put_text(page, "name", page->sums->rows[i].name);
		put_row(page, &page->sums->rows[i]);
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

/* who may be NULL: the pairs have none. */
static void put_pairs(const struct page *page, const char *name, const char *who, const char *what,
		      const struct fuse_pairs *pairs)
{
	json_name(page->json, name);
	json_array(page->json);
	for (size_t i = 0; i < pairs->count; i++) {
		const struct fuse_pair *pair = &pairs->list[i];

		json_object(page->json);
		if (who)
			put_text(page, who, pair->who);
		put_text(page, what, pair->what);
		put(page, "ns", pair->ns);
		put(page, "times", pair->times);
		put(page, "longest_ns", pair->longest);
		put(page, "longest_at_ns", pair->longest_at - page->sums->begin);
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

static void put_calls(const struct page *page)
{
	json_name(page->json, "syscalls");
	json_array(page->json);
	for (size_t i = 0; i < page->sums->calls_count; i++) {
		const struct sums_call *call = &page->sums->calls[i];

		json_object(page->json);
		put_text(page, "function", call->name);
		put(page, "times", call->times);
		put(page, "ns", call->ns);
		put(page, "on_cpu_ns", call->on_cpu);
		put(page, "queue_ns", call->queue);
		put(page, "asleep_ns", call->asleep);
		put(page, "unseen_ns", call->unseen);
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

static void put_stops(const struct page *page)
{
	json_name(page->json, "stops_of_the_world");
	json_array(page->json);
	for (size_t i = 0; i < page->sums->stops_count; i++) {
		const struct sums_stop *stop = &page->sums->stops[i];

		json_object(page->json);
		put_text(page, "kind", stop->kind);
		put(page, "times", stop->times);
		put(page, "ns", stop->ns);
		put(page, "until_last_ns", stop->until_last);
		put(page, "last_off_ns", stop->last_off);
		put(page, "stopper_off_ns", stop->stopper_off);
		put(page, "longest_ns", stop->longest);
		put(page, "longest_at_ns", stop->longest_at - page->sums->begin);
		put(page, "longest_until_last_ns", stop->longest_until);
		put(page, "longest_last_off_ns", stop->longest_last_off);
		put(page, "longest_stopper_off_ns", stop->longest_stopper_off);
		json_name(page->json, "longest_last_thread");
		if (stop->longest_m == GT_NO_ID)
			json_null(page->json);
		else
			json_u64(page->json, stop->longest_m);
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

static void put_longest(const struct page *page)
{
	json_name(page->json, "longest_off_cpu");
	json_array(page->json);
	for (size_t i = 0; i < page->sums->longest_count; i++) {
		const struct sums_longest *one = &page->sums->longest[i];

		json_object(page->json);
		put(page, "ns", one->ns);
		put(page, "at_ns", one->at - page->sums->begin);
		put(page, "goroutine", one->g);
		put(page, "thread", one->m);
		put_text(page, "name", one->name);
		put_text(page, "cause", one->cause);
		for (size_t k = 0; k < FUSE_CLASSES; k++)
			put(page, class_names[k], one->off[k]);
		json_end_object(page->json);
	}
	json_end_array(page->json);
}

static void put_process(const struct page *page)
{
	const struct sums *sums = page->sums;

	json_name(page->json, "cpu_time");
	json_object(page->json);
	put(page, "process_ns", sums->process_cpu);
	put(page, "running_ns", sums->running_cpu);
	put(page, "syscall_ns", sums->syscall_cpu);
	put(page, "without_goroutine_ns", sums->without_cpu);
	put(page, "unknown_to_go_ns", sums->unknown_cpu);
	json_end_object(page->json);
}

void sums_print_json(const struct sums *sums, const struct sums_files *files, struct out *out)
{
	struct json json;
	const struct page page = { sums, &json };

	json_init(&json, out, JSON_INDENT);
	json_object(&json);
	put(&page, "schema", SCHEMA);
	json_name(&json, "kind");
	json_str(&json, "fusion");
	json_name(&json, "trace");
	json_str(&json, files->trace);
	json_name(&json, "capture");
	json_str(&json, files->capture);
	put(&page, "pid", sums->belong->tgid);
	put(&page, "begin_ns", sums->begin);
	put(&page, "duration_ns", sums->end - sums->begin);
	put(&page, "go_events", sums->belong->events);
	put(&page, "contradictions", sums->survey->contradictions);
	put(&page, "records_lost", sums->kernel->lost);
	put_rows(&page);
	put_pairs(&page, "waited", "group", "cause", &sums->waited);
	put_pairs(&page, "ran_meanwhile", NULL, "name", &sums->meanwhile);
	put_pairs(&page, "slept", "group", "in", &sums->slept);
	put_pairs(&page, "noticed_late", "group", "slept_in", &sums->late);
	put_calls(&page);
	put_pairs(&page, "syscall_sleeps", "function", "in", &sums->inside);
	put_stops(&page);
	put_longest(&page);
	put_process(&page);
	json_end_object(&json);
}
