// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "fuse/sumtext.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/quantity.h"

struct page {
	const struct sums *sums;
	size_t most;
	struct out *out;
};

static __attribute__((format(printf, 2, 3))) void print(const struct page *page, const char *format,
							...)
{
	char line[512];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	out_bytes(page->out, line, size < (int)sizeof(line) ? (size_t)size : sizeof(line) - 1);
}

static void print_time(const struct page *page, uint64_t ns)
{
	char text[16];

	print(page, "%9s ", quantity_format_time(text, sizeof(text), ns));
}

static void print_share(const struct page *page, uint64_t part, uint64_t whole)
{
	if (whole)
		print(page, "%4.0f%% ", (double)part * 100 / (double)whole);
	else
		print(page, "%5s ", "");
}

static void print_text(const struct page *page, uint32_t id, const char *none)
{
	size_t size;
	const char *text = fuse_kernel_text(page->sums->kernel, id, &size);

	if (size)
		out_bytes(page->out, text, size);
	else
		out_str(page->out, none);
}

static void print_more(const struct page *page, size_t count)
{
	if (count > page->most)
		print(page, "and %zu more\n", count - page->most);
}

/* ---- groups of goroutines, a table for each state ---- */

static void print_name(const struct page *page, const struct sums_row *row)
{
	if (row == &page->sums->all)
		out_str(page->out, "ALL");
	else
		print_text(page, row->name, "(not known)");
	out_char(page->out, '\n');
}

static void running(const struct page *page, const struct sums_row *row)
{
	print_time(page, row->running);
	print_time(page, row->on_cpu);
	print_share(page, row->on_cpu, row->running);
	for (size_t i = 0; i < FUSE_CLASSES; i++)
		print_time(page, row->off[i]);
	print_time(page, row->unseen);
	print(page, "%6" PRIu64 " ", row->goroutines);
	print_name(page, row);
}

static void in_syscalls(const struct page *page, const struct sums_row *row)
{
	if (!row->syscall)
		return;
	print_time(page, row->syscall);
	print_time(page, row->syscall_on);
	print_time(page, row->syscall_queue);
	print_time(page, row->syscall_asleep);
	print_time(page, row->syscall_unseen);
	print_name(page, row);
}

static void runnable(const struct page *page, const struct sums_row *row)
{
	if (!row->runnable)
		return;
	print_time(page, row->runnable);
	for (size_t i = 0; i < SUMS_DOINGS; i++)
		print_time(page, row->doing[i]);
	print_name(page, row);
}

static void waiting(const struct page *page, const struct sums_row *row)
{
	if (!row->waiting)
		return;
	print_time(page, row->waiting);
	print_time(page, row->late);
	print_name(page, row);
}

/* whole: all of it; 0: there is nothing to show. */
static void print_rows(const struct page *page, uint64_t whole, const char *head,
		       void (*row)(const struct page *, const struct sums_row *))
{
	const struct sums *sums = page->sums;

	if (!whole)
		return;
	print(page, "\n%s\n", head);
	row(page, &sums->all);
	for (size_t i = 0; i < sums->rows_count && i < page->most; i++)
		row(page, &sums->rows[i]);
	print_more(page, sums->rows_count);
}

static void print_states(const struct page *page)
{
	const struct sums_row *all = &page->sums->all;

	print_rows(
		page, all->running,
		"  RUNNING    ON CPU       PREEMPTED THROTTLED    ASLEEP     WOKEN    UNSEEN      "
		"N GOROUTINES",
		running);
	print_rows(page, all->syscall,
		   " SYSCALLS    ON CPU     QUEUE    ASLEEP    UNSEEN GOROUTINES", in_syscalls);
	print_rows(page, all->runnable,
		   " RUNNABLE      BUSY   HELD UP       CPU   RUNTIME    NOBODY GOROUTINES",
		   runnable);
	print_rows(page, all->waiting, "  WAITING      LATE GOROUTINES", waiting);
}

/* ---- pairs ---- */

static void print_pairs(const struct page *page, const char *head, const struct fuse_pairs *pairs,
			const char *none)
{
	if (!pairs->count)
		return;
	print(page, "\n%s\n", head);
	for (size_t i = 0; i < pairs->count && i < page->most; i++) {
		const struct fuse_pair *pair = &pairs->list[i];

		print_time(page, pair->ns);
		print(page, "%8" PRIu64 " ", pair->times);
		print_time(page, pair->longest);
		print_time(page, pair->longest_at - page->sums->begin);
		print_text(page, pair->what, none);
		if (pairs != &page->sums->meanwhile) {
			out_str(page->out, "   ");
			print_text(page, pair->who, "(not known)");
		}
		out_char(page->out, '\n');
	}
	print_more(page, pairs->count);
}

/* ---- syscalls ---- */

/* In what it slept longest. */
static uint32_t slept_in(const struct sums *sums, uint32_t name)
{
	for (size_t i = 0; i < sums->inside.count; i++)
		if (sums->inside.list[i].who == name)
			return sums->inside.list[i].what;
	return 0;
}

static void print_calls(const struct page *page)
{
	const struct sums *sums = page->sums;

	if (!sums->calls_count)
		return;
	print(page, "\n SYSCALLS     TIMES    ON CPU     QUEUE           ASLEEP BY, ASLEEP MOSTLY "
		    "IN\n");
	for (size_t i = 0; i < sums->calls_count && i < page->most; i++) {
		const struct sums_call *call = &sums->calls[i];
		uint32_t in = slept_in(sums, call->name);

		print_time(page, call->ns);
		print(page, "%9" PRIu64 " ", call->times);
		print_time(page, call->on_cpu);
		print_time(page, call->queue);
		print_share(page, call->queue, call->ns);
		print_time(page, call->asleep);
		print_text(page, call->name, "(not known)");
		if (in) {
			out_str(page->out, ", ");
			print_text(page, in, "");
		}
		out_char(page->out, '\n');
	}
	print_more(page, sums->calls_count);
}

/* ---- stops of the world ---- */

static void print_stops(const struct page *page)
{
	const struct sums *sums = page->sums;

	if (!sums->stops_count)
		return;
	print(page,
	      "\n  STOPPED     TIMES LAST P IN       OFF   STOPPER   LONGEST        AT STOPS OF "
	      "THE WORLD\n");
	for (size_t i = 0; i < sums->stops_count && i < page->most; i++) {
		const struct sums_stop *stop = &sums->stops[i];

		print_time(page, stop->ns);
		print(page, "%9" PRIu64 " ", stop->times);
		print_time(page, stop->until_last);
		print_time(page, stop->last_off);
		print_time(page, stop->stopper_off);
		print_time(page, stop->longest);
		print_time(page, stop->longest_at - sums->begin);
		print_text(page, stop->kind, "(not known)");
		out_char(page->out, '\n');
	}
	print_more(page, sums->stops_count);
}

/* ---- the longest ---- */

static void print_longest(const struct page *page)
{
	static const char *const classes[FUSE_CLASSES] = { "preempted", "throttled", "asleep",
							   "waits for a CPU" };
	const struct sums *sums = page->sums;
	char text[16];

	if (!sums->longest_count)
		return;
	print(page, "\n  OFF CPU        AT GOROUTINE   THREAD WHAT, AND WHICH GOROUTINE\n");
	for (size_t i = 0; i < sums->longest_count && i < page->most; i++) {
		const struct sums_longest *one = &sums->longest[i];

		print_time(page, one->ns);
		print_time(page, one->at - sums->begin);
		print(page, "%9" PRIu64 " %8" PRIu64 " ", one->g, one->m);
		print_text(page, one->cause, "");
		for (size_t k = 0; k < FUSE_CLASSES; k++)
			if (one->off[k] && one->off[k] != one->ns)
				print(page, "; %s %s", classes[k],
				      quantity_format_time(text, sizeof(text), one->off[k]));
		out_str(page->out, "   ");
		print_text(page, one->name, "(not known)");
		out_char(page->out, '\n');
	}
}

/* ---- all of it ---- */

static void print_process(const struct page *page)
{
	const struct sums *sums = page->sums;
	const uint64_t parts[] = { sums->process_cpu, sums->running_cpu, sums->syscall_cpu,
				   sums->without_cpu, sums->unknown_cpu };
	char text[5][16];

	for (size_t i = 0; i < 5; i++)
		quantity_format_time(text[i], sizeof(text[i]), parts[i]);
	print(page,
	      "\nThe kernel gave the process %s of CPU time = %s goroutines running + %s in "
	      "syscalls "
	      "+\n%s threads without a goroutine + %s threads that Go does not know.\n",
	      text[0], text[1], text[2], text[3], text[4]);
}

void sums_print(const struct sums *sums, const struct sums_files *files, size_t most,
		struct out *out)
{
	const struct page page = { sums, most, out };
	char text[16];

	out_str(out, files->trace);
	out_str(out, " and ");
	out_str(out, files->capture);
	print(&page, ": process %u, %s in common\n", sums->belong->tgid,
	      quantity_format_time(text, sizeof(text), sums->end - sums->begin));
	print_states(&page);
	print_pairs(
		&page,
		"   WAITED    TIMES   LONGEST        AT RUNNING, BUT ITS THREAD WAITED: WHY, AND "
		"WHO",
		&sums->waited, "");
	print_pairs(&page, "      RAN    TIMES   LONGEST        AT WHO RAN ON THAT CPU MEANWHILE",
		    &sums->meanwhile, "(nobody in the capture)");
	print_pairs(&page,
		    "    SLEPT    TIMES   LONGEST        AT RUNNING, BUT ITS THREAD SLEPT IN",
		    &sums->slept, "(not known)");
	print_pairs(
		&page,
		"     LATE    TIMES   LONGEST        AT WAITING, AND ITS END NOTICED LATE BY WHO "
		"SLEPT IN",
		&sums->late, "(not known)");
	print_calls(&page);
	print_stops(&page);
	print_longest(&page);
	print_process(&page);
}
