// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The commands and the options. An option that means something else to
 * another command has a row of its own.
 */
#include "options/options.h"

#define IS(command) (1u << COMMAND_##command)
#define LIVE (IS(TRACE) | IS(RECORD))
#define MAKES_TRACE (IS(TRACE) | IS(CONVERT))
#define ALL ((1u << COMMAND_COUNT) - 1)
#define MEMBER(name) offsetof(struct config, name)

static const int versions[] = { 22, 23, 25, 26 };
static const int mappings[] = { 0, 1 }; /* enum model_mapping */

/* clang-format off */
const struct option_row option_rows[] = {
	{ 'p', "pid", "PID[,PID]", OPTION_PIDS, MEMBER(pids), LIVE,
	  "trace these processes: all their threads, those born later too", NULL },
	{ 0, "children", NULL, OPTION_FLAG, MEMBER(children), LIVE,
	  "with -p: the processes that descend from them too, now and later", NULL },
	{ 0, "cgroup", "PATH", OPTION_STRING, MEMBER(cgroup), LIVE,
	  "trace a cgroup v2 and those below it: a path, or a name below where cgroup v2 is mounted",
	  NULL },
	{ 'd', "duration", "TIME", OPTION_DURATION, MEMBER(duration_ns), LIVE,
	  "stop after this long: 5s (or 5), 200ms, 1m", NULL },
	{ 'o', "output", "FILE", OPTION_STRING, MEMBER(output), MAKES_TRACE,
	  "where the trace goes (gotrace.out); until it is whole it is FILE.part", NULL },
	{ 'o', "output", "FILE", OPTION_STRING, MEMBER(output), IS(RECORD),
	  "where the raw capture goes (gotrace.gtraw)", NULL },
	{ 'o', "output", "FILE", OPTION_STRING, MEMBER(output), IS(UNDUMP),
	  "where the trace goes (needed); until it is whole it is FILE.part", NULL },
	{ 'o', "output", "FILE", OPTION_STRING, MEMBER(output), IS(CUT),
	  "where the trace goes (needed, but for --split); until it is whole it is FILE.part", NULL },
	{ 0, "from", "TIME", OPTION_TIME, MEMBER(from_ns), IS(CUT),
	  "leave out what is before this time since the trace's start: 1500ms, 2s", NULL },
	{ 0, "to", "TIME", OPTION_DURATION, MEMBER(to_ns), IS(CUT),
	  "leave out what is from this time on", NULL },
	{ 0, "split", "N", OPTION_COUNT, MEMBER(split), IS(CUT),
	  "make N parts of about the same number of events, FILE.1 to FILE.N; FILE is the trace "
	  "itself if there is no -o", NULL },
	{ 0, "rows", "N", OPTION_COUNT, MEMBER(rows), IS(REPORT),
	  "so many rows of each table (15)", NULL },
	{ 0, "like-go", NULL, OPTION_FLAG, MEMBER(like_go), IS(VALIDATE) | IS(EVENTS),
	  "judge exactly as Go's reader does, where it fails on a legal trace and where it says "
	  "nothing of a partial end", NULL },
	{ 0, "json", NULL, OPTION_FLAG, MEMBER(json), IS(EVENTS),
	  "one JSON object a line", NULL },
	{ 0, "buffer", "SIZE", OPTION_SIZE, MEMBER(buffer_bytes), LIVE,
	  "memory for records not yet read, all CPUs together: 64M, 1G (16M for each CPU)", NULL },
	{ 0, "mapping", "sched|go", OPTION_CHOICE, MEMBER(mapping), MAKES_TRACE,
	  "what a thread asleep in a syscall looks like: blocked, as the scheduler sees it (sched),"
	  " or in the syscall without a CPU, as Go's runtime shows it (go)", mappings },
	{ 0, "trace-version", "1.22|1.23|1.25|1.26", OPTION_CHOICE, MEMBER(version), MAKES_TRACE,
	  "format of the trace (1.23, which Go 1.23 and everything newer reads)", versions },
	{ 0, "clock", "rebased|monotonic", OPTION_CHOICE_FLAG, MEMBER(monotonic), MAKES_TRACE,
	  "times in the trace: from its start (rebased), or as CLOCK_MONOTONIC says", NULL },
	{ 0, "stats", "FILE", OPTION_STRING, MEMBER(stats), LIVE | IS(CONVERT),
	  "write the numbers of the summary as JSON", NULL },
	{ 0, "check", NULL, OPTION_FLAG, MEMBER(check), MAKES_TRACE,
	  "read the finished trace back as Go's reader would, and fail if it is refused", NULL },
	{ 'q', "quiet", NULL, OPTION_FLAG, MEMBER(quiet), LIVE | IS(CONVERT),
	  "say nothing but errors", NULL },
	{ 'v', "verbose", NULL, OPTION_FLAG, MEMBER(verbose), LIVE | IS(CONVERT),
	  "say more about what is done", NULL },
	{ 'h', "help", NULL, OPTION_FLAG, MEMBER(help), ALL,
	  "show this help", NULL },
	{ 'V', "version", NULL, OPTION_FLAG, MEMBER(show_version), IS(TRACE),
	  "show the program's version", NULL },
};
const size_t option_count = sizeof(option_rows) / sizeof(option_rows[0]);

const struct command command_rows[COMMAND_COUNT] = {
	{ COMMAND_TRACE, "", "[-- COMMAND [ARG...]]",
	  "watch the Linux scheduler and write a Go execution trace",
	  "Without -p, --cgroup or a command the whole machine is traced. It stops after -d TIME, "
	  "when the command ends, when the last process of -p has exited, or at Ctrl-C. With a "
	  "command, that command's exit status is passed on. It needs root, or CAP_BPF and "
	  "CAP_PERFMON.",
	  "sudo gotrace-bpf -d 5s                  the whole machine for five seconds\n"
	  "sudo gotrace-bpf -p 1234                a process, until Ctrl-C\n"
	  "sudo gotrace-bpf -- make -j8            a command and its children\n"
	  "sudo gotrace-bpf --cgroup PATH -d 10s   a container\n"
	  "go tool trace gotrace.out               look at it\n",
	  0, 0, true },
	{ COMMAND_RECORD, "record", "[-- COMMAND [ARG...]]",
	  "capture only: the cheapest, convert later",
	  "Writes what the kernel side says as it is. 'gotrace-bpf convert' makes a trace of it, as "
	  "any user, on any machine. What a killed capture has written can be converted too.",
	  "sudo gotrace-bpf record -d 5s -o cap.gtraw   the machine for five seconds\n"
	  "gotrace-bpf convert cap.gtraw                make a trace of it\n",
	  0, 0, true },
	{ COMMAND_CONVERT, "convert", "CAPTURE",
	  "make a trace of a raw capture",
	  "Needs no root and no eBPF. A capture that was cut off is converted as far as it is whole; "
	  "what is missing is said.",
	  "gotrace-bpf convert cap.gtraw                writes gotrace.out\n"
	  "gotrace-bpf convert cap.gtraw -o a.out       another name\n"
	  "gotrace-bpf convert cap.gtraw --mapping go   as Go's runtime shows syscalls\n",
	  1, 1, false },
	{ COMMAND_VALIDATE, "validate", "FILE...",
	  "check that traces are complete and consistent",
	  "Reads each trace as strictly as Go's own reader. If one is broken it says what is wrong, "
	  "at which byte, and what the states were. FILE can be - for standard input.",
	  "gotrace-bpf validate gotrace.out          exit status 0: it is fine\n"
	  "cat a.out | gotrace-bpf validate -        from a pipe\n",
	  1, 1000000, false },
	{ COMMAND_REPORT, "report", "FILE",
	  "say who ran, who waited behind whom, and what was slept in",
	  "Three tables, the largest sums first. Of each name: how long its threads ran, were in "
	  "syscalls, waited for a CPU and slept; the longest wait, and at which time since the "
	  "trace's start it began. Of each wait for a CPU: who ran meanwhile on the CPU it then got; "
	  "in a trace of some processes others are nobody. Of each sleep: the syscall, or what else "
	  "it was, and Go's word for the reason. 'cut --from --to' makes a trace of what is worth a "
	  "closer look.",
	  "gotrace-bpf report gotrace.out              what one wants to know first\n"
	  "gotrace-bpf report --rows 100 gotrace.out   more of it\n",
	  1, 1, false },
	{ COMMAND_DUMP, "dump", "FILE",
	  "show a trace's bytes as text",
	  "The text form of Go's internal/trace/raw: a line for each event of the wire, in the order "
	  "of the file, as 'go tool trace -d=wire' prints it. Nothing is checked but the form.",
	  "gotrace-bpf dump gotrace.out                events as they stand in the file\n",
	  1, 1, false },
	{ COMMAND_UNDUMP, "undump", "TEXT",
	  "make a trace's bytes from what dump has shown",
	  "",
	  "gotrace-bpf undump trace.txt -o trace.out   text back into bytes\n",
	  1, 1, false },
	{ COMMAND_EVENTS, "events", "FILE",
	  "show a trace's events in their consistent order",
	  "Prints what 'go tool trace -d=parsed' of Go 1.26 prints. If the trace is broken, what comes "
	  "before the break is printed all the same, and the break is said.",
	  "gotrace-bpf events gotrace.out              as Go's tool does\n"
	  "gotrace-bpf events --json gotrace.out       for other programs\n",
	  1, 1, false },
	{ COMMAND_FOOTPRINT, "footprint", "FILE",
	  "show how many bytes of a trace each type of event takes",
	  "",
	  "gotrace-bpf footprint gotrace.out           as go tool trace -d=footprint\n",
	  1, 1, false },
	{ COMMAND_CUT, "cut", "FILE",
	  "make a smaller trace, or several, of a trace",
	  "Each part stands alone: any viewer opens it. It begins with the states of all that is there "
	  "at that moment.",
	  "gotrace-bpf cut a.out -o b.out --from 2s --to 3s   one second\n"
	  "gotrace-bpf cut a.out --split 4                    a.out.1 to a.out.4\n",
	  1, 1, false },
	{ COMMAND_DOCTOR, "doctor", "",
	  "say what this machine allows and what is missing",
	  "Looks at the kernel, its type information (BTF), capabilities, tracepoints, lockdown and "
	  "memory limits, and says what to do about what is missing.",
	  "sudo gotrace-bpf doctor                 can this machine be traced?\n",
	  0, 0, false },
	{ COMMAND_HELP, "help", "[COMMAND]",
	  "show help for a command",
	  "",
	  "gotrace-bpf help convert                what convert does\n",
	  0, 1, false },
};
/* clang-format on */
