// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capture/cgroups.h"
#include "capture/hierarchy.h"
#include "capture/host.h"
#include "capture/kernel.h"
#include "capture/kernelnames.h"
#include "capture/rings.h"
#include "capture/target.h"
#include "capture/titles.h"
#include "symbols/kallsyms.h"

struct capture {
	struct host host;
	struct kernel *kernel;
	struct rings *rings;
	struct targets targets;
	struct titles *titles; /* NULL: pids of /proc are not those of records */
	struct cgroups *cgroups;
	struct stream_info info;
	struct rec_snapshot *threads; /* until the stream has them */
	size_t thread_count;
	struct stream_symbols symbols; /* likewise */
	uint64_t begin_ns;
	struct ring_place *places;     /* [host.cpus] */
	struct rec_counters *counters; /* [host.cpus], for the stream */
	uint64_t bytes;
	unsigned rounds;
	uint64_t missed; /* as last asked for */
};

static int fail(struct diag *diag, int err, const char *what)
{
	return diag_set(diag, err, "%s: %s", what,
			err == -EMFILE ? CAPTURE_MANY_FILES : strerror(-err));
}

static void info_fill(struct capture *capture, const struct capture_options *options)
{
	struct stream_info *info = &capture->info;

	info->encoding = STREAM_WORDS;
	info->page_size = sysconf(_SC_PAGESIZE);
	info->on = kernel_on(capture->kernel) |
		   (options->kernel_stacks ? STREAM_ON_KERNEL_STACKS : 0) |
		   (options->scope == REC_SCOPE_SYSTEM ? 0 : STREAM_ON_STRANGERS);
	info->abi = REC_ABI_VERSION;
	info->arch = capture->host.arch;
	info->cpus = capture->host.cpus;
	info->cpus_online = capture->host.cpus_online;
	info->scope = options->scope;
	info->ring_bytes = rings_bytes(capture->rings);
	snprintf(info->release, sizeof(info->release), "%s", capture->host.release);
	snprintf(info->hostname, sizeof(info->hostname), "%s", capture->host.hostname);
	snprintf(info->options, sizeof(info->options), "%.255s",
		 options->command_line ? options->command_line : "");
}

static int scope_resolve(struct kernel_scope *scope, const struct capture_options *options,
			 struct diag *diag)
{
	*scope = (struct kernel_scope){ .scope = options->scope };
	if (options->scope != REC_SCOPE_CGROUP)
		return 0;
	return hierarchy_find(options->cgroup, scope, diag);
}

static int capture_mark_thread(struct capture *capture, pid_t tid, bool children, struct diag *diag)
{
	uint32_t bits = TARGET_IN | TARGET_ALONE | (children ? TARGET_CHILDREN : 0);
	int err = targets_add_thread(&capture->targets, tid, diag);

	return err ? err : kernel_mark_thread(capture->kernel, tid, bits, diag);
}

static int mark_all(struct capture *capture, const struct capture_options *options,
		    struct diag *diag)
{
	for (size_t i = 0; i < options->pid_count; i++) {
		int err = capture_mark(capture, options->pids[i], options->children, diag);

		if (err)
			return err;
	}
	for (size_t i = 0; i < options->tid_count; i++) {
		int err = capture_mark_thread(capture, options->tids[i], options->children, diag);

		if (err)
			return err;
	}
	return 0;
}

static int capture_setup(struct capture *capture, const struct capture_options *options,
			 struct diag *diag)
{
	struct kernel_scope scope;
	struct rings_maps maps;
	size_t bytes;
	int err = host_init(&capture->host);

	if (err)
		return fail(diag, err, "cannot find out this machine's CPUs");
	if (!capture->host.arch)
		return diag_set(diag, -ENOSYS, "only x86-64 and arm64 are supported");
	err = scope_resolve(&scope, options, diag);
	if (err)
		return err;
	capture->counters = calloc(capture->host.cpus, sizeof(*capture->counters));
	capture->places = calloc(capture->host.cpus, sizeof(*capture->places));
	if (!capture->counters || !capture->places)
		return fail(diag, -ENOMEM, "cannot start");
	bytes = options->buffer_bytes ? options->buffer_bytes : capture_default_buffer();
	rings_plan(capture->places, capture->host.cpus, capture->host.online, bytes);
	if (options->kernel_stacks)
		err = kernelnames_read(&capture->symbols, diag);
	if (err)
		return err;
	scope.kernel_stacks = options->kernel_stacks;
	err = kernel_load(&capture->kernel, &capture->host, &scope, capture->places, diag);
	if (err)
		return err;
	maps = kernel_rings(capture->kernel);
	err = rings_new(&capture->rings, &maps, capture->places, capture->host.cpus);
	if (err)
		return fail(diag, err, "cannot map the ring buffers (try a smaller --buffer)");
	info_fill(capture, options);
	return mark_all(capture, options, diag);
}

int capture_supported(struct diag *diag)
{
	(void)diag;
	return 0;
}

int capture_open(struct capture **out, const struct capture_options *options, struct diag *diag)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	int err;

	if (!capture)
		return fail(diag, -ENOMEM, "cannot start");
	err = capture_setup(capture, options, diag);
	if (err) {
		capture_close(capture);
		return err;
	}
	*out = capture;
	return 0;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	rings_free(capture->rings);
	kernel_free(capture->kernel);
	targets_fini(&capture->targets);
	host_fini(&capture->host);
	titles_free(capture->titles);
	cgroups_free(capture->cgroups);
	free(capture->threads);
	kallsyms_free(&capture->symbols);
	free(capture->counters);
	free(capture->places);
	free(capture);
}

const struct stream_info *capture_info(const struct capture *capture)
{
	return &capture->info;
}

int capture_mark(struct capture *capture, pid_t pid, bool children, struct diag *diag)
{
	return targets_mark(&capture->targets, kernel_marks_fd(capture->kernel), pid, children,
			    diag);
}

static int capture_prepare(struct capture *capture, struct diag *diag)
{
	int err = kernel_prepare(capture->kernel, diag);

	if (!err)
		err = kernel_attach(capture->kernel, diag);
	if (err)
		return err;
	capture->info.tracer_tgid = kernel_tracer_tgid(capture->kernel);
	return 0;
}

/*
 * On an overloaded machine a thread of normal weight gets one share among all
 * that want to run, less than reading their records needs: 35 senders and
 * receivers on two CPUs cost 12 % of the records, none with this. It is a few
 * percent of a CPU that is taken, however urgent. May fail without
 * CAP_SYS_NICE: then losses are counted, as ever.
 */
static void be_prompt(void)
{
	setpriority(PRIO_PROCESS, 0, -20);
}

/* What stands in /proc. In a pid namespace of its own that has other numbers than records. */
static int read_texts(struct capture *capture)
{
	capture->cgroups = cgroups_new();
	if (!capture->cgroups)
		return -ENOMEM;
	if (capture->info.tracer_tgid != (uint32_t)getpid())
		return 0;
	capture->titles = titles_new(capture->info.scope == REC_SCOPE_SYSTEM);
	if (!capture->titles)
		return -ENOMEM;
	return titles_start(capture->titles, capture->threads, capture->thread_count);
}

int capture_start(struct capture *capture, struct diag *diag)
{
	int err = capture_prepare(capture, diag);

	if (err)
		return err;
	be_prompt();
	host_clocks(&capture->info.mono_ns, &capture->info.wall_ns);
	capture->info.on_ns = host_mono_ns();
	kernel_record(capture->kernel, true);
	err = kernel_snapshot(capture->kernel, &capture->threads, &capture->thread_count);
	if (err)
		return fail(diag, err, "cannot take the snapshot of all tasks");
	capture->begin_ns = host_mono_ns();
	err = read_texts(capture);
	return err ? fail(diag, err, "cannot read command lines") : 0;
}

uint64_t capture_begin_ns(const struct capture *capture)
{
	return capture->begin_ns;
}

int capture_begin(struct capture *capture, const struct stream *to)
{
	int err = stream_begin(to, &capture->info);

	if (!err && capture->symbols.count)
		err = stream_symbols(to, &capture->symbols);
	kallsyms_free(&capture->symbols);
	if (!err)
		err = stream_snapshot(to, capture->threads, capture->thread_count,
				      capture->begin_ns);
	if (!err)
		err = cgroups_begin(capture->cgroups, to, capture->begin_ns);
	if (!err && capture->titles)
		err = titles_begin(capture->titles, to, capture->begin_ns);
	if (!err && capture->titles)
		err = titles_tell_hidden(capture->titles, capture->threads, capture->thread_count,
					 to, capture->begin_ns);
	free(capture->threads);
	capture->threads = NULL;
	return err;
}

struct forward {
	struct capture *capture;
	const struct stream *to;
};

static int forward_ring(void *ctx, const struct rings_piece *piece)
{
	const struct stream_ring ring = {
		.cpu = piece->cpu,
		.position = piece->position,
		.data = piece->data,
		.size = piece->size,
	};
	struct forward *forward = ctx;

	forward->capture->bytes += piece->size;
	return stream_ring(forward->to, &ring);
}

/*
 * A call for each program, and a look at every CPU in each: not in every round.
 * What a capture that is killed misses of it is a second old.
 */
#define MISSED_ROUNDS 100

static void read_counters(struct capture *capture, struct stream_counters *out, bool last)
{
	if (capture->rounds % MISSED_ROUNDS == 0)
		kernel_forget_stacks(capture->kernel);
	if (last || capture->rounds++ % MISSED_ROUNDS == 0)
		capture->missed = kernel_missed(capture->kernel);
	for (uint32_t cpu = 0; cpu < capture->host.cpus; cpu++)
		kernel_counters(capture->kernel, cpu, &capture->counters[cpu]);
	out->ts_ns = host_mono_ns();
	out->missed = capture->missed;
	for (uint32_t cpu = 0; cpu < capture->host.cpus; cpu++)
		out->missed += capture->counters[cpu].unnumbered;
	out->cpu = capture->counters;
}

/* 1: a round was completed and told; 0: not yet; or -errno. */
static int poll_once(struct capture *capture, const struct stream *to)
{
	struct forward forward = { capture, to };
	struct stream_counters counters;
	int complete = rings_read(capture->rings, forward_ring, &forward);
	int err;

	if (complete <= 0)
		return complete;
	read_counters(capture, &counters, false);
	err = stream_round(to, &counters);
	return err ? err : 1;
}

int capture_poll(struct capture *capture, const struct stream *to)
{
	int done = poll_once(capture, to);
	int err = cgroups_poll(capture->cgroups, to);

	if (!err && capture->titles)
		err = titles_poll(capture->titles, to);
	return done < 0 ? done : err;
}

/* Handlers that still write a record are done after the grace period; then a
 * round that was under way, and one more for all that remains. */
#define STOP_ROUNDS 2
#define STOP_TRIES 100
#define STOP_WAIT_US 1000

int capture_stop(struct capture *capture, const struct stream *to)
{
	struct stream_counters counters;
	int rounds = 0;

	kernel_record(capture->kernel, false);
	for (int i = 0; i < STOP_TRIES && rounds < STOP_ROUNDS; i++) {
		int done = poll_once(capture, to);

		if (done < 0)
			return done;
		rounds += done;
		if (!done)
			usleep(STOP_WAIT_US);
	}
	read_counters(capture, &counters, true);
	kernel_detach(capture->kernel); /* the rest may take its time, and cost nobody else's */
	return stream_end(to, &counters);
}

bool capture_targets_gone(const struct capture *capture)
{
	return targets_gone(&capture->targets);
}

void capture_usage(const struct capture *capture, struct capture_usage *out)
{
	*out = (struct capture_usage){ .missed = capture->missed,
				       .bytes = capture->bytes,
				       .fullest = rings_fullest(capture->rings) };
	for (uint32_t cpu = 0; cpu < capture->host.cpus; cpu++) {
		struct rec_counters counters = capture->counters[cpu];

		kernel_counters(capture->kernel, cpu, &counters);
		out->records += counters.seq;
		out->dropped += counters.dropped;
		if (counters.dropped > out->dropped_most)
			out->dropped_most = counters.dropped;
	}
}

void capture_runs(const struct capture *capture, uint64_t *runs, uint64_t *ns)
{
	kernel_runs(capture->kernel, runs, ns);
}

/* 16 MiB a CPU hold 100 ms of 2 million records a second. */
#define BUFFER_PER_CPU (16UL << 20)
#define BUFFER_MAX (512UL << 20)

size_t capture_default_buffer(void)
{
	size_t bytes = sysconf(_SC_NPROCESSORS_ONLN) * BUFFER_PER_CPU;

	return bytes < BUFFER_MAX ? bytes : BUFFER_MAX;
}
