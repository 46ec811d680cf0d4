// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Written by hand: protobuf-c takes 180 ns for an event like these, this 13.
 * The numbers are those of perfetto.proto; a test reads all of it back with
 * what protobuf-c makes of that.
 *
 * A switch in the columns has 9 or 10 bytes, a wakeup 10 or 11. They say
 * neither who leaves nor who wakes: a reader takes whoever the last switch of
 * the CPU brought.
 */
#include "export/perfetto/bundle.h"

#include <errno.h>

#include "base/utf8.h"

/* Field numbers. */
enum {
	TRACE_PACKET = 1
};
enum {
	PACKET_BUNDLE = 1,
	PACKET_SEQUENCE = 10
};
enum {
	BUNDLE_CPU = 1,
	BUNDLE_EVENT = 2,
	BUNDLE_LOST_EVENTS = 3,
	BUNDLE_COMPACT = 4,
	BUNDLE_CLOCK = 5,
	BUNDLE_CLOCK_TIME = 6,
	BUNDLE_BOOT_TIME = 7,
};
enum {
	EVENT_TIME = 1,
	EVENT_PID = 2
};
enum {
	EVENT_SWITCH = 4,
	EVENT_BLOCKED_REASON = 18,
	EVENT_WAKING = 20,
	EVENT_NEW_TASK = 235,
	EVENT_RENAME = 236,
	EVENT_FREE = 240,
	EVENT_SYS_ENTER = 329,
	EVENT_SYS_EXIT = 330,
};
enum {
	COMPACT_INTERN_TABLE = 5
};

static const uint8_t column_fields[COLUMNS] = {
	[COLUMN_SWITCH_TIME] = 1,  [COLUMN_SWITCH_STATE] = 2,  [COLUMN_SWITCH_TID] = 3,
	[COLUMN_SWITCH_PRIO] = 4,  [COLUMN_SWITCH_COMM] = 6,   [COLUMN_WAKING_TIME] = 7,
	[COLUMN_WAKING_TID] = 8,   [COLUMN_WAKING_CPU] = 9,    [COLUMN_WAKING_PRIO] = 10,
	[COLUMN_WAKING_COMM] = 11, [COLUMN_WAKING_FLAGS] = 12,
};

#define CLOCK_LOCAL 3
#define CLONE_THREAD 0x10000
#define SEQUENCE 1 /* there is one writer */

/*
 * A name in bytes. Three times as long where nothing of it is UTF-8, so it is
 * cut: the longest event has to stay below 128 bytes (pb_put_begin()).
 */
#define NAME_BYTES 24
#define EVENT_BYTES 128

void bundle_init(struct bundle *bundle, uint32_t cpu)
{
	*bundle = (struct bundle){ .cpu = cpu, .serial = 1 };
}

void bundle_fini(struct bundle *bundle)
{
	for (unsigned i = 0; i < COLUMNS; i++)
		pb_fini(&bundle->columns[i]);
	pb_fini(&bundle->names);
	pb_fini(&bundle->other);
}

/* ---- columns ---- */

static size_t comm_text(char out[NAME_BYTES], const char *comm)
{
	return utf8_repair(out, NAME_BYTES, comm, strnlen(comm, REC_COMM_LEN));
}

static int add_name(struct bundle *bundle, struct bundle_name *name, const char *comm)
{
	char text[NAME_BYTES];
	size_t len = comm_text(text, comm);

	if (bundle->name_count == BUNDLE_NAMES || pb_room(&bundle->names, NAME_BYTES + 2))
		return -ENOMEM;
	memcpy(name->comm, comm, REC_COMM_LEN);
	name->serial = bundle->serial;
	name->index = bundle->name_count++;
	bundle->names.len = (size_t)(pb_put_bytes(bundle->names.data + bundle->names.len,
						  COMPACT_INTERN_TABLE, text, len) -
				     bundle->names.data);
	return 0;
}

/* The name's number in this bundle, or -ENOMEM. */
static int name_index(struct bundle *bundle, const char *comm)
{
	uint64_t key[2];
	size_t at;

	memcpy(key, comm, sizeof(key));
	at = (size_t)(((key[0] ^ key[1] * 31) * 0x9e3779b97f4a7c15) >> 32);
	for (;; at++) {
		struct bundle_name *name = &bundle->table[at % (2 * BUNDLE_NAMES)];

		if (name->serial != bundle->serial && add_name(bundle, name, comm))
			return -ENOMEM;
		if (name->comm[0] == key[0] && name->comm[1] == key[1])
			return (int)name->index;
	}
}

/* Room for a value in each of the columns from first to last. */
static int columns_room(struct bundle *bundle, unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last; i++)
		if (pb_room(&bundle->columns[i], PB_VARINT_MAX))
			return -ENOMEM;
	return 0;
}

static inline void column_add(struct bundle *bundle, enum bundle_column column, uint64_t value)
{
	struct pb *pb = &bundle->columns[column];

	pb->len = (size_t)(pb_put_varint(pb->data + pb->len, value) - pb->data);
}

/* A number that may be negative, as a signed type of the format has it. */
static inline uint64_t signed_number(int64_t value)
{
	return (uint64_t)value;
}

int bundle_switch(struct bundle *bundle, uint64_t ns, unsigned prev_state,
		  const struct bundle_task *next)
{
	int name = name_index(bundle, next->comm);

	if (name < 0 || columns_room(bundle, COLUMN_SWITCH_TIME, COLUMN_SWITCH_COMM))
		return -ENOMEM;
	column_add(bundle, COLUMN_SWITCH_TIME, ns - bundle->switch_ns);
	column_add(bundle, COLUMN_SWITCH_STATE, prev_state);
	column_add(bundle, COLUMN_SWITCH_TID, next->tid);
	column_add(bundle, COLUMN_SWITCH_PRIO, signed_number(next->prio));
	column_add(bundle, COLUMN_SWITCH_COMM, (uint64_t)name);
	bundle->switch_ns = ns;
	bundle->events++;
	return 0;
}

int bundle_waking(struct bundle *bundle, uint64_t ns, const struct bundle_task *wakee,
		  unsigned target_cpu, unsigned flags)
{
	int name = name_index(bundle, wakee->comm);

	if (name < 0 || columns_room(bundle, COLUMN_WAKING_TIME, COLUMN_WAKING_FLAGS))
		return -ENOMEM;
	column_add(bundle, COLUMN_WAKING_TIME, ns - bundle->waking_ns);
	column_add(bundle, COLUMN_WAKING_TID, wakee->tid);
	column_add(bundle, COLUMN_WAKING_CPU, target_cpu);
	column_add(bundle, COLUMN_WAKING_PRIO, signed_number(wakee->prio));
	column_add(bundle, COLUMN_WAKING_COMM, (uint64_t)name);
	column_add(bundle, COLUMN_WAKING_FLAGS, flags);
	bundle->waking_ns = ns;
	bundle->events++;
	return 0;
}

/* ---- events ---- */

/* An event under way: where it began, and its inner message. */
struct event {
	uint8_t *outer;
	uint8_t *inner;
};

/* Where to put the inner message's fields; NULL: no memory. */
static uint8_t *event_begin(struct bundle *bundle, struct event *event, uint64_t ns, uint32_t pid,
			    unsigned field)
{
	uint8_t *at;

	if (pb_room(&bundle->other, EVENT_BYTES + 2))
		return NULL;
	at = event->outer = pb_put_begin(bundle->other.data + bundle->other.len, BUNDLE_EVENT);
	at = pb_put_number(at, EVENT_TIME, ns);
	at = pb_put_number(at, EVENT_PID, pid);
	event->inner = pb_put_begin(at, field);
	return event->inner;
}

static int event_end(struct bundle *bundle, const struct event *event, const uint8_t *at)
{
	pb_put_end(event->inner, at);
	pb_put_end(event->outer, at);
	bundle->other.len = (size_t)(at - bundle->other.data);
	bundle->events++;
	return 0;
}

static uint8_t *put_comm(uint8_t *at, unsigned field, const char *comm)
{
	char text[NAME_BYTES];

	return pb_put_bytes(at, field, text, comm_text(text, comm));
}

int bundle_whole_switch(struct bundle *bundle, uint64_t ns, const struct bundle_task *prev,
			unsigned prev_state, const struct bundle_task *next)
{
	struct event event;
	uint8_t *at = event_begin(bundle, &event, ns, prev->tid, EVENT_SWITCH);

	if (!at)
		return -ENOMEM;
	at = put_comm(at, 1, prev->comm);
	at = pb_put_number(at, 2, prev->tid);
	at = pb_put_number(at, 3, signed_number(prev->prio));
	at = pb_put_number(at, 4, prev_state);
	at = put_comm(at, 5, next->comm);
	at = pb_put_number(at, 6, next->tid);
	at = pb_put_number(at, 7, signed_number(next->prio));
	return event_end(bundle, &event, at);
}

int bundle_whole_waking(struct bundle *bundle, uint64_t ns, uint32_t waker_tid,
			const struct bundle_task *wakee, unsigned target_cpu)
{
	struct event event;
	uint8_t *at = event_begin(bundle, &event, ns, waker_tid, EVENT_WAKING);

	if (!at)
		return -ENOMEM;
	at = put_comm(at, 1, wakee->comm);
	at = pb_put_number(at, 2, wakee->tid);
	at = pb_put_number(at, 3, signed_number(wakee->prio));
	at = pb_put_number(at, 4, 1);
	at = pb_put_number(at, 5, target_cpu);
	return event_end(bundle, &event, at);
}

int bundle_new_task(struct bundle *bundle, uint64_t ns, uint32_t parent_tid,
		    const struct bundle_task *child, bool same_process)
{
	struct event event;
	uint8_t *at = event_begin(bundle, &event, ns, parent_tid, EVENT_NEW_TASK);

	if (!at)
		return -ENOMEM;
	at = pb_put_number(at, 1, child->tid);
	at = put_comm(at, 2, child->comm);
	at = pb_put_number(at, 3, same_process ? CLONE_THREAD : 0);
	return event_end(bundle, &event, at);
}

int bundle_rename(struct bundle *bundle, uint64_t ns, const struct bundle_task *task,
		  const char old_comm[REC_COMM_LEN])
{
	struct event event;
	uint8_t *at = event_begin(bundle, &event, ns, task->tid, EVENT_RENAME);

	if (!at)
		return -ENOMEM;
	at = pb_put_number(at, 1, task->tid);
	at = put_comm(at, 2, old_comm);
	at = put_comm(at, 3, task->comm);
	return event_end(bundle, &event, at);
}

int bundle_task_free(struct bundle *bundle, uint64_t ns, const struct bundle_task *task)
{
	struct event event;
	uint8_t *at = event_begin(bundle, &event, ns, task->tid, EVENT_FREE);

	if (!at)
		return -ENOMEM;
	at = put_comm(at, 1, task->comm);
	at = pb_put_number(at, 2, task->tid);
	at = pb_put_number(at, 3, signed_number(task->prio));
	return event_end(bundle, &event, at);
}

int bundle_io_wait(struct bundle *bundle, uint64_t ns, uint32_t tid)
{
	struct event event;
	uint8_t *at = event_begin(bundle, &event, ns, tid, EVENT_BLOCKED_REASON);

	if (!at)
		return -ENOMEM;
	at = pb_put_number(at, 1, tid);
	at = pb_put_number(at, 3, 1);
	return event_end(bundle, &event, at);
}

int bundle_sys_enter(struct bundle *bundle, uint64_t ns, uint32_t tid, int64_t nr)
{
	struct event event;
	uint8_t *at = event_begin(bundle, &event, ns, tid, EVENT_SYS_ENTER);

	if (!at)
		return -ENOMEM;
	return event_end(bundle, &event, pb_put_number(at, 1, signed_number(nr)));
}

int bundle_sys_exit(struct bundle *bundle, uint64_t ns, uint32_t tid, int64_t nr,
		    const int64_t *ret)
{
	struct event event;
	uint8_t *at = event_begin(bundle, &event, ns, tid, EVENT_SYS_EXIT);

	if (!at)
		return -ENOMEM;
	at = pb_put_number(at, 1, signed_number(nr));
	if (ret)
		at = pb_put_number(at, 2, signed_number(*ret));
	return event_end(bundle, &event, at);
}

/* ---- the packet ---- */

bool bundle_full(const struct bundle *bundle)
{
	/* Two names at most come with the next event. */
	return bundle->other.len + 10 * (size_t)bundle->columns[COLUMN_SWITCH_STATE].len +
			       10 * (size_t)bundle->columns[COLUMN_WAKING_FLAGS].len >=
		       BUNDLE_BYTES ||
	       bundle->name_count + 2 > BUNDLE_NAMES;
}

/* Bytes of a field that holds len bytes. */
static size_t field_size(unsigned field, size_t len)
{
	return pb_varint_size(field << 3) + pb_varint_size(len) + len;
}

static size_t columns_size(const struct bundle *bundle)
{
	size_t size = bundle->names.len;

	for (unsigned i = 0; i < COLUMNS; i++)
		if (bundle->columns[i].len)
			size += field_size(column_fields[i], bundle->columns[i].len);
	return size;
}

/* What is encoded already; may be nothing. */
static uint8_t *put_encoded(uint8_t *at, const struct pb *pb)
{
	if (pb->len)
		memcpy(at, pb->data, pb->len);
	return at + pb->len;
}

static uint8_t *put_columns(const struct bundle *bundle, uint8_t *at, size_t size)
{
	if (!size)
		return at;
	at = pb_put_tag(at, BUNDLE_COMPACT, PB_BYTES);
	at = pb_put_varint(at, size);
	at = put_encoded(at, &bundle->names);
	for (unsigned i = 0; i < COLUMNS; i++)
		if (bundle->columns[i].len)
			at = pb_put_bytes(at, column_fields[i], bundle->columns[i].data,
					  bundle->columns[i].len);
	return at;
}

/* What stands before the events: at most HEAD_BYTES. */
#define HEAD_BYTES 64
static uint8_t *put_head(const struct bundle *bundle, uint8_t *at, uint64_t base_ns)
{
	at = pb_put_number(at, BUNDLE_CPU, bundle->cpu);
	if (bundle->lost)
		at = pb_put_number(at, BUNDLE_LOST_EVENTS, 1);
	at = pb_put_number(at, BUNDLE_CLOCK, CLOCK_LOCAL);
	at = pb_put_number(at, BUNDLE_CLOCK_TIME, 1);
	return pb_put_number(at, BUNDLE_BOOT_TIME, base_ns);
}

static void begin_next(struct bundle *bundle)
{
	for (unsigned i = 0; i < COLUMNS; i++)
		bundle->columns[i].len = 0;
	bundle->names.len = bundle->other.len = 0;
	bundle->name_count = bundle->events = 0;
	bundle->switch_ns = bundle->waking_ns = 0;
	bundle->lost = false;
	bundle->serial++;
}

int bundle_finish(struct bundle *bundle, uint64_t base_ns, struct pb *out)
{
	size_t columns = columns_size(bundle), inner, packet;
	uint8_t head[HEAD_BYTES], sequence[8], *at;
	size_t head_len = (size_t)(put_head(bundle, head, base_ns) - head);
	size_t sequence_len =
		(size_t)(pb_put_number(sequence, PACKET_SEQUENCE, SEQUENCE) - sequence);

	if (bundle_empty(bundle))
		return 0;
	inner = head_len + (columns ? field_size(BUNDLE_COMPACT, columns) : 0) + bundle->other.len;
	packet = field_size(PACKET_BUNDLE, inner) + sequence_len;
	if (pb_room(out, field_size(TRACE_PACKET, packet)))
		return -ENOMEM;
	at = pb_put_varint(pb_put_tag(out->data + out->len, TRACE_PACKET, PB_BYTES), packet);
	at = pb_put_varint(pb_put_tag(at, PACKET_BUNDLE, PB_BYTES), inner);
	memcpy(at, head, head_len);
	at = put_columns(bundle, at + head_len, columns);
	at = put_encoded(at, &bundle->other);
	memcpy(at, sequence, sequence_len);
	out->len = (size_t)(at + sequence_len - out->data);
	begin_next(bundle);
	return 0;
}
