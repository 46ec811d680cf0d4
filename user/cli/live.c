// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/live.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/clock.h"
#include "cli/family.h"
#include "cli/lost.h"
#include "cli/privilege.h"
#include "base/quantity.h"
#include "stream/relay.h"

/* How long records stay in the rings: they are sized for ten times that. */
#define POLL_NS 10000000
/* As much as the kernel lets one ring have; what a record takes in it if none was read. */
#define RING_MAX (1UL << 30)
#define RECORD_BYTES 16
/* While only waiting for the command. */
#define WAIT_NS 1000000000

static struct capture_options capture_options_of(const struct live_config *config)
{
	const struct live_options *options = config->options;
	struct capture_options out = {
		.scope = REC_SCOPE_SYSTEM,
		.pids = options->pids.pid,
		.pid_count = options->pids.count,
		.tids = options->tids.pid,
		.tid_count = options->tids.count,
		.children = options->children,
		.cgroup = options->cgroup,
		.buffer_bytes = options->buffer_bytes,
		.kernel_stacks = config->kernel_stacks,
		.command_line = config->line->text,
	};

	if (options->cgroup)
		out.scope = REC_SCOPE_CGROUP;
	else if (options->pids.count || options->tids.count || config->line->child)
		out.scope = REC_SCOPE_PROCESS;
	return out;
}

/* The command is forked first: what a capture holds open is none of its business. */
static int fork_command(struct live *live, struct diag *diag)
{
	int err = child_fork(&live->child, live->config.line->child, &live->signals);

	if (err)
		return diag_set(diag, err, "cannot start a process for the command: %s",
				strerror(-err));
	live->has_child = true;
	return 0;
}

/* A CPU's ring cannot have any size; what is less than half of what was asked for is said. */
static void say_if_smaller(const struct live *live)
{
	uint64_t bytes = capture_info(live->capture)->ring_bytes;
	char text[32];

	if (!live->config.talk->quiet && bytes < live->config.options->buffer_bytes / 2)
		cli_note("--buffer: %s is the most that these CPUs' rings can have",
			 quantity_format_bytes(text, sizeof(text), bytes));
}

/* Programs, maps, a ring for each CPU, a descriptor for each process: 1024 may be too few. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* without it a message comes when they run out */
}

/* Marks those behind the first `from`. One that has ended meanwhile is nobody's concern. */
static int mark_family(struct live *live, const struct family *family, size_t from,
		       struct diag *diag)
{
	for (size_t i = from; i < family->count; i++) {
		struct diag why = { "" };
		int err = capture_mark(live->capture, family->pids[i], true, &why);

		if (err && err != -ESRCH)
			return diag_set(diag, err, "%s", why.text);
	}
	return 0;
}

/* What a marked process forks is marked: once no unmarked one is found there is none. */
static int mark_descendants(struct live *live, struct family *family, struct diag *diag)
{
	size_t marked = family->count;

	for (;;) {
		int err = family_add_descendants(family);

		if (err)
			return diag_set(diag, err, "cannot find child processes in /proc: %s",
					strerror(-err));
		if (family->count == marked)
			return 0;
		err = mark_family(live, family, marked, diag);
		if (err)
			return err;
		marked = family->count;
	}
}

/* Servers that fork: who gives the pid of the first process mostly wants the others too. */
static void say_who_is_left_out(struct family *family)
{
	size_t given = family->count;

	if (!family_add_descendants(family) && family->count > given)
		cli_note("%zu child process%s of what is traced %s not: --children adds them",
			 family->count - given, family->count - given == 1 ? "" : "es",
			 family->count - given == 1 ? "is" : "are");
}

static int see_to_children(struct live *live, struct diag *diag)
{
	const struct live_options *options = live->config.options;
	struct family family = { 0 };
	int err = 0;

	for (size_t i = 0; i < options->pids.count && !err; i++)
		err = family_add(&family, options->pids.pid[i]);
	if (!err && options->children)
		err = mark_descendants(live, &family, diag);
	else if (!err && !live->config.talk->quiet)
		say_who_is_left_out(&family);
	family_fini(&family);
	return err;
}

int live_open(struct live *live, const struct live_config *config, struct diag *diag)
{
	struct capture_options options = capture_options_of(config);
	int err;

	*live = (struct live){ .config = *config };
	err = capture_supported(diag);
	if (err)
		return err;
	signals_take(&live->signals);
	if (config->line->child)
		err = fork_command(live, diag);
	if (err)
		return err;
	allow_many_files(); /* not the command's: it was forked before */
	err = capture_open(&live->capture, &options, diag);
	if (err)
		return err;
	say_if_smaller(live);
	if (config->options->pids.count)
		err = see_to_children(live, diag);
	if (!err && live->has_child)
		err = capture_mark(live->capture, live->child.pid, true, diag);
	return err;
}

static bool signal_is_end(struct live *live, struct signal_seen seen)
{
	if (seen.number == 0 || seen.number == SIGCHLD)
		return false;
	live->signal = seen.number;
	/* What the terminal sends, the command gets by itself. */
	if (live->has_child && !seen.from_terminal)
		child_signal(&live->child, seen.number);
	return true;
}

static bool scope_has_ended(struct live *live)
{
	if (live->has_child)
		return child_poll(&live->child);
	return capture_targets_gone(live->capture);
}

static uint64_t left_ns(const struct live *live, uint64_t elapsed_ns)
{
	uint64_t duration = live->config.options->duration_ns;

	if (!duration)
		return PROGRESS_NO_END;
	return elapsed_ns < duration ? duration - elapsed_ns : 0;
}

static void show_progress(struct live *live, uint64_t elapsed_ns)
{
	struct progress_state state = { .elapsed_ns = elapsed_ns,
					.left_ns = left_ns(live, elapsed_ns),
					.endless = !live->config.options->duration_ns };
	struct capture_usage usage;

	if (!progress_due(&live->progress, elapsed_ns))
		return;
	capture_usage(live->capture, &usage);
	state.records = usage.records;
	state.lost = usage.dropped;
	state.events = __atomic_load_n(&live->events, __ATOMIC_RELAXED);
	state.bytes = __atomic_load_n(&live->bytes, __ATOMIC_RELAXED);
	progress_show(&live->progress, &state);
}

static bool tick(const struct live *live, const struct live_output *output)
{
	uint64_t now_ns = clock_now_ns();

	if (output->asked && signals_take_request(&live->signals))
		output->asked(output->ctx, now_ns);
	return output->tick && output->tick(output->ctx, now_ns);
}

/* Until the end; recording goes on. 0 or -errno of the stream. */
static int drain_until_end(struct live *live, const struct stream *to,
			   const struct live_output *output)
{
	bool ended = false;

	while (!ended) {
		uint64_t elapsed_ns = clock_now_ns() - live->begin_ns;
		uint64_t wait_ns = left_ns(live, elapsed_ns);
		struct signal_seen seen;
		int err;

		seen = signals_wait(&live->signals, wait_ns < POLL_NS ? wait_ns : POLL_NS);
		ended = wait_ns == 0 || signal_is_end(live, seen) || scope_has_ended(live);
		ended |= tick(live, output);
		err = capture_poll(live->capture, to);
		if (err)
			return err;
		show_progress(live, elapsed_ns);
	}
	return 0;
}

static int start_command(struct live *live, struct diag *diag)
{
	int err = child_go(&live->child);

	return err ? diag_set(diag, err, "cannot run '%s': %s", live->config.line->child[0],
			      strerror(-err))
		   : 0;
}

/* Recording, and nothing needs root any more. */
static int start_capture(struct live *live, struct diag *diag)
{
	int err = capture_start(live->capture, diag);

	if (err)
		return err;
	/* All is attached and the threads are listed: the rest can be done by anybody. */
	err = privilege_drop();
	if (err)
		return diag_set(diag, err, "cannot give up privileges: %s", strerror(-err));
	live->begin_ns = capture_begin_ns(live->capture);
	return 0;
}

/* Into the stream, up to the end. */
static int record_to(struct live *live, const struct stream *to, const struct live_output *output,
		     struct diag *diag)
{
	int err = capture_begin(live->capture, to);

	if (err)
		return err;
	if (output->asked)
		signals_take_requests(&live->signals);
	/* What a command says would run into the line. */
	progress_init(&live->progress, live->config.talk->quiet || live->has_child);
	/* To attach takes some tenths of a second: who watches wants to know from when on. */
	if (live->config.talk->verbose || (!live->config.talk->quiet && progress_terminal_takes()))
		cli_note("recording");
	if (live->has_child)
		err = start_command(live, diag);
	live->has_recorded = !err;
	if (!err)
		err = drain_until_end(live, to, output);
	progress_clear(&live->progress);
	live->end_ns = clock_now_ns();
	return err ? err : capture_stop(live->capture, to);
}

/* What comes after the stream has taken a round. */
struct after {
	struct live *live;
	const struct live_output *output;
};

static int after_round(void *ctx, const struct stream_counters *counters)
{
	const struct after *after = ctx;
	struct progress_state state = { 0 };

	(void)counters;
	after->output->measure(after->output->ctx, &state);
	__atomic_store_n(&after->live->events, state.events, __ATOMIC_RELAXED);
	__atomic_store_n(&after->live->bytes, state.bytes, __ATOMIC_RELAXED);
	return after->output->file ? output_flush(after->output->file) : 0;
}

/* What is converted may lag by that much: a second of what a converter can do. */
#define RELAY_BYTES (64UL << 20)

static int record(struct live *live, const struct live_output *output, struct diag *diag)
{
	static const struct stream_ops ops = { .round = after_round };
	struct after after = { live, output };
	struct relay *relay = NULL;
	struct stream_tee tee;
	struct stream to = stream_tee(&tee, output->stream, (struct stream){ &ops, &after });
	int err = output->is_slow ? relay_new(&relay, to, RELAY_BYTES) : 0;

	if (relay)
		to = relay_stream(relay);
	if (!err)
		err = record_to(live, &to, output, diag);
	relay_free(relay);
	return err;
}

int live_run(struct live *live, const struct live_output *output, struct diag *diag)
{
	int err = start_capture(live, diag);

	if (!err)
		err = record(live, output, diag);
	capture_usage(live->capture, &live->usage);
	capture_runs(live->capture, &live->runs, &live->runs_ns);
	return err;
}

/* All rings have one size, a power of two, so the worst CPU decides. */
uint64_t live_buffer_wanted(const struct live *live)
{
	const struct capture_usage *usage = &live->usage;
	uint64_t kept = usage->records - usage->dropped, rings, ring, wanted;
	struct sysinfo info;

	if (!usage->dropped_most)
		return 0;
	rings = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	ring = capture_info(live->capture)->ring_bytes / rings;
	wanted = ring + usage->dropped_most * (kept ? usage->bytes / kept + 1 : RECORD_BYTES);
	while (ring < wanted && ring < RING_MAX)
		ring *= 2;
	if (ring < wanted || (!sysinfo(&info) && ring * rings > info.freeram * info.mem_unit / 2))
		return LOST_NO_BUFFER;
	return ring * rings;
}

/* A signal while waiting ends the waiting, not the command. */
static int wait_for_command(struct live *live)
{
	if (!child_poll(&live->child) && !live->config.talk->quiet)
		cli_note("the capture is finished; waiting for the command, pid %d",
			 live->child.pid);
	while (!child_poll(&live->child)) {
		struct signal_seen seen = signals_wait(&live->signals, WAIT_NS);

		if (seen.number && seen.number != SIGCHLD)
			return 128 + seen.number;
	}
	return live->child.status;
}

int live_close(struct live *live, int status)
{
	capture_close(live->capture);
	live->capture = NULL;
	if (live->has_child && live->child.not_run) {
		status = live->child.status;
	} else if (live->has_child && live->child.go_fd < 0) {
		int command_status = wait_for_command(live);

		status = status == CLI_DONE ? command_status : status;
	}
	if (live->has_child)
		child_fini(&live->child);
	return status;
}
