/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Rings: user space's end of the transport (bpf/ring.bpf.h is the other). One
 * BPF ring buffer per CPU that was online, one shared by all others, mapped
 * here and read without a system call.
 */
#ifndef GOTRACE_CAPTURE_RINGS_H
#define GOTRACE_CAPTURE_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rings;

/*
 * Makes the rings and puts them into the array of maps outer_fd (cpus slots).
 * online[cpu]: gets a ring of its own. bytes is divided among those, rounded
 * down to a power of two of pages. -errno of the kernel.
 */
int rings_new(struct rings **out, int outer_fd, uint32_t cpus, const bool *online, size_t bytes);
void rings_free(struct rings *rings);

/* All rings together, bytes. */
size_t rings_bytes(const struct rings *rings);

/* Takes whole frames of a ring; borrowed for the call. 0 or -errno. */
typedef int (*rings_fn)(void *ctx, uint32_t cpu, const void *data, size_t size);

/*
 * Reads every ring up to where its producer stood when the round began.
 * 1: every ring reached it, the round is complete. 0: a record was still being
 * written; call again, the round goes on. Or -errno of fn, and what fn did
 * not take stays in the ring.
 */
int rings_read(struct rings *rings, rings_fn fn, void *ctx);

/* The highest share of a ring found used so far, 0 to 1. */
double rings_fullest(const struct rings *rings);

#endif
