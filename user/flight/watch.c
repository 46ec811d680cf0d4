// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "flight/watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "syscalls/names.h"

#define SECOND_NS 1000000000ULL

struct watch {
	struct watch_options options;
	struct state_watcher watcher;
	const struct state *state;
	struct watch_hit hit;
	bool has_hit;
	bool looks;	/* something may go on */
	uint64_t lost;	/* since the last hit of CONDITION_LOST */
	uint64_t *hits; /* by condition */
	struct watch_stats stats;
};

/* What a condition is a span of; SPAN_KINDS: of none. */
static enum state_span_kind span_of_kind(enum condition_kind kind)
{
	switch (kind) {
	case CONDITION_WAITING:
	case CONDITION_THROTTLED:
		return SPAN_WAITING;
	case CONDITION_BLOCKED:
		return SPAN_ASLEEP;
	case CONDITION_SYSCALL:
		return SPAN_SYSCALL;
	case CONDITION_RUNNING:
		return SPAN_RUNNING;
	default:
		return SPAN_KINDS;
	}
}

static enum state_event event_of_kind(enum condition_kind kind)
{
	if (kind == CONDITION_LOST)
		return STATE_LOST;
	return kind == CONDITION_WAKEUPS ? STATE_WOKEN : STATE_EXITS;
}

/* ---- hits ---- */

static bool is_subject(const struct watch *watch, const struct condition *condition, uint32_t slot)
{
	const struct rec_snapshot *described = state_described(watch->state, slot);
	const struct filter_who who = {
		.comm = described->comm,
		.comm_size = strnlen(described->comm, sizeof(described->comm)),
		.tid = described->tid,
		.pid = described->tgid,
	};

	if (!(state_thread(watch->state, slot)->flags & REC_THREAD_SCOPE))
		return false;
	return !condition->who.count || filter_match(&condition->who, &who);
}

/* The hit that is to be filled in; NULL: there is one already. */
static struct watch_hit *new_hit(struct watch *watch, size_t condition, uint32_t slot,
				 uint64_t ts_ns)
{
	struct watch_hit *hit = &watch->hit;

	watch->hits[condition]++;
	if (watch->has_hit)
		return NULL;
	watch->has_hit = true;
	*hit = (struct watch_hit){ .condition = condition, .ts_ns = ts_ns };
	if (slot != STATE_NO_THREAD) {
		const struct rec_snapshot *described = state_described(watch->state, slot);

		hit->id = state_thread(watch->state, slot)->id;
		hit->tid = described->tid;
		memcpy(hit->comm, described->comm, sizeof(hit->comm));
	}
	return hit;
}

static const char *name_of(const struct watch *watch, uint32_t slot)
{
	return slot == STATE_NO_THREAD ? "" : state_described(watch->state, slot)->comm;
}

/* So much of the wait was due to a CPU limit; 0: none, or it is not known. */
static uint64_t throttled_ns(const struct state_span *span)
{
	struct rec_throttled throttled;

	return span->by && rec_switch_throttled(span->by, true, &throttled) ? throttled.ns : 0;
}

static void say_span(struct watch_hit *hit, const struct watch *watch,
		     const struct condition *condition, const struct state_span *span,
		     uint32_t behind)
{
	const char *name = name_of(watch, behind);
	char sys[SYSCALL_TEXT_MAX], time[32];
	const char *call = syscall_text(sys, state_arch(watch->state), span->sys);

	quantity_format_time(time, sizeof(time),
			     condition->kind == CONDITION_THROTTLED ? throttled_ns(span)
								    : span->to_ns - span->from_ns);
	switch (condition->kind) {
	case CONDITION_WAITING:
		snprintf(hit->text, sizeof(hit->text), "waited %s%s%.16s", time,
			 *name ? " behind " : "", name);
		break;
	case CONDITION_THROTTLED:
		snprintf(hit->text, sizeof(hit->text), "was throttled for %s", time);
		break;
	case CONDITION_BLOCKED:
		snprintf(hit->text, sizeof(hit->text), "was blocked for %s%s%s", time,
			 span->sys > REC_SYS_NONE ? " in " : "",
			 span->sys > REC_SYS_NONE ? call : "");
		break;
	case CONDITION_SYSCALL:
		snprintf(hit->text, sizeof(hit->text), "was in %s for %s", call, time);
		break;
	default:
		snprintf(hit->text, sizeof(hit->text), "ran for %s without a switch", time);
		break;
	}
}

static bool is_met(const struct watch *watch, const struct condition *condition,
		   const struct state_span *span)
{
	if (condition->kind == CONDITION_THROTTLED)
		return span->kind == SPAN_WAITING && throttled_ns(span) > condition->limit &&
		       is_subject(watch, condition, span->slot);
	return span_of_kind(condition->kind) == span->kind &&
	       span->to_ns - span->from_ns > condition->limit &&
	       (condition->sys == REC_SYS_UNKNOWN || condition->sys == span->sys) &&
	       is_subject(watch, condition, span->slot);
}

/* said: it was told of when it still went on. */
static void match_span(struct watch *watch, const struct state_span *span, uint32_t behind,
		       bool said)
{
	for (size_t i = 0; i < watch->options.count; i++) {
		const struct condition *condition = &watch->options.conditions[i];
		struct watch_hit *hit;

		if ((said && condition->kind != CONDITION_THROTTLED) ||
		    !is_met(watch, condition, span))
			continue;
		hit = new_hit(watch, i, span->slot, span->to_ns);
		if (hit)
			say_span(hit, watch, condition, span, behind);
	}
}

/* ---- what the state tells ---- */

static void count_wait(struct watch_stats *stats, uint64_t ns)
{
	unsigned bucket = 0;

	while (bucket < WATCH_BUCKETS - 1 && ns >= 1000ULL << bucket)
		bucket++;
	stats->waits[bucket]++;
	stats->wait_count++;
	stats->wait_ns += ns;
}

static uint32_t slot_by_id(const struct watch *watch, uint64_t id)
{
	return id ? state_find(watch->state, id) : STATE_NO_THREAD;
}

static void on_span(void *ctx, const struct state_span *span)
{
	struct watch *watch = ctx;
	struct state_thread *thread = state_thread(watch->state, span->slot);
	uint32_t behind = STATE_NO_THREAD;

	if (span->kind == SPAN_WAITING && watch->options.count_waits)
		count_wait(&watch->stats, span->to_ns - span->from_ns);
	if (span->by)
		behind = slot_by_id(watch, span->by->prev.id);
	match_span(watch, span, behind, thread->said & 1u << span->kind);
}

static bool is_exit_met(enum condition_kind kind, int status)
{
	if (kind == CONDITION_EXIT)
		return true;
	if (status < 0)
		return false;
	return kind == CONDITION_KILLED ? (status & 0x7f) != 0 : status != 0;
}

static void say_exit(struct watch_hit *hit, int status)
{
	hit->id = 0; /* it will not start again */
	if (status < 0)
		snprintf(hit->text, sizeof(hit->text), "ended");
	else if (status & 0x7f)
		snprintf(hit->text, sizeof(hit->text), "was killed by signal %d", status & 0x7f);
	else
		snprintf(hit->text, sizeof(hit->text), "ended with status %d", status >> 8 & 0xff);
}

/* A process ends when its leader does. */
static void match_exit(struct watch *watch, uint32_t slot, uint64_t ts_ns,
		       const struct rec_exit *record)
{
	const struct rec_snapshot *described = state_described(watch->state, slot);
	int status = rec_exit_status(record);

	if (described->tid != described->tgid)
		return;
	for (size_t i = 0; i < watch->options.count; i++) {
		const struct condition *condition = &watch->options.conditions[i];
		struct watch_hit *hit;

		if (event_of_kind(condition->kind) != STATE_EXITS ||
		    span_of_kind(condition->kind) != SPAN_KINDS ||
		    !is_exit_met(condition->kind, status) || !is_subject(watch, condition, slot))
			continue;
		hit = new_hit(watch, i, slot, ts_ns);
		if (hit)
			say_exit(hit, status);
	}
}

/* Seconds begin with a wakeup. Once in each a thread is told of. */
static void match_wakeup(struct watch *watch, uint32_t slot, uint64_t ts_ns)
{
	struct state_thread *thread = state_thread(watch->state, slot);

	if (!thread->wakes || ts_ns - thread->wakes_ns >= SECOND_NS) {
		thread->wakes_ns = ts_ns;
		thread->wakes = 0;
	}
	thread->wakes++;
	for (size_t i = 0; i < watch->options.count; i++) {
		const struct condition *condition = &watch->options.conditions[i];
		struct watch_hit *hit;

		if (condition->kind != CONDITION_WAKEUPS || thread->wakes != condition->limit + 1 ||
		    !is_subject(watch, condition, slot))
			continue;
		hit = new_hit(watch, i, slot, ts_ns);
		if (hit)
			snprintf(hit->text, sizeof(hit->text),
				 "was woken %" PRIu32 " times in %" PRIu64 " ms", thread->wakes,
				 (ts_ns - thread->wakes_ns) / 1000000);
	}
}

static void match_loss(struct watch *watch, uint64_t ts_ns, uint64_t count)
{
	watch->lost += count;
	for (size_t i = 0; i < watch->options.count; i++) {
		const struct condition *condition = &watch->options.conditions[i];
		struct watch_hit *hit;

		if (condition->kind != CONDITION_LOST || watch->lost <= condition->limit)
			continue;
		hit = new_hit(watch, i, STATE_NO_THREAD, ts_ns);
		if (!hit)
			continue;
		snprintf(hit->text, sizeof(hit->text), "%" PRIu64 " records were lost",
			 watch->lost);
		watch->lost = 0;
	}
}

static void on_event(void *ctx, enum state_event event, uint32_t slot, uint64_t ts_ns,
		     uint64_t count, const struct rec_head *record)
{
	struct watch *watch = ctx;

	switch (event) {
	case STATE_WOKEN:
		match_wakeup(watch, slot, ts_ns);
		break;
	case STATE_EXITS:
		match_exit(watch, slot, ts_ns, (const struct rec_exit *)record);
		break;
	case STATE_LOST:
		match_loss(watch, ts_ns, count);
		break;
	}
}

/* ---- what goes on ---- */

static void look_at_span(struct watch *watch, uint32_t slot, enum state_span_kind kind,
			 uint64_t from_ns, uint64_t now_ns)
{
	struct state_thread *thread = state_thread(watch->state, slot);
	const struct state_span span = {
		.kind = kind,
		.slot = slot,
		.from_ns = from_ns,
		.to_ns = now_ns,
		.sys = thread->sys,
	};
	uint64_t hits = 0, before = 0;

	if (thread->said & 1u << kind || now_ns <= from_ns ||
	    now_ns - from_ns <= watch->watcher.longer_ns[kind] ||
	    from_ns <= state_lost_ns(watch->state))
		return;
	for (size_t i = 0; i < watch->options.count; i++)
		before += watch->hits[i];
	match_span(watch, &span,
		   kind == SPAN_WAITING ? state_on_cpu(watch->state, thread->queue)
					: STATE_NO_THREAD,
		   false);
	for (size_t i = 0; i < watch->options.count; i++)
		hits += watch->hits[i];
	if (hits != before)
		thread->said |= (uint8_t)(1u << kind);
}

static void look_at_thread(struct watch *watch, uint32_t slot, uint64_t now_ns)
{
	const struct state_thread *thread = state_thread(watch->state, slot);

	switch (thread->state) {
	case REC_STATE_RUNNABLE:
		look_at_span(watch, slot, SPAN_WAITING, thread->since_ns, now_ns);
		break;
	case REC_STATE_ASLEEP:
		look_at_span(watch, slot, SPAN_ASLEEP, thread->since_ns, now_ns);
		break;
	case REC_STATE_RUNNING:
		look_at_span(watch, slot, SPAN_RUNNING, thread->since_ns, now_ns);
		break;
	default:
		return;
	}
	if (thread->sys > REC_SYS_NONE)
		look_at_span(watch, slot, SPAN_SYSCALL, thread->sys_ns, now_ns);
}

void watch_look(struct watch *watch, uint64_t now_ns)
{
	uint32_t slots = watch->looks ? state_slots(watch->state) : 0;

	for (uint32_t slot = 0; slot < slots; slot++)
		if (state_thread(watch->state, slot)->id)
			look_at_thread(watch, slot, now_ns);
}

bool watch_take(struct watch *watch, struct watch_hit *out)
{
	if (!watch->has_hit)
		return false;
	*out = watch->hit;
	watch->has_hit = false;
	return true;
}

/* ---- the watch ---- */

static void ask_for(struct watch *watch, const struct condition *condition)
{
	enum state_span_kind kind = span_of_kind(condition->kind);

	if (kind == SPAN_KINDS) {
		watch->watcher.events |= 1u << event_of_kind(condition->kind);
		return;
	}
	watch->looks = true;
	if (condition->limit < watch->watcher.longer_ns[kind])
		watch->watcher.longer_ns[kind] = condition->limit;
}

int watch_new(struct watch **out, const struct watch_options *options)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (watch)
		watch->hits = calloc(options->count + 1, sizeof(*watch->hits));
	if (!watch || !watch->hits) {
		free(watch);
		return -ENOMEM;
	}
	watch->options = *options;
	watch->watcher = (struct state_watcher){ .span = on_span, .event = on_event, .ctx = watch };
	for (int kind = 0; kind < SPAN_KINDS; kind++)
		watch->watcher.longer_ns[kind] = UINT64_MAX;
	for (size_t i = 0; i < options->count; i++)
		ask_for(watch, &options->conditions[i]);
	if (options->count_waits)
		watch->watcher.longer_ns[SPAN_WAITING] = 0;
	*out = watch;
	return 0;
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	free(watch->hits);
	free(watch);
}

const struct state_watcher *watch_watcher(const struct watch *watch)
{
	return &watch->watcher;
}

void watch_attach(struct watch *watch, const struct state *state)
{
	watch->state = state;
}

const struct watch_stats *watch_stats(const struct watch *watch)
{
	return &watch->stats;
}

uint64_t watch_hits(const struct watch *watch, size_t condition)
{
	return watch->hits[condition];
}
