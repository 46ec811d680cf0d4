/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames: what stacks in the trace are made of. A frame is a number here, of
 * the open generation, as are the ids of strings and stacks. All are kept, so
 * that a name in use is neither hashed nor copied again before the next one.
 * What a frame says, and in what form, is facts.h; which stack an event has is
 * stacks.c.
 *
 * Every stack ends in the thread's frame (the root, last), under what it is
 * inside (the top, first). A goroutine introduced in the open generation has a
 * late string as its name, so that it gets the one it has when the generation
 * is closed.
 */
#ifndef GOTRACE_EXPORT_GO_FRAMES_H
#define GOTRACE_EXPORT_GO_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "export/go/facts.h"
#include "export/go/goroutine.h"
#include "export/go/reasons.h"
#include "gotrace/writer.h"

struct frames;

/* cpus: CPUs from there on get no frame. -ENOMEM. */
int frames_new(struct frames **out, struct gt_writer *writer, uint32_t arch, uint32_t cpus);
void frames_free(struct frames *frames);

/* What gt_statuses_at() returned: a new number forgets every id and frame. */
void frames_generation(struct frames *frames, uint64_t generation);
/* -ENOMEM once there was no memory for a frame; it is missing in the trace then. */
int frames_error(const struct frames *frames);

/* Ids of strings. */
uint32_t frames_text(struct frames *frames, const char *text);
uint32_t frames_reason(struct frames *frames, enum reason reason);
uint32_t frames_comm(struct frames *frames, const struct goroutine *g);

/* Frames. One of a kind that has neither text nor number: */
uint32_t frames_plain(struct frames *frames, enum fact_kind kind);
/* 0 if sys says that there is none, or none is known. */
uint32_t frames_syscall(struct frames *frames, uint16_t sys);
/* why: a constant string, of which there are few. */
uint32_t frames_asleep(struct frames *frames, const char *why);
uint32_t frames_preempted_by(struct frames *frames, struct goroutine *by);
uint32_t frames_yielded_to(struct frames *frames, struct goroutine *to);
uint32_t frames_woken_by(struct frames *frames, struct goroutine *by);
/* FACT_LIMIT_CPU or _RT: by that limit of the cgroup; 0: it is not known of which. */
uint32_t frames_limit(struct frames *frames, enum fact_kind kind, uint64_t group);
/* 0 if the CPU is not known. */
uint32_t frames_queue(struct frames *frames, uint16_t cpu);
/* A frame each time: how many are lost; how long something was. */
uint32_t frames_number(struct frames *frames, enum fact_kind kind, uint64_t number);

/* The stack id of what the thread is inside, if it is in a syscall, under it its root. */
uint64_t frames_own(struct frames *frames, struct goroutine *g);
/* The stack id of top, under it (each a frame or 0 for none), the thread's root. */
uint64_t frames_stack(struct frames *frames, struct goroutine *g, uint32_t top, uint32_t under);
/* The same with any number of frames over the root, at most FRAMES_MAX; not kept. */
#define FRAMES_MAX 4
uint64_t frames_rare_stack(struct frames *frames, struct goroutine *g, const uint32_t *tops,
			   unsigned count);

/* A cgroup has a path, for limits: it stays valid until frames_free(). 0 or -ENOMEM. */
int frames_know_cgroup(struct frames *frames, const struct cgroup *cgroup);

/*
 * Two tops (each a frame or 0), under them frames of program code, the thread's
 * root; not kept. count: at most CODE_FRAMES.
 */
#define CODE_FRAMES 64
uint64_t frames_deep_stack(struct frames *frames, struct goroutine *g, const uint32_t tops[2],
			   const struct gt_frame *code, size_t count);
/* A frame of program code, of the open generation. Texts are constant. */
struct gt_frame frames_code(struct frames *frames, const char *func, size_t func_size,
			    const char *file, uint32_t line);
/* The number of the open generation. */
uint64_t frames_open(const struct frames *frames);

/* Its comm or its process's name changed. */
void frames_renamed(struct frames *frames, struct goroutine *g);

#endif
