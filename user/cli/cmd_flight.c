// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * gotrace-bpf flight: the last seconds in memory, and a trace of them when
 * something happens.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/flightstats.h"
#include "cli/hook.h"
#include "cli/live.h"
#include "cli/recorder.h"
#include "cli/snap.h"

#define KEEP_NS (10 * UINT64_C(1000000000))
#define KEEP_BYTES (UINT64_C(256) << 20)
#define KEEP_BYTES_LEAST (UINT64_C(1) << 20)
#define AFTER_NS UINT64_C(1000000000)
#define DEFAULT_PATH "gotrace.out"
#define DEFAULT_PERFETTO_PATH "gotrace.pftrace"
#define RAW_SUFFIX ".gtraw"

struct config {
	struct command_line line;
	struct live_options live;
	struct trace_options trace;
	struct talk_options talk;
	const char *keep;
	struct option_list when;
	uint64_t after_ns;
	uint64_t every_ns;
	uint64_t max;
	const char *exec;
	const char *metrics;
};

/* All that runs while it records. */
struct flight_run {
	const struct config *config;
	struct recorder recorder;
	struct flightstats stats;
	struct snap snap;
	struct hook hook;
	bool stats_failed; /* said once */
};

#ifdef __aarch64__
#define ARCH REC_ARCH_ARM64
#else
#define ARCH REC_ARCH_X86_64
#endif

/* ---- the options ---- */

/* TIME, SIZE, or both with a comma between. */
static int parse_keep(const char *text, uint64_t *ns, uint64_t *bytes, struct diag *diag)
{
	char word[64];

	*ns = KEEP_NS;
	*bytes = KEEP_BYTES;
	while (text && *text) {
		size_t size = strcspn(text, ",");

		snprintf(word, sizeof(word), "%.*s", (int)size, text);
		if (units_parse_duration(word, ns) && units_parse_size(word, bytes))
			return diag_set(diag, -EINVAL,
					"--keep '%s': give a time (10s), a size (256M), or both "
					"(10s,256M)",
					word);
		text += size + (text[size] == ',');
	}
	if (*ns && *bytes >= KEEP_BYTES_LEAST)
		return 0;
	return diag_set(diag, -EINVAL,
			*ns ? "--keep: the least is 1M" : "--keep: the time must be more than 0");
}

static bool wants_list(const struct config *config)
{
	return config->when.count == 1 && !strcmp(config->when.text[0], "help");
}

static int parse_conditions(const struct config *config, struct condition *out, struct diag *diag)
{
	for (unsigned i = 0; i < config->when.count; i++)
		if (condition_parse(&out[i], config->when.text[i], ARCH, diag))
			return -EINVAL;
	return 0;
}

static bool is_raw(const char *path)
{
	size_t length = strlen(path), suffix = strlen(RAW_SUFFIX);

	return length > suffix && !strcmp(path + length - suffix, RAW_SUFFIX);
}

static const char *path_of(const struct config *config)
{
	if (config->trace.output)
		return config->trace.output;
	return config->trace.format ? DEFAULT_PERFETTO_PATH : DEFAULT_PATH;
}

static int check(const void *ctx, struct diag *diag)
{
	const struct config *config = ctx;
	struct condition *conditions = calloc(OPTION_LIST_MAX, sizeof(*conditions));
	uint64_t ns, bytes;
	int err = live_options_check(&config->live, config->line.child != NULL, diag);

	if (!err)
		err = trace_options_check(&config->trace, diag);
	if (!err)
		err = talk_options_check(&config->talk, config->trace.output, diag);
	if (!err && config->trace.output && !strcmp(config->trace.output, "-"))
		err = diag_set(diag, -EINVAL, "-o: dumps are files, of which the name is numbered");
	if (!err)
		err = parse_keep(config->keep, &ns, &bytes, diag);
	if (!err && !conditions)
		err = diag_set(diag, -ENOMEM, "not enough memory");
	if (!err && !wants_list(config))
		err = parse_conditions(config, conditions, diag);
	free(conditions);
	return err;
}

/* ---- the run ---- */

static void measure(void *ctx, struct progress_state *state)
{
	const struct flight_run *run = ctx;

	state->bytes = flight_bytes(run->recorder.flight);
}

static void write_stats(struct flight_run *run, uint64_t now_ns)
{
	struct diag diag = { "" };

	if (!flightstats_tick(&run->stats, now_ns, &diag) || run->stats_failed)
		return;
	cli_note("%s; recording goes on", diag.text);
	run->stats_failed = true;
}

static void answer_snap(struct flight_run *run, uint64_t now_ns)
{
	uint64_t number = run->recorder.started + 1;

	if (snap_poll(&run->snap, number) && !recorder_ask(&run->recorder, "asked by snap", now_ns))
		snap_answer(&run->snap, number, false, "no dump: --every or --max holds it back");
}

static bool tick(void *ctx, uint64_t now_ns)
{
	struct flight_run *run = ctx;
	bool enough = recorder_tick(&run->recorder, now_ns);

	answer_snap(run, now_ns);
	write_stats(run, now_ns);
	return enough;
}

static void on_signal(void *ctx, uint64_t now_ns)
{
	struct flight_run *run = ctx;

	recorder_ask(&run->recorder, "SIGUSR1", now_ns);
}

static void on_finished(void *ctx, bool done, const char *path, const char *text)
{
	struct flight_run *run = ctx;

	if (!done)
		cli_note("%s", text);
	else if (!run->config->talk.quiet)
		fprintf(stderr, "%s\n", text);
	snap_answer(&run->snap, recorder_finished(&run->recorder), done, text);
	if (done && run->hook.fd >= 0 && !hook_run(&run->hook, path))
		cli_note("--exec is not run for %s: it has too much to do", path);
}

/* What a condition is about has to be recorded. */
static int check_recorded(const struct live *live, const struct recorder_options *options,
			  struct diag *diag)
{
	bool throttled = capture_info(live->capture)->on & STREAM_ON_THROTTLED;

	for (size_t i = 0; i < options->condition_count && !throttled; i++)
		if (options->conditions[i].kind == CONDITION_THROTTLED)
			return diag_set(diag, -ENOTSUP,
					"--when '%s': this kernel does not tell for how long a "
					"limit kept a thread off its CPU",
					options->conditions[i].text);
	return 0;
}

static enum cli_exit record(struct live *live, struct flight_run *run, struct diag *diag)
{
	struct recorder *recorder = &run->recorder;
	const struct live_output output = {
		.stream = flight_stream(recorder->flight),
		.measure = measure,
		.tick = tick,
		.asked = on_signal,
		.ctx = run,
	};
	int err = live_run(live, &output, diag);

	if (err)
		return cli_fail_with(diag, err, "cannot record");
	recorder_end(recorder, live->end_ns);
	run->stats.due_ns = 0;
	write_stats(run, live->end_ns);
	if (!recorder->started && !run->config->talk.quiet)
		cli_note("no dump: %s", run->config->when.count
						? "nothing of what --when says has happened"
						: "nobody has asked for one");
	return recorder->failed || run->stats_failed ? CLI_FAILED : CLI_DONE;
}

static struct recorder_options recorder_options_of(struct flight_run *run,
						   const struct condition *conditions)
{
	const struct config *config = run->config;
	struct recorder_options options = {
		.after_ns = config->after_ns,
		.every_ns = config->every_ns,
		.max = config->max,
		.conditions = conditions,
		.condition_count = config->when.count,
		.trace = &config->trace,
		.path = path_of(config),
		.count_waits = config->metrics,
		.listener = { on_finished, run },
	};
	struct diag diag = { "" };

	options.raw = is_raw(options.path);
	parse_keep(config->keep, &options.keep_ns, &options.keep_bytes, &diag);
	return options;
}

/* What needs no rights is started before there are any; the socket needs the run directory. */
static int start(struct flight_run *run, const struct condition *conditions, struct diag *diag)
{
	const struct recorder_options options = recorder_options_of(run, conditions);
	int err = recorder_init(&run->recorder, &options, diag);

	run->stats = (struct flightstats){ .json = run->config->talk.stats,
					   .metrics = run->config->metrics,
					   .recorder = &run->recorder };
	if (!err && run->config->exec)
		err = hook_start(&run->hook, run->config->exec);
	if (err)
		return diag_set(diag, err, "cannot start: %s", strerror(-err));
	err = snap_open(&run->snap);
	if (err && run->config->talk.verbose)
		cli_note("'gotrace-bpf snap' will not find this recorder: %s", strerror(-err));
	return 0;
}

static int fly(const struct config *config, const struct condition *conditions)
{
	const struct live_config live_config = { &config->line, &config->live, &config->talk,
						 false };
	struct flight_run run = { .config = config, .hook = { .fd = -1 }, .snap = { .fd = -1 } };
	struct diag diag = { "" };
	enum cli_exit status = CLI_FAILED;
	struct live live = { .has_child = false };
	int err = start(&run, conditions, &diag);

	if (!err)
		err = live_open(&live, &live_config, &diag);
	if (!err)
		err = check_recorded(&live, &run.recorder.options, &diag);
	status = err ? cli_fail_with(&diag, err, "cannot start") : record(&live, &run, &diag);
	snap_close(&run.snap);
	hook_end(&run.hook);
	recorder_fini(&run.recorder);
	return live_close(&live, status);
}

static int list_conditions(void)
{
	for (const struct condition_form *form = condition_forms; form->words; form++)
		printf("%-24s%s\n", form->words, form->help);
	printf("\nT is a time (20ms, 1.5s), N a number, SYSCALL a name. Before it may stand whom "
	       "it\n"
	       "is about: comm~GLOB, tid=N, pid=N.\n");
	return CLI_DONE;
}

static int run(const void *ctx)
{
	const struct config *config = ctx;
	struct condition *conditions;
	struct diag diag = { "" };
	int status;

	if (wants_list(config))
		return list_conditions();
	conditions = calloc(OPTION_LIST_MAX, sizeof(*conditions));
	if (!conditions)
		return cli_fail("not enough memory");
	parse_conditions(config, conditions, &diag); /* as it was checked */
	status = fly(config, conditions);
	free(conditions);
	return status;
}

static const struct config defaults = { .trace = TRACE_OPTIONS_DEFAULT, .after_ns = AFTER_NS };
static const struct option_row rows[] = {
	{ 0, "keep", "TIME|SIZE|TIME,SIZE", OPTION_STRING, offsetof(struct config, keep),
	  "what a dump holds of the time before: 10s, 256M, or both, whichever is less (10s,256M)",
	  NULL },
	{ 0, "when", "CONDITION", OPTION_LIST, offsetof(struct config, when),
	  "make a dump when this happens; may be repeated; --when help lists what there is", NULL },
	{ 0, "after", "TIME", OPTION_TIME, offsetof(struct config, after_ns),
	  "how long a dump goes on after that (1s)", NULL },
	{ 0, "every", "TIME", OPTION_DURATION, offsetof(struct config, every_ns),
	  "at most one dump in this time", NULL },
	{ 0, "max", "COUNT", OPTION_COUNT, offsetof(struct config, max), "end after so many dumps",
	  NULL },
	{ 0, "exec", "COMMAND", OPTION_STRING, offsetof(struct config, exec),
	  "run this in a shell, with a dump's name behind it, as the user who started the recorder",
	  NULL },
	{ 0, "metrics", "FILE", OPTION_STRING, offsetof(struct config, metrics),
	  "write what is counted every second, as Prometheus' text format", NULL },
	{ .name = NULL },
};
static const struct option_group groups[] = {
	{ rows, 0 },
	{ live_option_rows, offsetof(struct config, live) },
	{ trace_option_rows, offsetof(struct config, trace) },
	{ talk_option_rows, offsetof(struct config, talk) },
	{ NULL, 0 },
};

const struct command command_flight = {
	.name = "flight",
	.arguments = "[-- COMMAND [ARG...]]",
	.summary = "keep the last seconds, write a trace when something happens",
	.text = "Runs until it is stopped, in bounded memory, and writes nothing until a condition "
		"is met, or SIGUSR1 comes. Then it writes what it keeps and what happens in the "
		"time after, as a trace that is complete in itself: of -o slow.out slow-001.out, "
		"slow-002.out and so on. With a name that ends in .gtraw dumps are raw captures. "
		"'gotrace-bpf snap' asks for one from another shell. --stats FILE is written "
		"every second, too.",
	.examples = "sudo gotrace-bpf flight -p 1234 --when 'waiting > 20ms'   its waits\n"
		    "sudo gotrace-bpf flight --when 'syscall fsync > 100ms' --max 9   the machine\n"
		    "sudo gotrace-bpf flight --keep 30s --cgroup PATH   kill -USR1 PID writes one\n"
		    "sudo gotrace-bpf flight --when 'exit != 0' --exec ./tell   runs ./tell FILE\n"
		    "gotrace-bpf flight --when help   what can be waited for\n",
	.takes_child = true,
	.groups = groups,
	.config_size = sizeof(struct config),
	.defaults = &defaults,
	.check = check,
	.run = run,
};
