/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A capture as text: the calls that a live capture makes on a stream, told by
 * lines.
 *
 *   snapshot task=100#7 state=running cpu=1      rectext.h, any number, first
 *   start at=1000                                the snapshot was complete then
 *   1100 cpu1 switch prev=100#8 next=idle        rectext.h: into its CPU's ring
 *   ring                                         what the rings hold is handed on
 *   round at=2000 [missed=N] [cpu1=SEQ[-DROPPED]]...
 *   end at=3000 [missed=N] [cpu1=SEQ[-DROPPED]]...
 *
 * "round" and "end" hand on what the rings hold first. A CPU's counter is one
 * more than its highest number, if it is not given.
 */
#ifndef GOTRACE_TESTS_LIB_CAPTEXT_H
#define GOTRACE_TESTS_LIB_CAPTEXT_H

#include "stream/stream.h"

#define CAPTEXT_CPUS 8

/*
 * Makes the calls on a stream, for a machine of info->cpus (at most
 * CAPTEXT_CPUS). 0, the stream's first error, or -EINVAL with the line's fault
 * printed on stderr.
 */
int captext_feed(const char *text, const struct stream_info *info, const struct stream *to);

/* A description that fits: cpus CPUs, all online, system scope, times 0. */
struct stream_info captext_info(uint32_t cpus);

/* A buffer that a test's sink fills. */
struct captext_buffer {
	unsigned char *data; /* 8-aligned; the test frees it */
	size_t size, room;
};

/* Appends; matches raw_sink_fn and gt_sink_fn. 0 or -ENOMEM. */
int captext_append(void *buffer, const void *data, size_t size);

/* The text as a raw file into *out, which is empty. As captext_feed(). */
int captext_raw(const char *text, uint32_t cpus, struct captext_buffer *out);

#endif
