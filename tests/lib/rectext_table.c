/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The tables of rectext and the defaults of what a line leaves out.
 */
#include <string.h>

#include "rectext_table.h"

#define F(type, key, kind, member)                                                                 \
	{                                                                                          \
		key, kind, offsetof(struct type, member)                                           \
	}

/* Behind a switch. */
#define MORE(key, kind, member)                                                                    \
	{                                                                                          \
		key, kind, sizeof(struct rec_switch) + offsetof(struct rec_more, member)           \
	}

static const struct rectext_field switch_fields[] = {
	F(rec_switch, "prev", K_TASK, prev),
	F(rec_switch, "next", K_TASK, next),
	F(rec_switch, "state", K_OUT, prev_state),
	F(rec_switch, "sys", K_SYS, prev_sys),
	F(rec_switch, "nextsys", K_SYS, next_sys),
	F(rec_switch, "fd", K_FD, prev_fd),
	F(rec_switch, "scope", K_SCOPE, flags),
	F(rec_switch, "left", K_LEFT, flags),
	MORE("cause", K_CAUSE, cause),
	MORE("throttled", K_SHARE, throttled_ns),
	MORE("by", K_U64, throttled_by),
	MORE("how", K_HOW, throttled_flags),
	MORE("stolen", K_STOLEN, stolen_ns),
	{ 0 },
};
static const struct rectext_field wakeup_fields[] = {
	F(rec_wakeup, "wakee", K_TASK, wakee),
	F(rec_wakeup, "waker", K_REF, waker_id),
	F(rec_wakeup, "target", K_U16, target_cpu),
	F(rec_wakeup, "wakercpu", K_U16, waker_cpu),
	F(rec_wakeup, "ctx", K_CTX, context),
	F(rec_wakeup, "flight", K_U32, flight_ns),
	F(rec_wakeup, "wakersys", K_SYS, waker_sys),
	F(rec_wakeup, "wakerscope", K_WSCOPE, flags),
	{ 0 },
};
static const struct rectext_field fork_fields[] = {
	F(rec_fork, "child", K_TASK, child),
	F(rec_fork, "parent", K_REF, parent_id),
	F(rec_fork, "sys", K_SYS, child_sys),
	F(rec_fork, "flags", K_FLAGS, flags),
	F(rec_fork, "parentscope", K_BOOL, parent_scope),
	{ "queue", K_QUEUE, sizeof(struct rec_fork) + offsetof(struct rec_more, queue) },
	{ 0 },
};
static const struct rectext_field sys_enter_fields[] = {
	F(rec_sys_enter, "task", K_REF, id),
	F(rec_sys_enter, "sys", K_SYS, sys),
	{ 0 },
};
static const struct rectext_field sys_exit_fields[] = {
	F(rec_sys_exit, "task", K_REF, id),
	F(rec_sys_exit, "ret", K_S64, ret),
	{ 0 },
};
static const struct rectext_field thread_fields[] = {
	F(rec_thread, "task", K_NAMED, task),
	F(rec_thread, "start", K_U64, start_ns),
	F(rec_thread, "tgid", K_U32, tgid),
	F(rec_thread, "old", K_U32, old_tid),
	F(rec_thread, "flags", K_FLAGS, flags),
	F(rec_thread, "comm", K_COMM, comm),
	F(rec_thread, "leader", K_LEADER, leader_comm),
	{ 0 },
};
static const struct rectext_field exit_fields[] = {
	F(rec_exit, "task", K_NAMED, task),
	{ 0 },
};
static const struct rectext_field migrate_fields[] = {
	F(rec_migrate, "task", K_LAST, task),
	F(rec_migrate, "from", K_U16, from_cpu),
	F(rec_migrate, "to", K_U16, to_cpu),
	{ 0 },
};
static const struct rectext_field snapshot_fields[] = {
	F(rec_snapshot, "task", K_NAMED, id),
	F(rec_snapshot, "state", K_STATE, state),
	F(rec_snapshot, "cpu", K_U16, cpu),
	F(rec_snapshot, "sys", K_SYS, sys),
	F(rec_snapshot, "start", K_U64, start_ns),
	F(rec_snapshot, "tgid", K_U32, tgid),
	F(rec_snapshot, "flags", K_FLAGS, flags),
	F(rec_snapshot, "comm", K_COMM, comm),
	F(rec_snapshot, "leader", K_LEADER, leader_comm),
	F(rec_snapshot, "taskstate", K_U32, task_state),
	F(rec_snapshot, "where", K_WHERE, where),
	{ 0 },
};
_Static_assert(offsetof(struct rec_snapshot, num) == offsetof(struct rec_task, num) &&
		       offsetof(struct rec_snapshot, tid) == offsetof(struct rec_task, tid),
	       "a snapshot entry begins like a struct rec_task");

const struct rectext_type rectext_types[] = {
	[REC_SWITCH] = { "switch", switch_fields, sizeof(struct rec_switch) },
	[REC_WAKEUP] = { "wakeup", wakeup_fields, sizeof(struct rec_wakeup) },
	[REC_FORK] = { "fork", fork_fields, sizeof(struct rec_fork) },
	[REC_SYS_ENTER] = { "sys_enter", sys_enter_fields, sizeof(struct rec_sys_enter) },
	[REC_SYS_EXIT] = { "sys_exit", sys_exit_fields, sizeof(struct rec_sys_exit) },
	[REC_THREAD] = { "thread", thread_fields, sizeof(struct rec_thread) },
	[REC_RENAME] = { "rename", thread_fields, sizeof(struct rec_thread) },
	[REC_EXEC] = { "exec", thread_fields, sizeof(struct rec_thread) },
	[REC_EXIT] = { "exit", exit_fields, sizeof(struct rec_exit) },
	[REC_MIGRATE] = { "migrate", migrate_fields, sizeof(struct rec_migrate) },
	[REC_OOM] = { "oom", exit_fields, sizeof(struct rec_exit) },
	[RECTEXT_SNAPSHOT_TYPE] = { "snapshot", snapshot_fields, sizeof(struct rec_snapshot) },
};

const struct rectext_word rectext_out_words[] = {
	{ "asleep", REC_SWITCH_ASLEEP },
	{ "preempt", REC_SWITCH_PREEMPT },
	{ "dead", REC_SWITCH_DEAD },
	{ "iowait", REC_SWITCH_IOWAIT },
	{ 0 },
};
const struct rectext_word rectext_state_letters[] = {
	{ "R", 0 },    { "S", 1 },    { "D", 2 },    { "T", 4 },     { "t", 8 },
	{ "X", 0x10 }, { "Z", 0x20 }, { "P", 0x40 }, { "I", 0x402 }, { 0 },
};
const struct rectext_word rectext_scope_words[] = {
	{ "both", REC_SWITCH_PREV_SCOPE | REC_SWITCH_NEXT_SCOPE },
	{ "prev", REC_SWITCH_PREV_SCOPE },
	{ "next", REC_SWITCH_NEXT_SCOPE },
	{ "none", 0 },
	{ 0 },
};
const struct rectext_word rectext_fd_words[] = {
	{ "none", REC_FD_NONE }, { "fifo", REC_FD_FIFO },     { "unix", REC_FD_UNIX },
	{ "inet", REC_FD_INET }, { "socket", REC_FD_SOCKET }, { "file", REC_FD_FILE },
	{ "char", REC_FD_CHAR }, { "anon", REC_FD_ANON },     { 0 },
};
const struct rectext_word rectext_ctx_words[] = {
	{ "unknown", REC_CTX_UNKNOWN },
	{ "task", REC_CTX_TASK },
	{ "softirq", REC_CTX_SOFTIRQ },
	{ "hardirq", REC_CTX_HARDIRQ },
	{ 0 },
};
const struct rectext_word rectext_state_words[] = {
	{ "unknown", REC_STATE_UNKNOWN },
	{ "running", REC_STATE_RUNNING },
	{ "runnable", REC_STATE_RUNNABLE },
	{ "asleep", REC_STATE_ASLEEP },
	{ "dead", REC_STATE_DEAD },
	{ "new", REC_STATE_NEW },
	{ 0 },
};
const struct rectext_word rectext_flag_words[] = {
	{ "kernel", REC_THREAD_KERNEL },
	{ "worker", REC_THREAD_WORKER },
	{ "scope", REC_THREAD_SCOPE },
	{ "tracer", REC_THREAD_TRACER },
	{ "none", 0 },
	{ 0 },
};
const struct rectext_word rectext_sys_words[] = {
	{ "unknown", REC_SYS_UNKNOWN },
	{ "none", REC_SYS_NONE },
	{ "other", REC_SYS_OTHER },
	{ 0 },
};

const struct rectext_word rectext_cause_words[] = {
	{ "none", REC_CAUSE_NONE },
	{ "bandwidth", REC_CAUSE_BANDWIDTH },
	{ "deadline", REC_CAUSE_DEADLINE },
	{ "realtime", REC_CAUSE_REALTIME },
	{ 0 },
};
const struct rectext_word rectext_how_words[] = {
	{ "begin", REC_THROTTLED_BEGIN },
	{ "estimate", REC_THROTTLED_ESTIMATE },
	{ "unknown", REC_THROTTLED_UNKNOWN },
	{ "none", 0 },
	{ 0 },
};
const struct rectext_word rectext_where_words[] = {
	{ "known", REC_WHERE_KNOWN },
	{ "frozen", REC_WHERE_FROZEN },
	{ "stopped", REC_WHERE_STOPPED },
	{ "traced", REC_WHERE_TRACED },
	{ "fault", REC_WHERE_FAULT },
	{ "none", 0 },
	{ 0 },
};

void rectext_set_defaults(unsigned type, union rectext_any *any)
{
	switch (type) {
	case REC_SWITCH:
		any->sw.prev_state = 0;
		any->sw.prev_sys = any->sw.prev.id ? REC_SYS_NONE : REC_SYS_UNKNOWN;
		any->sw.next_sys = any->sw.next.id ? REC_SYS_NONE : REC_SYS_UNKNOWN;
		any->sw.prev_fd = REC_FD_NONE;
		any->sw.flags = (any->sw.prev.id ? REC_SWITCH_PREV_SCOPE : 0) |
				(any->sw.next.id ? REC_SWITCH_NEXT_SCOPE : 0);
		any->said.more = (struct rec_more){ 0 };
		break;
	case REC_WAKEUP:
		any->wakeup.target_cpu = any->wakeup.waker_cpu = any->head.cpu;
		any->wakeup.context = REC_CTX_TASK;
		any->wakeup.flight_ns = 0;
		any->wakeup.waker_sys = REC_SYS_UNKNOWN;
		any->wakeup.flags = any->wakeup.waker_id ? REC_WAKEUP_WAKER_SCOPE : 0;
		break;
	case REC_FORK:
		any->fork.child_sys = REC_SYS_NONE;
		any->fork.flags = REC_THREAD_SCOPE;
		any->fork.parent_scope = 1;
		any->said_of_fork.more = (struct rec_more){ 0 };
		break;
	case REC_SYS_ENTER:
		any->sys_enter.sys = REC_SYS_NONE;
		break;
	case REC_SYS_EXIT:
		any->sys_exit.ret = 0;
		break;
	case REC_THREAD:
	case REC_RENAME:
	case REC_EXEC:
		any->thread.start_ns = 0;
		any->thread.tgid = any->thread.old_tid = any->thread.task.tid;
		any->thread.flags = REC_THREAD_SCOPE;
		memcpy(any->thread.leader_comm, any->thread.comm, REC_COMM_LEN);
		break;
	case REC_MIGRATE:
		any->migrate.from_cpu = any->migrate.to_cpu = any->head.cpu;
		break;
	case RECTEXT_SNAPSHOT_TYPE:
		any->snapshot.task_state = any->snapshot.where = 0;
		any->snapshot.start_ns = 0;
		any->snapshot.tgid = any->snapshot.tid;
		any->snapshot.cpu = 0;
		any->snapshot.sys = REC_SYS_UNKNOWN;
		any->snapshot.state = REC_STATE_UNKNOWN;
		any->snapshot.flags = REC_THREAD_SCOPE;
		memcpy(any->snapshot.leader_comm, any->snapshot.comm, REC_COMM_LEN);
		break;
	}
}

bool rectext_is_thread(enum rectext_field_kind kind)
{
	return kind == K_TASK || kind == K_NAMED || kind == K_LAST || kind == K_REF;
}
