// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "lib/perfettotext.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "export/perfetto/perfetto.pb-c.h"

#define MAX_CPUS 1024

struct line {
	uint64_t ns;
	size_t order;
	uint32_t cpu;
	const Pf__FtraceBundle *bundle; /* a row of its columns, or an event, or neither */
	const Pf__FtraceEvent *event;
	size_t row;
	enum {
		LINE_TEXT,
		LINE_SWITCH,
		LINE_WAKING,
		LINE_EVENT
	} kind;
	char text[160];
};

struct reading {
	FILE *out;
	struct line *lines;
	size_t count, room;
	int error;
	/* Who the last switch of a CPU brought. */
	bool seen[MAX_CPUS];
	int tid[MAX_CPUS];
	char comm[MAX_CPUS][64];
	uint64_t since_ns[MAX_CPUS];
	uint64_t last_ns;
	bool has_last; /* the first event may be of time 0 */
	perfettotext_run_fn run; /* NULL: nobody asks */
	void *ctx;
};

static struct line *add(struct reading *reading, uint64_t ns, int kind)
{
	struct line *line;

	if (reading->count == reading->room) {
		reading->room = reading->room ? 2 * reading->room : 64;
		reading->lines = realloc(reading->lines, reading->room * sizeof(*line));
	}
	line = &reading->lines[reading->count];
	memset(line, 0, sizeof(*line));
	line->ns = ns;
	line->order = reading->count++;
	line->kind = kind;
	return line;
}

static void add_text(struct reading *reading, uint64_t ns, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add_text(struct reading *reading, uint64_t ns, const char *format, ...)
{
	struct line *line = add(reading, ns, LINE_TEXT);
	va_list args;

	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
}

/* ---- gathering ---- */

static void add_columns(struct reading *reading, const Pf__FtraceBundle *bundle, uint64_t offset)
{
	const Pf__FtraceBundle__Columns *columns = bundle->compact_sched;
	uint64_t ns = offset;

	if (!columns)
		return;
	if (columns->n_switch_prev_state != columns->n_switch_timestamp ||
	    columns->n_switch_next_pid != columns->n_switch_timestamp ||
	    columns->n_switch_next_prio != columns->n_switch_timestamp ||
	    columns->n_switch_next_comm_index != columns->n_switch_timestamp ||
	    columns->n_waking_pid != columns->n_waking_timestamp ||
	    columns->n_waking_target_cpu != columns->n_waking_timestamp ||
	    columns->n_waking_prio != columns->n_waking_timestamp ||
	    columns->n_waking_comm_index != columns->n_waking_timestamp ||
	    columns->n_waking_common_flags != columns->n_waking_timestamp)
		reading->error = -EINVAL;
	for (size_t i = 0; !reading->error && i < columns->n_switch_timestamp; i++) {
		struct line *line = add(reading, ns += columns->switch_timestamp[i], LINE_SWITCH);

		line->bundle = bundle;
		line->row = i;
		line->cpu = bundle->cpu;
	}
	ns = offset;
	for (size_t i = 0; !reading->error && i < columns->n_waking_timestamp; i++) {
		struct line *line = add(reading, ns += columns->waking_timestamp[i], LINE_WAKING);

		line->bundle = bundle;
		line->row = i;
		line->cpu = bundle->cpu;
	}
}

static void add_bundle(struct reading *reading, const Pf__FtraceBundle *bundle)
{
	uint64_t offset = (uint64_t)(bundle->boot_timestamp - bundle->ftrace_timestamp);
	size_t first = reading->count, lost = SIZE_MAX;

	if (bundle->cpu >= MAX_CPUS ||
	    bundle->ftrace_clock != PF__FTRACE_CLOCK__FTRACE_CLOCK_LOCAL) {
		reading->error = -EINVAL;
		return;
	}
	if (bundle->lost_events) {
		lost = reading->count;
		add_text(reading, UINT64_MAX, "cpu%u lost_events", bundle->cpu);
	}
	add_columns(reading, bundle, offset);
	for (size_t i = 0; i < bundle->n_event; i++) {
		struct line *line = add(reading, bundle->event[i]->timestamp + offset, LINE_EVENT);

		line->event = bundle->event[i];
		line->cpu = bundle->cpu;
	}
	/* It stands just before the first event of its bundle. */
	for (size_t i = first; lost != SIZE_MAX && i < reading->count; i++)
		if (reading->lines[i].ns < reading->lines[lost].ns)
			reading->lines[lost].ns = reading->lines[i].ns;
}

static void add_tree(struct reading *reading, const Pf__Packet *packet)
{
	const Pf__ProcessTree *tree = packet->process_tree;

	for (size_t i = 0; i < tree->n_processes; i++)
		add_text(reading, packet->timestamp, "process %d of %d %s%s",
			 tree->processes[i]->pid, tree->processes[i]->ppid,
			 tree->processes[i]->cmdline[0],
			 tree->processes[i]->is_kthread ? " kernel" : "");
	for (size_t i = 0; i < tree->n_threads; i++)
		add_text(reading, packet->timestamp, "thread %d of %d", tree->threads[i]->tid,
			 tree->threads[i]->tgid);
}

static void add_packet(struct reading *reading, const Pf__Packet *packet)
{
	const Pf__TaskState *state = packet->generic_kernel_task_state_event;
	const Pf__TrackEvent *event = packet->track_event;

	if (packet->ftrace_events)
		add_bundle(reading, packet->ftrace_events);
	if (packet->process_tree)
		add_tree(reading, packet);
	if (packet->system_info)
		add_text(reading, 0, "machine %s %s cpus=%u", packet->system_info->utsname->machine,
			 packet->system_info->utsname->release, packet->system_info->num_cpus);
	if (state)
		add_text(reading, packet->timestamp, "state %s:%d %s", state->comm, (int)state->tid,
			 state->state == PF__TASK_STATE__STATE__ASLEEP ? "asleep" : "runnable");
	if (event)
		add_text(reading, packet->timestamp, "track %u %s",
			 (unsigned)event->track_uuid & 0xff, event->name ? event->name : "end");
}

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* ---- printing ---- */

static const char *state_letter(int64_t state)
{
	static const struct {
		int64_t state;
		const char *letter;
	} rows[] = { { 0, "R" },    { 1, "S" },	     { 2, "D" },    { 4, "T" },
		     { 8, "t" },    { 0x10, "X" },   { 0x20, "Z" }, { 0x40, "P" },
		     { 0x80, "I" }, { 0x100, "R+" }, { 0x200, "?" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].state == state)
			return rows[i].letter;
	return "wrong";
}

static void bring(struct reading *reading, uint32_t cpu, int tid, const char *comm)
{
	if (reading->run && reading->seen[cpu])
		reading->run(reading->ctx, cpu, (uint32_t)reading->tid[cpu], reading->since_ns[cpu],
			     reading->last_ns);
	reading->since_ns[cpu] = reading->last_ns;
	reading->seen[cpu] = true;
	reading->tid[cpu] = tid;
	snprintf(reading->comm[cpu], sizeof(reading->comm[cpu]), "%s", comm);
}

static void print_column(struct reading *reading, const struct line *line)
{
	const Pf__FtraceBundle__Columns *columns = line->bundle->compact_sched;
	size_t i = line->row;
	const char *comm;

	/* A reader passes over what comes before the first whole switch. */
	if (!reading->seen[line->cpu])
		reading->error = -EINVAL;
	if (line->kind == LINE_WAKING) {
		comm = columns->intern_table[columns->waking_comm_index[i]];
		fprintf(reading->out, "waking %s:%d on cpu%d by %s:%d flags=%u", comm,
			columns->waking_pid[i], columns->waking_target_cpu[i],
			reading->comm[line->cpu], reading->tid[line->cpu],
			columns->waking_common_flags[i]);
		return;
	}
	comm = columns->intern_table[columns->switch_next_comm_index[i]];
	fprintf(reading->out, "switch prev=%s:%d %s next=%s:%d", reading->comm[line->cpu],
		reading->tid[line->cpu], state_letter(columns->switch_prev_state[i]), comm,
		columns->switch_next_pid[i]);
	bring(reading, line->cpu, columns->switch_next_pid[i], comm);
}

static void print_switch(struct reading *reading, uint32_t cpu, const Pf__Switch *event)
{
	fprintf(reading->out, "switch* prev=%s:%d %s next=%s:%d", event->prev_comm, event->prev_pid,
		state_letter(event->prev_state), event->next_comm, event->next_pid);
	bring(reading, cpu, event->next_pid, event->next_comm);
}

static void print_event(struct reading *reading, const struct line *line)
{
	const Pf__FtraceEvent *event = line->event;
	FILE *out = reading->out;

	if (event->sched_switch)
		print_switch(reading, line->cpu, event->sched_switch);
	else if (event->sched_waking)
		fprintf(out, "waking* %s:%d on cpu%d by %u", event->sched_waking->comm,
			event->sched_waking->pid, event->sched_waking->target_cpu, event->pid);
	else if (event->task_newtask)
		fprintf(out, "newtask %s:%d by %u%s", event->task_newtask->comm,
			event->task_newtask->pid, event->pid,
			event->task_newtask->clone_flags ? "" : " new process");
	else if (event->task_rename)
		fprintf(out, "rename %d %s -> %s", event->task_rename->pid,
			event->task_rename->oldcomm, event->task_rename->newcomm);
	else if (event->sched_process_free)
		fprintf(out, "free %s:%d", event->sched_process_free->comm,
			event->sched_process_free->pid);
	else if (event->sched_blocked_reason)
		fprintf(out, "blocked %d io_wait=%u", event->sched_blocked_reason->pid,
			event->sched_blocked_reason->io_wait);
	else if (event->sys_enter)
		fprintf(out, "sys_enter %u nr=%" PRId64, event->pid, event->sys_enter->id);
	else if (event->sys_exit && event->sys_exit->has_ret)
		fprintf(out, "sys_exit %u nr=%" PRId64 " ret=%" PRId64, event->pid,
			event->sys_exit->id, event->sys_exit->ret);
	else if (event->sys_exit)
		fprintf(out, "sys_exit %u nr=%" PRId64, event->pid, event->sys_exit->id);
	else
		reading->error = -EINVAL;
}

static void print_line(struct reading *reading, const struct line *line)
{
	if (line->kind == LINE_TEXT) {
		fprintf(reading->out, "%" PRIu64 " %s\n", line->ns, line->text);
		return;
	}
	/* Ties would be in no order. */
	if (reading->has_last && line->ns <= reading->last_ns)
		reading->error = -EINVAL;
	reading->has_last = true;
	reading->last_ns = line->ns;
	fprintf(reading->out, "%" PRIu64 " cpu%u ", line->ns, line->cpu);
	if (line->kind == LINE_EVENT)
		print_event(reading, line);
	else
		print_column(reading, line);
	fputc('\n', reading->out);
}

static int read_all(struct reading *reading, const void *data, size_t size)
{
	Pf__Trace *trace = pf__trace__unpack(NULL, size, data);

	if (!trace)
		return -EINVAL;
	for (size_t i = 0; i < trace->n_packet; i++)
		add_packet(reading, trace->packet[i]);
	if (reading->count)
		qsort(reading->lines, reading->count, sizeof(*reading->lines), by_time);
	for (size_t i = 0; i < reading->count; i++)
		print_line(reading, &reading->lines[i]);
	pf__trace__free_unpacked(trace, NULL);
	return reading->error;
}

static struct reading *new_reading(FILE *out)
{
	struct reading *reading = calloc(1, sizeof(*reading));

	if (reading)
		reading->out = out;
	return reading;
}

static int free_reading(struct reading *reading, int err)
{
	free(reading->lines);
	free(reading);
	return err;
}

int perfettotext_print(FILE *out, const void *data, size_t size)
{
	struct reading *reading = new_reading(out);

	return reading ? free_reading(reading, read_all(reading, data, size)) : -ENOMEM;
}

int perfettotext_runs(const void *data, size_t size, uint64_t end_ns, perfettotext_run_fn run,
		      void *ctx)
{
	char *text = NULL;
	size_t text_size;
	FILE *out = open_memstream(&text, &text_size);
	struct reading *reading = new_reading(out);
	int err = -ENOMEM;

	if (out && reading) {
		reading->run = run;
		reading->ctx = ctx;
		err = read_all(reading, data, size);
	}
	for (uint32_t cpu = 0; !err && cpu < MAX_CPUS; cpu++) {
		if (reading->last_ns < end_ns)
			reading->last_ns = end_ns;
		bring(reading, cpu, 0, "");
	}
	if (out)
		fclose(out);
	free(text);
	return reading ? free_reading(reading, err) : err;
}
