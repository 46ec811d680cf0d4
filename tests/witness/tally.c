// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "gotrace.h"
#include "ledger.h"
#include "base/grow.h"
#include "base/idmap.h"
#include "export/go/facts.h"

/* Events of one record have consecutive times. */
#define SAME_RECORD_NS 8
#define TEXTS 8192 /* of interned strings, a power of two */
#define PROCS_MAX 65536

struct ended {
	uint32_t life;
	int64_t time_ns;
};

struct tally {
	struct gt_reader *reader;
	struct life *lives;
	size_t life_count, life_room;
	struct idmap goes; /* G to slot */
	uint32_t *life_of; /* slot to life */
	size_t life_of_room;
	struct ended *ended; /* per P: the last life that ended there */
	char *texts[TEXTS];
	uint64_t events;
	bool clocks;
	int error;
};

/* ---- names ---- */

static const char *intern(struct tally *tally, struct gt_text text)
{
	size_t slot = 5381;

	for (size_t i = 0; i < text.size; i++)
		slot = slot * 33 + (unsigned char)text.data[i];
	for (size_t i = 0; i < TEXTS; i++) {
		char **at = &tally->texts[(slot + i) % TEXTS];

		if (!*at)
			*at = strndup(text.data ? text.data : "", text.size);
		if (!*at)
			break;
		if (strlen(*at) == text.size && !memcmp(*at, text.data, text.size))
			return *at;
	}
	tally->error = -ENOMEM;
	return "";
}

/* The nth frame of a stack, from the leaf; "" if it is not so deep. */
static const char *frame(struct tally *tally, uint64_t stack, size_t nth)
{
	if (nth >= gt_reader_stack_size(tally->reader, stack))
		return "";
	return intern(tally, gt_reader_stack_frame(tally->reader, stack, nth).func);
}

static const char *root_frame(struct tally *tally, uint64_t stack)
{
	size_t size = gt_reader_stack_size(tally->reader, stack);

	return size ? frame(tally, stack, size - 1) : "";
}

/* ---- lives ---- */

static void name_life(struct tally *tally, uint64_t g, uint32_t life)
{
	uint32_t slot = idmap_find(&tally->goes, g);

	if (slot == IDMAP_NONE && idmap_add(&tally->goes, g, &slot)) {
		tally->error = -ENOMEM;
		return;
	}
	if (slot >= tally->life_of_room) {
		void *grown = grow_array(tally->life_of, &tally->life_of_room, slot + 1,
					 sizeof(*tally->life_of));

		if (!grown) {
			tally->error = -ENOMEM;
			return;
		}
		tally->life_of = grown;
	}
	tally->life_of[slot] = life;
	tally->lives[life].tid = g % TID_PERIOD;
}

static struct life *life_new(struct tally *tally, uint64_t g, int64_t time_ns)
{
	void *grown = grow_array(tally->lives, &tally->life_room, tally->life_count + 1,
				 sizeof(*tally->lives));
	struct life *life;

	if (!grown) {
		tally->error = -ENOMEM;
		return NULL;
	}
	tally->lives = grown;
	life = &tally->lives[tally->life_count];
	*life = (struct life){
		.born_ns = time_ns, .since_ns = time_ns, .inside = true, .sleeps = ""
	};
	name_life(tally, g, (uint32_t)tally->life_count++);
	return life;
}

static struct life *life_get(struct tally *tally, uint64_t g)
{
	uint32_t slot = g == GT_NO_ID ? IDMAP_NONE : idmap_find(&tally->goes, g);

	return slot == IDMAP_NONE ? NULL : &tally->lives[tally->life_of[slot]];
}

static bool on_cpu(const struct life *life)
{
	return life->state == GT_STATE_RUNNING || life->state == GT_STATE_SYSCALL;
}

static void advance(struct life *life, int64_t time_ns)
{
	int64_t ns = time_ns - life->since_ns;

	if (on_cpu(life))
		life->now.on_ns += ns;
	else if (life->state == GT_STATE_RUNNABLE)
		life->now.wait_ns += ns;
	life->since_ns = time_ns;
	life->now.time_ns = time_ns;
}

/* ---- events ---- */

static bool same_record(int64_t before_ns, int64_t after_ns)
{
	return before_ns && after_ns - before_ns <= SAME_RECORD_NS;
}

/* The process of a thread, from its stack. */
static uint64_t stack_tgid(const struct tally *tally, uint64_t stack)
{
	size_t size = gt_reader_stack_size(tally->reader, stack);
	char buffer[FACT_FILE_MAX];
	struct gt_stack_frame root;
	struct fact fact;

	if (!size)
		return 0;
	root = gt_reader_stack_frame(tally->reader, stack, size - 1);
	fact_read(&fact, &root, buffer);
	return fact.number;
}

/*
 * What becomes of a thread that ended on this P just before, if it lives on:
 * an exec, of a leader, or of a thread that becomes it. Anybody else came onto
 * the P late.
 */
static struct life *reborn(struct tally *tally, const struct gt_event *event)
{
	const struct ended *ended = &tally->ended[event->p % PROCS_MAX];
	struct life *life;

	if (event->g != GT_NO_ID || event->p == GT_NO_ID || !ended->time_ns ||
	    !same_record(ended->time_ns, event->time))
		return NULL;
	life = &tally->lives[ended->life];
	if (event->args[0] % TID_PERIOD != life->tid && event->args[0] % TID_PERIOD != life->tgid)
		return NULL;
	life->reborn = life->inside = true;
	name_life(tally, event->args[0], ended->life);
	return life;
}

static void on_create(struct tally *tally, const struct gt_event *event)
{
	struct life *parent = life_get(tally, event->g);
	struct life *life;

	if (parent) {
		parent->split_ns = event->time;
		parent->inside = same_record(parent->end_ns, event->time);
	}
	life = reborn(tally, event);
	if (life)
		return;
	life = life_new(tally, event->args[0], event->time);
	if (life) {
		life->born = true;
		life->tgid = stack_tgid(tally, event->args[1]);
	}
}

static void on_start(struct life *life, int64_t time_ns)
{
	life->split_ns = time_ns;
	life->now.starts += !life->reborn;
	life->reborn = false;
}

static void add_mark(struct tally *tally, struct life *life)
{
	void *grown = grow_array(life->marks, &life->mark_room, life->mark_count + 1,
				 sizeof(*life->marks));

	if (!grown) {
		tally->error = -ENOMEM;
		return;
	}
	life->marks = grown;
	life->now.wakes = life->wake_count;
	life->marks[life->mark_count++] = life->now;
}

static void on_syscall(struct tally *tally, struct life *life, const struct gt_event *event)
{
	const char *name = frame(tally, event->args[1], 0);

	/* Only taken up again: after a switch, or a child made inside it. */
	if (life->inside && same_record(life->split_ns, event->time))
		return;
	life->now.calls += tally->clocks || strcmp(name, CLOCK_NAME) != 0;
	if (!strcmp(name, MARK_NAME))
		add_mark(tally, life);
}

static void on_unblock(struct tally *tally, struct life *life, const struct gt_event *event)
{
	uint64_t stack = event->args[2];
	void *grown = grow_array(life->wakes, &life->wake_room, life->wake_count + 1,
				 sizeof(*life->wakes));

	if (!grown) {
		tally->error = -ENOMEM;
		return;
	}
	life->wakes = grown;
	life->wakes[life->wake_count++] =
		(struct wake){ .time_ns = event->time,
			       .waker = event->m == GT_NO_ID ? 0 : event->m % TID_PERIOD,
			       .wait = life->sleeps,
			       .top = frame(tally, stack, 0),
			       .root = root_frame(tally, stack) };
	life->sleeps = "";
}

static void on_leave(struct life *life, int64_t time_ns)
{
	life->inside = same_record(life->end_ns, time_ns);
}

static void on_block(struct tally *tally, struct life *life, const struct gt_event *event)
{
	life->now.blocks++;
	on_leave(life, event->time);
	life->sleeps = frame(tally, event->args[1], 0);
}

static void on_end(struct tally *tally, const struct life *life, const struct gt_event *event)
{
	struct ended *ended = &tally->ended[event->p % PROCS_MAX];

	ended->life = (uint32_t)(life - tally->lives);
	ended->time_ns = event->time;
}

/* Counts what the event is, beside the state that it leads to. */
static void count(struct tally *tally, struct life *life, const struct gt_event *event)
{
	switch (event->type) {
	case GT_EV_GO_START:
		on_start(life, event->time);
		break;
	case GT_EV_GO_STOP:
		life->now.stops++;
		on_leave(life, event->time);
		break;
	case GT_EV_GO_BLOCK:
		on_block(tally, life, event);
		break;
	case GT_EV_GO_UNBLOCK:
		on_unblock(tally, life, event);
		break;
	case GT_EV_GO_SYSCALL_BEGIN:
		on_syscall(tally, life, event);
		break;
	case GT_EV_GO_SYSCALL_END:
		life->end_ns = event->time;
		break;
	case GT_EV_GO_DESTROY:
		on_end(tally, life, event);
		break;
	default:
		break;
	}
}

static void step(struct tally *tally, const struct gt_event *event)
{
	struct gt_transition transition;
	struct life *life;

	tally->events++;
	if (!gt_event_transition(event, &transition) || transition.of_proc)
		return;
	if (event->type == GT_EV_GO_CREATE)
		on_create(tally, event);
	life = life_get(tally, transition.id);
	if (!life)
		life = life_new(tally, transition.id, event->time);
	if (!life)
		return;
	advance(life, event->time);
	life->state = transition.to;
	count(tally, life, event);
}

static int read_all(struct tally *tally, const struct file *file, char *error, size_t size)
{
	const struct gt_event *event;
	int err = gt_reader_new_memory(&tally->reader, file->data, file->size, NULL);

	if (err)
		return err;
	while (!tally->error) {
		err = gt_reader_next(tally->reader, &event);
		if (err || !event)
			break;
		step(tally, event);
	}
	if (err)
		snprintf(error, size, "%s", gt_reader_error(tally->reader)->text);
	gt_reader_free(tally->reader);
	tally->reader = NULL;
	return err ? err : tally->error;
}

int tally_new(struct tally **out, const char *path, bool clocks, char *error, size_t size)
{
	struct tally *tally = calloc(1, sizeof(*tally));
	struct file file;
	int err = -ENOMEM;

	snprintf(error, size, "%s", "cannot be read");
	if (!tally)
		return err;
	tally->clocks = clocks;
	tally->ended = calloc(PROCS_MAX, sizeof(*tally->ended));
	if (tally->ended)
		err = file_map(&file, path);
	if (!err) {
		err = read_all(tally, &file, error, size);
		file_unmap(&file);
	}
	if (err)
		tally_free(tally);
	else
		*out = tally;
	return err;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	for (size_t i = 0; i < tally->life_count; i++) {
		free(tally->lives[i].marks);
		free(tally->lives[i].wakes);
	}
	for (size_t i = 0; i < TEXTS; i++)
		free(tally->texts[i]);
	idmap_fini(&tally->goes);
	free(tally->life_of);
	free(tally->ended);
	free(tally->lives);
	free(tally);
}

const struct life *tally_find(const struct tally *tally, uint32_t tid, uint32_t marks)
{
	for (size_t i = tally->life_count; i > 0; i--)
		if (tally->lives[i - 1].tid == tid && tally->lives[i - 1].mark_count >= marks)
			return &tally->lives[i - 1];
	return NULL;
}

size_t tally_lives(const struct tally *tally)
{
	return tally->life_count;
}

uint64_t tally_events(const struct tally *tally)
{
	return tally->events;
}
