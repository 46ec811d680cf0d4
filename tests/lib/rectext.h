/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Records as text, one a line, for scenario files and for eyes.
 *
 *   1000 cpu0 switch prev=100#3 next=200#1 state=asleep,S sys=0
 *   1500 cpu1 wakeup wakee=100 waker=0/0 ctx=hardirq flight=300
 *   snapshot task=100#7 state=runnable cpu=1 comm="worker"
 *
 * A record is: time (ns), CPU, type, then key=value in any order. What is
 * left out has a default, and printing leaves out exactly what is default, so
 * print and parse are inverse. Blank lines and what follows a '#' after a
 * blank are comments.
 *
 * CPU: cpu0 takes the CPU's next sequence number, cpu0#17 that one (and the
 * next follows it), cpu0+3 skips three: they are lost.
 *
 * A thread: ID/TID#NUM. Without ID/ the id is the tid. Without #NUM it is the
 * thread's next transition number (#0 for types that count none). "idle" is
 * 0/0#0. A reference (waker, parent, task of a syscall) is ID/TID or TID.
 *
 * type     keys                                    defaults
 * switch   prev next                               required
 *          state=[asleep,][preempt,][dead,][iowait,]S   R: letter or number
 *          sys nextsys                             none, unknown if idle
 *          fd=none|fifo|unix|inet|socket|file|char|anon   none
 *          scope=both|prev|next|none               both, as far as not idle
 *          left=0|1                                0
 *          cause=none|bandwidth|deadline|realtime  not known
 *          throttled (ns) by (cgroup)              not said; 0
 *          how=[begin,estimate,unknown|none]       none
 *          stolen (ns)                             not said
 * wakeup   wakee waker                             required; idle
 *          target wakercpu                         the record's CPU
 *          ctx=unknown|task|softirq|hardirq        task
 *          flight (ns)                             0
 *          wakersys                                unknown
 *          wakerscope=0|1                          1, 0 if the waker is idle
 * fork     child parent                            required
 *          sys                                     none
 *          flags=[kernel,worker,scope,tracer|none] scope
 *          parentscope=0|1                         1
 *          queue (CPU)                             not said
 * sys_enter   task sys                             required; none
 * sys_exit    task ret                             required; 0
 * thread, rename, exec
 *          task                                    required
 *          start (ns)  tgid  old                   0, the tid, the tid
 *          flags                                   scope
 *          comm="" leader=""                       empty; the comm
 * exit, oom   task                                 required
 * migrate  task from to                            required (no #NUM: its last); the record's CPU
 * snapshot task (no #NUM: 0)                       required
 *          state=unknown|running|runnable|asleep|dead|new   unknown
 *          cpu sys start tgid flags comm leader    0, unknown, as for thread
 *          taskstate (bits)                        0
 *          where=[known,frozen,stopped,traced,fault|none]   none
 *
 * Syscalls: none, unknown, other, NR, compat:NR. States: R S D T t X Z P, I
 * for D+noload, or a number. Text in quotes knows \\ \" and \xHH.
 */
#ifndef GOTRACE_TESTS_LIB_RECTEXT_H
#define GOTRACE_TESTS_LIB_RECTEXT_H

#include <stddef.h>

#include "records/records.h"

enum rectext_kind {
	RECTEXT_NOTHING, /* blank or comment */
	RECTEXT_RECORD,
	RECTEXT_SNAPSHOT,
};

/* Any record, or a snapshot entry. */
union rectext_any {
	struct rec_head head;
	struct rec_switch sw;
	struct {
		struct rec_switch sw;
		struct rec_more more;
	} said; /* a switch with more to say */
	struct {
		struct rec_fork fork;
		struct rec_more more;
	} said_of_fork;
	struct rec_migrate migrate;
	struct rec_wakeup wakeup;
	struct rec_fork fork;
	struct rec_sys_enter sys_enter;
	struct rec_sys_exit sys_exit;
	struct rec_thread thread;
	struct rec_exit exit;
	struct rec_snapshot snapshot;
};

#define RECTEXT_LINE 512 /* no line printed is longer, NUL included */

/* The parser: it remembers the next numbers of CPUs and threads. */
struct rectext;

int rectext_new(struct rectext **out); /* 0, -ENOMEM */
void rectext_free(struct rectext *text);

/*
 * One line (up to its newline or NUL). Returns enum rectext_kind with *out
 * filled, or -EINVAL with error[size] saying what is wrong, or -ENOMEM.
 */
int rectext_parse(struct rectext *text, const char *line, union rectext_any *out, char *error,
		  size_t size);

/* The line without a newline into buf[size]. Both return its length. */
int rectext_print(char *buf, size_t size, const struct rec_head *record);
int rectext_print_snapshot(char *buf, size_t size, const struct rec_snapshot *entry);

#endif
