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
#include "cli/live.h"
#include "cli/recorder.h"

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
	const struct recorder *recorder = ctx;

	state->bytes = flight_bytes(recorder->flight);
}

static bool tick(void *ctx, uint64_t now_ns)
{
	return recorder_tick(ctx, now_ns);
}

static void on_signal(void *ctx, uint64_t now_ns)
{
	recorder_ask(ctx, "SIGUSR1", now_ns);
}

static enum cli_exit record(struct live *live, struct recorder *recorder, struct diag *diag)
{
	const struct live_output output = {
		.stream = flight_stream(recorder->flight),
		.measure = measure,
		.tick = tick,
		.asked = on_signal,
		.ctx = recorder,
	};
	int err = live_run(live, &output, diag);

	if (err)
		return cli_fail_with(diag, err, "cannot record");
	recorder_end(recorder, live->end_ns);
	if (!recorder->started && !recorder->options.quiet)
		cli_note("no dump: nothing of what --when says has happened");
	return recorder->failed ? CLI_FAILED : CLI_DONE;
}

static struct recorder_options recorder_options_of(const struct config *config,
						   const struct condition *conditions)
{
	struct recorder_options options = {
		.after_ns = config->after_ns,
		.every_ns = config->every_ns,
		.max = config->max,
		.conditions = conditions,
		.condition_count = config->when.count,
		.trace = &config->trace,
		.path = path_of(config),
		.quiet = config->talk.quiet,
	};
	struct diag diag = { "" };

	options.raw = is_raw(options.path);
	parse_keep(config->keep, &options.keep_ns, &options.keep_bytes, &diag);
	return options;
}

static int fly(const struct config *config, const struct condition *conditions)
{
	const struct recorder_options options = recorder_options_of(config, conditions);
	const struct live_config live_config = { &config->line, &config->live, &config->talk };
	struct diag diag = { "" };
	struct recorder recorder;
	enum cli_exit status;
	struct live live;
	int err = recorder_init(&recorder, &options, &diag);

	if (err) {
		status = cli_fail_with(&diag, err, "cannot start");
		recorder_fini(&recorder);
		return status;
	}
	err = live_open(&live, &live_config, &diag);
	status = err ? cli_fail_with(&diag, err, "cannot start") : record(&live, &recorder, &diag);
	recorder_fini(&recorder);
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
		"slow-002.out and so on. With a name that ends in .gtraw dumps are raw captures.",
	.examples = "sudo gotrace-bpf flight -p 1234 --when 'waiting > 20ms'   a process, and its "
		    "waits\n"
		    "sudo gotrace-bpf flight --when 'syscall fsync > 100ms' --max 20 --every 1m   "
		    "the machine\n"
		    "sudo gotrace-bpf flight --keep 30s --cgroup PATH   kill -USR1 PID writes one\n"
		    "gotrace-bpf flight --when help   what can be waited for\n",
	.takes_child = true,
	.groups = groups,
	.config_size = sizeof(struct config),
	.defaults = &defaults,
	.check = check,
	.run = run,
};
