/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Do a Go trace and a capture belong together? A thread writes its own Go
 * events, so it is on a CPU at each of them. And which thread is an M? In a
 * container Go knows its threads by other numbers than the capture: then by
 * when each was on a CPU.
 *
 * It reads the Go trace once, and changes nothing but what is said of the
 * mapping. It does not know what the events mean.
 */
#ifndef GOTRACE_FUSE_BELONG_H
#define GOTRACE_FUSE_BELONG_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/idmap.h"
#include "fuse/kernel.h"
#include "gotrace/reader.h"

/* A tick is 64 ns, a burst's events are moved on by one each: so much is no contradiction. */
#define FUSE_SLACK_NS 500

#define BELONG_SAMPLES 256

struct belong_m {
	uint64_t id;
	struct fuse_thread *thread; /* NULL: not in the capture */
	size_t hint;
	uint64_t events, off; /* in the common time; off: while its thread was off the CPU */
	uint64_t last;	      /* the last event's time */
	/* Times of some of its events, evenly: each stride-th. */
	uint64_t samples[BELONG_SAMPLES];
	unsigned count;
	uint64_t stride;
};

struct belong {
	struct idmap ids; /* of Ms */
	struct belong_m *ms;
	size_t count, cap;
	uint64_t begin, end;		   /* of the Go trace */
	uint64_t common_begin, common_end; /* of both */
	uint64_t events, off;
	uint64_t generations; /* whole ones */
	bool mapped;	      /* threads have other numbers than the Ms */
	uint32_t tgid;	      /* the process; 0: no thread of it is in the capture */
	unsigned version;     /* of the Go trace's header */
	int64_t wall_apart;   /* ns by which the clocks of both differ; 0: not known */
};

void belong_fini(struct belong *belong);

/*
 * Reads all of the trace and says whether it belongs to the capture. The
 * struct is zeroed before. -EINVAL: it does not; -EPROTONOSUPPORT: it is not a
 * trace that can be fused; why is in diag; -ENOMEM. A trace that is cut off or damaged
 * counts up to its last whole generation; what is wrong with it is the
 * reader's error.
 */
int belong_read(struct belong *belong, const struct fuse_kernel *kernel, struct gt_reader *reader,
		struct diag *diag);

/* The M of an id; NULL: it has no event. */
struct belong_m *belong_find(const struct belong *belong, uint64_t m);

/* Did its own thread write the event, at its time? Statuses may be of another's. */
bool belong_is_witness(const struct gt_event *event);

/* Is the thread off its CPU then, for longer than what clocks explain, and it is known why? */
bool belong_is_off(const struct fuse_kernel *kernel, const struct fuse_thread *thread, uint64_t at,
		   size_t *hint);

#endif
