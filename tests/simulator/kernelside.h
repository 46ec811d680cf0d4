/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The simulated kernel side: filter, storage, records; a model of bpf/. Each
 * function is what the handler of a tracepoint does, called where the kernel
 * has the tracepoint: before the change or after, as there. The time of the
 * record it writes, if any, is the world's time when it returns.
 */
#ifndef GOTRACE_TESTS_SIMULATOR_KERNELSIDE_H
#define GOTRACE_TESTS_SIMULATOR_KERNELSIDE_H

#include "simulator/world.h"

/* The storage pass, or a birth, gives a thread fresh storage. */
void kernelside_store(struct world *world, struct world_thread *thread);
bool kernelside_scope(const struct world *world, const struct world_thread *thread);

void kernelside_birth(struct world *world, uint32_t child, uint32_t parent);
void kernelside_fork(struct world *world, uint32_t cpu, uint32_t child);
void kernelside_switch(struct world *world, uint32_t cpu, uint32_t next, uint16_t state,
		       uint8_t flags);
void kernelside_waking(struct world *world, uint32_t cpu, uint32_t thread, uint8_t context);
void kernelside_wakeup(struct world *world, uint32_t cpu, uint32_t thread, uint32_t target);
void kernelside_sys_enter(struct world *world, uint32_t cpu, uint16_t sys);
void kernelside_sys_exit(struct world *world, uint32_t cpu);
void kernelside_rename(struct world *world, uint32_t cpu, const char *comm);
void kernelside_exec(struct world *world, uint32_t cpu, uint32_t old_tid);
void kernelside_exit(struct world *world, uint32_t cpu);

#endif
