/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The rare packets of a trace: clocks, the machine, processes and threads,
 * states at the start, losses. Each function appends a packet to out, packed
 * by protobuf-c; 0 or -ENOMEM, with nothing appended. Times are CLOCK_MONOTONIC.
 */
#ifndef GOTRACE_EXPORT_PERFETTO_PACKETS_H
#define GOTRACE_EXPORT_PERFETTO_PACKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "export/perfetto/pb.h"
#include "track/thread.h"

/* CLOCK_MONOTONIC and CLOCK_REALTIME at one moment; the first is what times are shown in. */
int packet_clocks(struct pb *out, uint64_t mono_ns, uint64_t wall_ns);

/* arch: enum rec_arch; release: uname -r, empty if not known. */
int packet_system(struct pb *out, uint32_t arch, const char *release, uint32_t cpus);

/* The threads, of known processes, and each process that they are the first to tell of. */
struct packet_member {
	uint32_t tid;
	uint32_t tgid;
	bool kernel;	  /* a kernel thread */
	bool new_process; /* tell of its process, too */
	char process_name[REC_COMM_LEN];
};
#define PACKET_MEMBERS 128 /* at most, in one packet */
int packet_tree(struct pb *out, uint64_t ts_ns, const struct packet_member *members, size_t count);

/* A thread is runnable or asleep, without anything that led there. */
int packet_state(struct pb *out, uint64_t ts_ns, const struct thread *thread, bool asleep);

/* A track for the losses of a CPU; and one loss on it. */
int packet_loss_track(struct pb *out, uint16_t cpu);
int packet_loss(struct pb *out, uint16_t cpu, uint64_t count, uint64_t from_ns, uint64_t to_ns);

#endif
