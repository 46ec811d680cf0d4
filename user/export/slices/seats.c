// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/slices/seats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "export/slices/person.h"

/* Who is on a CPU, as its last switch says. */
struct seat {
	bool known;
	bool stranger; /* else idle, or one with a lane */
	uint64_t since_ns;
	struct person who; /* nobody: idle */
	uint64_t step;
	uint32_t waiters;    /* lanes that wait for this CPU, */
	uint64_t watched_ns; /* since when there are any */
};

void seats_fini(struct seats *seats)
{
	free(seats->seats);
}

/* Zeroed: nothing is known of the CPU. NULL: no memory. */
static struct seat *seat_of(struct seats *seats, uint16_t cpu)
{
	size_t old = seats->room;
	struct seat *grown;

	if (cpu < old)
		return &seats->seats[cpu];
	grown = grow_array(seats->seats, &seats->room, (size_t)cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + old, 0, (seats->room - old) * sizeof(*grown));
	seats->seats = grown;
	return &grown[cpu];
}

static int tell_stranger(struct seats *seats, const struct seat *seat, uint16_t cpu,
			 uint64_t now_ns, bool known)
{
	const struct slice slice = {
		.start_ns = seat->since_ns,
		.began_ns = seat->since_ns,
		.end_ns = now_ns,
		.wall_ns = SLICE_NO_WALL,
		.cpu = cpu,
		.state = SLICE_STRANGER,
		.who = known ? person_who(&seat->who) : (struct slice_who){ .comm = { "", 0 } },
	};

	return now_ns > seat->since_ns ? seats->tell(seats->ctx, &slice) : 0;
}

/*
 * The seat's one till now; out: who leaves by this switch. While a thread waits
 * for a CPU all its switches are told, if the capture looked for that: so who
 * leaves was there since that began.
 */
static int leave_seat(struct seats *seats, struct seat *seat, uint16_t cpu, uint64_t now_ns,
		      const struct thread *out, bool is_stranger)
{
	bool watched = seats->knows_strangers && seat->waiters;
	struct person left = { 0 };
	int err = 0;

	person_take(&left, out);
	if (seat->known && left.id == seat->who.id)
		return seat->stranger ? tell_stranger(seats, seat, cpu, now_ns, true) : 0;
	if (seat->known && (seat->stranger || !seat->who.id))
		err = tell_stranger(seats, seat, cpu, watched ? seat->watched_ns : now_ns, false);
	if (err || !watched || !is_stranger)
		return err;
	seat->who = left;
	if (!seat->known || seat->since_ns < seat->watched_ns)
		seat->since_ns = seat->watched_ns;
	return tell_stranger(seats, seat, cpu, now_ns, true);
}

/* A switch is told as that of who left, of who came, or of both. */
static int take_switch(struct seats *seats, const struct change *change)
{
	bool comes = change->kind == CHANGE_IN || change->kind == CHANGE_STRANGER_IN;
	const struct thread *in = comes ? change->thread : change->other;
	const struct thread *out = comes ? change->other : change->thread;
	struct seat *seat = seat_of(seats, change->cpu);
	int err;

	if (!seat)
		return -ENOMEM;
	if (in->slot == THREAD_SLOT_NOBODY || out->slot == THREAD_SLOT_NOBODY) {
		seat->known = false; /* a bridge */
		return 0;
	}
	if (seat->known && seat->step == change->step)
		return 0;
	err = leave_seat(seats, seat, change->cpu, change->ts_ns, out,
			 comes ? !thread_is_idle(out) && !change->other_scope
			       : change->kind == CHANGE_STRANGER_OUT);
	seat->known = true;
	seat->since_ns = change->ts_ns;
	seat->step = change->step;
	seat->stranger = comes ? change->kind == CHANGE_STRANGER_IN
			       : !thread_is_idle(in) && !change->other_scope;
	person_take(&seat->who, in);
	return err;
}

static bool is_switch(const struct change *change)
{
	return change->kind <= CHANGE_END || change->kind == CHANGE_STRANGER_IN ||
	       change->kind == CHANGE_STRANGER_OUT;
}

int seats_take(struct seats *seats, const struct change *change)
{
	return is_switch(change) && change->cpu != CHANGE_NO_CPU ? take_switch(seats, change) : 0;
}

int seats_lose(struct seats *seats, uint16_t cpu, uint64_t now_ns)
{
	struct seat *seat = seat_of(seats, cpu);

	if (!seat)
		return -ENOMEM;
	seat->known = seat->stranger = true;
	seat->who.id = 0; /* nobody knows who */
	seat->since_ns = now_ns;
	return 0;
}

int seats_watch(struct seats *seats, uint16_t cpu, int more, uint64_t now_ns)
{
	struct seat *seat = cpu == CHANGE_NO_CPU ? NULL : seat_of(seats, cpu);

	if (!seat)
		return cpu == CHANGE_NO_CPU ? 0 : -ENOMEM;
	if (more > 0 && !seat->waiters)
		seat->watched_ns = now_ns;
	seat->waiters += (uint32_t)more;
	return 0;
}
