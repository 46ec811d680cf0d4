// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "why/pick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/idmap.h"
#include "trace/write/strtab.h"

/* In a trace no two events have one time: so much is a step of its clock, and a call goes on. */
#define GRAIN_NS 16

/* A call that goes on: of a syscall, as a thread's slices show it, piece by piece. */
struct call {
	bool open;
	uint64_t from, to;
	uint64_t syscall_ns; /* slice.syscall_ns */
};

struct thread {
	uint64_t id, tid;
	uint32_t name;
	struct call call;
};

struct region {
	uint64_t goroutine, from;
};

struct why_pick {
	struct why_request request;
	uint64_t tid; /* if the request's thread is a number */
	struct strtab names, calls;
	struct idmap map;
	struct thread *threads;
	size_t cap;
	struct region *regions; /* open ones of the type that is asked for */
	size_t region_count, region_cap;
	struct why_span spans[WHY_SPANS_MAX];
	size_t span_count;
	uint64_t start, end;
};

int why_pick_new(struct why_pick **out, const struct why_request *request)
{
	struct why_pick *pick = calloc(1, sizeof(*pick));
	char *end;

	if (!pick)
		return -ENOMEM;
	pick->request = *request;
	if (request->thread && *request->thread) {
		pick->tid = strtoull(request->thread, &end, 10);
		if (*end)
			pick->tid = 0;
	}
	*out = pick;
	return 0;
}

void why_pick_free(struct why_pick *pick)
{
	if (!pick)
		return;
	strtab_fini(&pick->names);
	strtab_fini(&pick->calls);
	idmap_fini(&pick->map);
	free(pick->threads);
	free(pick->regions);
	free(pick);
}

void why_pick_begin(struct why_pick *pick, uint64_t start_ns)
{
	pick->start = pick->end = start_ns;
}

/* ---- threads ---- */

static int thread_of(struct why_pick *pick, const struct slice_who *who, struct thread **out)
{
	uint32_t slot = idmap_find(&pick->map, who->id);
	struct thread *grown;
	uint64_t name;

	if (slot == IDMAP_NONE) {
		if (idmap_add(&pick->map, who->id, &slot))
			return -ENOMEM;
		grown = grow_array(pick->threads, &pick->cap, (size_t)slot + 1, sizeof(*grown));
		if (!grown) {
			idmap_del(&pick->map, who->id);
			return -ENOMEM;
		}
		pick->threads = grown;
		grown[slot] = (struct thread){ .id = who->id };
	}
	*out = &pick->threads[slot];
	(*out)->tid = who->tid;
	if (!who->comm.size)
		return 0;
	if (strtab_add(&pick->names, who->comm.data, who->comm.size, &name))
		return -ENOMEM;
	(*out)->name = (uint32_t)name;
	return 0;
}

static bool is_text(struct gt_text text, const char *word)
{
	return word && strlen(word) == text.size && !memcmp(text.data, word, text.size);
}

static struct gt_text name_of(const struct why_pick *pick, const struct thread *thread)
{
	struct gt_text name = { "", 0 };

	if (thread->name)
		name.data = strtab_text(&pick->names, thread->name, &name.size);
	return name;
}

static bool means(const struct why_pick *pick, const struct thread *thread)
{
	if (!pick->request.thread)
		return true;
	if (pick->tid && pick->tid == thread->tid)
		return true;
	return is_text(name_of(pick, thread), pick->request.thread);
}

/* ---- spans ---- */

static size_t spans_wanted(const struct why_pick *pick)
{
	if (pick->request.slowest > WHY_SPANS_MAX)
		return WHY_SPANS_MAX;
	return pick->request.slowest ? pick->request.slowest : 1;
}

/* Is it where spans are looked for? */
static bool is_within(const struct why_pick *pick, const struct why_span *span)
{
	const struct why_request *request = &pick->request;

	if (request->has_from && span->from < pick->start + request->from_ns)
		return false;
	return !request->has_to || span->to <= pick->start + request->to_ns;
}

/* One that is wanted if it is among the longest. */
static void offer(struct why_pick *pick, const struct why_span *span)
{
	size_t most = spans_wanted(pick), at = pick->span_count;

	if (span->to <= span->from || !is_within(pick, span))
		return;
	if (at == most) {
		const struct why_span *last = &pick->spans[most - 1];

		if (last->to - last->from >= span->to - span->from)
			return;
		at--;
	} else {
		pick->span_count++;
	}
	for (; at && pick->spans[at - 1].to - pick->spans[at - 1].from < span->to - span->from;
	     at--)
		pick->spans[at] = pick->spans[at - 1];
	pick->spans[at] = *span;
}

/* ---- syscalls, waits ---- */

static void end_call(struct why_pick *pick, struct thread *thread)
{
	const struct why_span span = { thread->id, thread->call.from, thread->call.to };

	if (thread->call.open && means(pick, thread))
		offer(pick, &span);
	thread->call.open = false;
}

/* The call of the thread's last slices goes on in this one. */
static bool goes_on(const struct call *call, const struct slice *slice)
{
	if (!call->open)
		return false;
	if (call->syscall_ns || slice->syscall_ns)
		return call->syscall_ns == slice->syscall_ns;
	return slice->start_ns - call->to <= GRAIN_NS;
}

static void take_call(struct why_pick *pick, struct thread *thread, const struct slice *slice)
{
	struct call *call = &thread->call;

	if (!is_text(slice->syscall, pick->request.of)) {
		if (slice->state != SLICE_RUNNING || slice->end_ns - slice->start_ns > GRAIN_NS ||
		    call->syscall_ns)
			end_call(pick, thread);
		return;
	}
	if (!goes_on(call, slice)) {
		end_call(pick, thread);
		call->open = true;
		call->syscall_ns = slice->syscall_ns;
		call->from = slice->syscall_ns ? slice->syscall_ns : slice->start_ns;
	}
	call->to = slice->end_ns;
}

static void take_wait(struct why_pick *pick, const struct thread *thread, const struct slice *slice)
{
	const struct why_span span = { thread->id, slice->began_ns, slice->end_ns };

	if (slice->state == SLICE_WAITING && means(pick, thread))
		offer(pick, &span);
}

static int keep_call(struct why_pick *pick, struct gt_text name)
{
	uint64_t id;

	return name.size ? strtab_add(&pick->calls, name.data, name.size, &id) : 0;
}

int why_pick_add(void *ctx, const struct slice *slice)
{
	struct why_pick *pick = ctx;
	struct thread *thread;

	if (slice->end_ns > pick->end)
		pick->end = slice->end_ns;
	if (slice->state == SLICE_STRANGER)
		return 0;
	if (thread_of(pick, &slice->who, &thread))
		return -ENOMEM;
	if (!pick->request.slowest)
		take_wait(pick, thread, slice);
	else if (keep_call(pick, slice->syscall))
		return -ENOMEM;
	else
		take_call(pick, thread, slice);
	return 0;
}

/* ---- regions ---- */

static int begin_region(struct why_pick *pick, uint64_t goroutine, uint64_t now_ns)
{
	struct region *grown = grow_array(pick->regions, &pick->region_cap, pick->region_count + 1,
					  sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	pick->regions = grown;
	grown[pick->region_count++] = (struct region){ goroutine, now_ns };
	return 0;
}

/* They nest: the last one that began ends first. */
static void end_region(struct why_pick *pick, uint64_t goroutine, uint64_t now_ns)
{
	for (size_t i = pick->region_count; i--;) {
		const struct why_span span = { goroutine, pick->regions[i].from, now_ns };
		uint32_t slot = idmap_find(&pick->map, goroutine);

		if (pick->regions[i].goroutine != goroutine)
			continue;
		if (!pick->request.thread ||
		    (slot != IDMAP_NONE && means(pick, &pick->threads[slot])))
			offer(pick, &span);
		memmove(&pick->regions[i], &pick->regions[i + 1],
			(--pick->region_count - i) * sizeof(*pick->regions));
		return;
	}
}

int why_pick_region(struct why_pick *pick, uint64_t goroutine, struct gt_text type, bool begins,
		    uint64_t now_ns)
{
	if (!pick->request.slowest)
		return 0;
	if (keep_call(pick, type))
		return -ENOMEM;
	if (!is_text(type, pick->request.of))
		return 0;
	if (begins)
		return begin_region(pick, goroutine, now_ns);
	end_region(pick, goroutine, now_ns);
	return 0;
}

/* ---- the end ---- */

/* How many threads the request means; the last of them in *out. */
static size_t count_meant(const struct why_pick *pick, const struct thread **out)
{
	size_t count = 0;

	for (size_t i = 0; i < pick->map.slots; i++) {
		if (!means(pick, &pick->threads[i]))
			continue;
		*out = &pick->threads[i];
		count++;
	}
	return count;
}

/* The span that was named. */
static enum why_fault take_span(struct why_pick *pick, const struct thread *thread, size_t meant)
{
	const struct why_request *request = &pick->request;
	struct why_span span = { thread->id, pick->start, pick->end };

	if (meant > 1)
		return WHY_MANY;
	if (request->has_from)
		span.from += request->from_ns;
	if (request->has_to && request->to_ns < pick->end - pick->start)
		span.to = pick->start + request->to_ns;
	if (span.from >= span.to)
		return WHY_OUTSIDE;
	pick->spans[0] = span;
	pick->span_count = 1;
	return WHY_FOUND;
}

int why_pick_finish(struct why_pick *pick, enum why_fault *fault)
{
	const struct why_request *request = &pick->request;
	const struct thread *thread = NULL;
	size_t meant = count_meant(pick, &thread);

	for (size_t i = 0; i < pick->map.slots; i++)
		end_call(pick, &pick->threads[i]);
	if (!pick->map.slots)
		*fault = WHY_EMPTY;
	else if (!meant)
		*fault = WHY_NO_THREAD;
	else if (request->has_from && request->from_ns >= pick->end - pick->start)
		*fault = WHY_OUTSIDE;
	else if (!request->slowest && request->thread && (request->has_from || request->has_to))
		*fault = take_span(pick, thread, meant);
	else
		*fault = pick->span_count   ? WHY_FOUND
			 : request->slowest ? WHY_NO_CALL
					    : WHY_NO_WAIT;
	return 0;
}

const struct why_span *why_pick_spans(const struct why_pick *pick, size_t *count)
{
	*count = pick->span_count;
	return pick->spans;
}

uint64_t why_pick_start(const struct why_pick *pick)
{
	return pick->start;
}

uint64_t why_pick_end(const struct why_pick *pick)
{
	return pick->end;
}

bool why_pick_thread(const struct why_pick *pick, size_t i, struct gt_text *name, uint64_t *tid)
{
	if (i >= pick->map.slots)
		return false;
	*name = name_of(pick, &pick->threads[i]);
	*tid = pick->threads[i].tid;
	return true;
}

bool why_pick_means(const struct why_pick *pick, size_t i)
{
	return means(pick, &pick->threads[i]);
}

bool why_pick_call(const struct why_pick *pick, size_t i, struct gt_text *name)
{
	if (i >= pick->calls.count)
		return false;
	name->data = strtab_text(&pick->calls, i + 1, &name->size);
	return name->data != NULL;
}
