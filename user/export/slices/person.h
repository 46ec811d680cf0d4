/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* A thread as it was when something was said of it: its slot may be another's by now. */
#ifndef GOTRACE_EXPORT_SLICES_PERSON_H
#define GOTRACE_EXPORT_SLICES_PERSON_H

#include <string.h>

#include "export/slices/slice.h"
#include "track/thread.h"

struct person {
	uint64_t id; /* 0: nobody */
	uint32_t tid, pid;
	char comm[REC_COMM_LEN];
};

/* Without an id it is told by its tid, which no id is as small as. */
static inline void person_take(struct person *person, const struct thread *thread)
{
	if (thread->slot < THREAD_SLOT_FIRST) {
		person->id = 0;
		return;
	}
	person->id = thread->id ? thread->id : thread->tid;
	person->tid = thread->tid;
	person->pid = thread->tgid;
	memcpy(person->comm, thread->comm, sizeof(person->comm));
}

static inline struct slice_who person_who(const struct person *person)
{
	if (!person->id)
		return (struct slice_who){ .comm = { "", 0 } };
	return (struct slice_who){
		.id = person->id,
		.tid = person->tid,
		.pid = person->pid,
		.comm = { person->comm, strnlen(person->comm, sizeof(person->comm)) },
	};
}

#endif
