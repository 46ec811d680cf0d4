// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/go/frames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/grow.h"
#include "export/cgroupmap.h"
#include "syscalls/names.h"

/* Words for a sleep; more of them would be made anew each time. */
#define SLEEPS 16
/* Kept at their number modulo this. */
#define UNNAMED 256
#define LIMITS 16

struct frames {
	struct gt_writer *writer;
	uint32_t arch;
	uint64_t generation;
	int error;
	/* Those of the open generation: frame n at n - 1. */
	struct gt_frame *made;
	size_t made_count, made_cap;
	/* Ids and frames of the open generation, 0 = not made yet. */
	struct {
		uint32_t reasons[REASON_COUNT];
		uint32_t plain[FACT_KINDS];
		struct {
			const char *why;
			uint32_t frame;
		} sleeps[SLEEPS];
		struct {
			uint16_t sys;
			uint32_t frame;
		} unnamed[UNNAMED];
		struct {
			uint64_t group;
			uint32_t frame;
			enum fact_kind kind;
		} limits[LIMITS];
	} kept;
	uint32_t *queues; /* [cpus] */
	struct cgroupmap cgroups;
	uint32_t cpus;
	struct {
		const struct syscall_table *table; /* NULL: unknown architecture */
		uint32_t *frames;
	} syscalls[2]; /* [compat] */
};

int frames_new(struct frames **out, struct gt_writer *writer, uint32_t arch, uint32_t cpus)
{
	struct frames *frames = calloc(1, sizeof(*frames));

	if (!frames)
		return -ENOMEM;
	frames->writer = writer;
	frames->arch = arch;
	frames->cpus = cpus;
	frames->queues = calloc(cpus + 1, sizeof(*frames->queues));
	for (int compat = 0; compat < 2; compat++) {
		const struct syscall_table *table = syscall_table_get(arch, compat);

		if (!table)
			continue;
		frames->syscalls[compat].table = table;
		frames->syscalls[compat].frames = calloc(table->count + 1, sizeof(uint32_t));
		if (!frames->syscalls[compat].frames)
			frames->error = -ENOMEM;
	}
	if (!frames->queues || frames->error) {
		frames_free(frames);
		return -ENOMEM;
	}
	*out = frames;
	return 0;
}

void frames_free(struct frames *frames)
{
	if (!frames)
		return;
	free(frames->syscalls[0].frames);
	free(frames->syscalls[1].frames);
	free(frames->queues);
	cgroupmap_fini(&frames->cgroups);
	free(frames->made);
	free(frames);
}

void frames_generation(struct frames *frames, uint64_t generation)
{
	if (generation == frames->generation)
		return;
	frames->generation = generation;
	frames->made_count = 0;
	memset(&frames->kept, 0, sizeof(frames->kept));
	memset(frames->queues, 0, frames->cpus * sizeof(*frames->queues));
	for (int compat = 0; compat < 2; compat++)
		if (frames->syscalls[compat].table)
			memset(frames->syscalls[compat].frames, 0,
			       frames->syscalls[compat].table->count * sizeof(uint32_t));
}

int frames_error(const struct frames *frames)
{
	return frames->error;
}

/* ---- ids of strings ---- */

uint32_t frames_text(struct frames *frames, const char *text)
{
	return gt_writer_string(frames->writer, text, strlen(text));
}

uint32_t frames_reason(struct frames *frames, enum reason reason)
{
	uint32_t *id = &frames->kept.reasons[reason];

	if (!*id)
		*id = frames_text(frames, reason_text(reason));
	return *id;
}

/* "?" stands for one that is not known. */
static struct gt_text comm_of(const char comm[REC_COMM_LEN])
{
	return (struct gt_text){ comm, strcmp(comm, "?") ? strlen(comm) : 0 };
}

static void write_root(struct fact_frame *out, const struct goroutine *g)
{
	const struct thread_process *process = g->thread->process;
	const struct cgroup *cgroup = g->thread->cgroup;
	struct fact fact = { .kind = FACT_THREAD_NAMED,
			     .number = g->thread->tgid,
			     .name = comm_of(g->thread->comm),
			     .text = comm_of(g->thread->leader_comm) };

	if (process && process->command_size) {
		fact.kind = FACT_THREAD;
		fact.text = (struct gt_text){ process->command, process->command_size };
	}
	if (cgroup && cgroup->path) {
		fact.container.size = cgroup->size;
		fact.container.data = container_of_path(cgroup->path, &fact.container.size);
	}
	fact_write(out, &fact);
}

uint32_t frames_comm(struct frames *frames, const struct goroutine *g)
{
	struct fact_frame root;

	write_root(&root, g);
	return gt_writer_string(frames->writer, root.func, root.func_size);
}

/* ---- frames of no thread ---- */

static uint32_t make_frame(struct frames *frames, const struct fact *fact)
{
	struct fact_frame text;
	struct gt_frame *grown =
		grow_array(frames->made, &frames->made_cap, frames->made_count + 1, sizeof(*grown));

	if (!grown) {
		frames->error = -ENOMEM;
		return 0;
	}
	frames->made = grown;
	fact_write(&text, fact);
	grown += frames->made_count++;
	grown->func = gt_writer_string(frames->writer, text.func, text.func_size);
	grown->file = gt_writer_string(frames->writer, text.file, text.file_size);
	grown->line = text.line;
	return (uint32_t)frames->made_count;
}

static uint32_t named_frame(struct frames *frames, enum fact_kind kind, const char *name)
{
	return make_frame(frames, &(struct fact){ .kind = kind, .name = { name, strlen(name) } });
}

uint32_t frames_number(struct frames *frames, enum fact_kind kind, uint64_t number)
{
	return make_frame(frames, &(struct fact){ .kind = kind, .number = number });
}

uint32_t frames_plain(struct frames *frames, enum fact_kind kind)
{
	uint32_t *frame = &frames->kept.plain[kind];

	if (!*frame)
		*frame = frames_number(frames, kind, 0);
	return *frame;
}

uint32_t frames_asleep(struct frames *frames, const char *why)
{
	unsigned i = 0;

	while (i < SLEEPS - 1 && frames->kept.sleeps[i].why && frames->kept.sleeps[i].why != why)
		i++;
	if (frames->kept.sleeps[i].why != why) {
		frames->kept.sleeps[i].why = why;
		frames->kept.sleeps[i].frame = named_frame(frames, FACT_ASLEEP, why);
	}
	return frames->kept.sleeps[i].frame;
}

int frames_know_cgroup(struct frames *frames, const struct cgroup *cgroup)
{
	return cgroupmap_add(&frames->cgroups, cgroup);
}

static uint32_t limit_frame(struct frames *frames, enum fact_kind kind, uint64_t group)
{
	const struct cgroup *cgroup = cgroupmap_find(&frames->cgroups, group);
	struct fact fact = { .kind = kind, .number = group };

	if (cgroup && (kind == FACT_LIMIT_CPU || kind == FACT_LIMIT_RT))
		fact.text = (struct gt_text){ cgroup->path, cgroup->size };
	return make_frame(frames, &fact);
}

uint32_t frames_limit(struct frames *frames, enum fact_kind kind, uint64_t group)
{
	unsigned slot = group % LIMITS;

	if (!frames->kept.limits[slot].frame || frames->kept.limits[slot].group != group ||
	    frames->kept.limits[slot].kind != kind) {
		frames->kept.limits[slot].group = group;
		frames->kept.limits[slot].kind = kind;
		frames->kept.limits[slot].frame = limit_frame(frames, kind, group);
	}
	return frames->kept.limits[slot].frame;
}

uint32_t frames_queue(struct frames *frames, uint16_t cpu)
{
	if (cpu >= frames->cpus)
		return 0;
	if (!frames->queues[cpu])
		frames->queues[cpu] = frames_number(frames, FACT_CPU, cpu);
	return frames->queues[cpu];
}

/* A number our tables do not have. */
static uint32_t unnamed_syscall(struct frames *frames, uint16_t sys)
{
	unsigned slot = sys % UNNAMED;
	char text[SYSCALL_TEXT_MAX];

	if (frames->kept.unnamed[slot].frame && frames->kept.unnamed[slot].sys == sys)
		return frames->kept.unnamed[slot].frame;
	frames->kept.unnamed[slot].sys = sys;
	return frames->kept.unnamed[slot].frame =
		       named_frame(frames, FACT_SYSCALL, syscall_text(text, frames->arch, sys));
}

uint32_t frames_syscall(struct frames *frames, uint16_t sys)
{
	bool compat = sys & REC_SYS_COMPAT;
	unsigned nr = (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE;
	const struct syscall_table *table = frames->syscalls[compat].table;
	uint32_t *frame;

	if (!sys_inside(sys))
		return 0;
	if (!table || nr >= table->count || !table->names[nr])
		return unnamed_syscall(frames, sys);
	frame = &frames->syscalls[compat].frames[nr];
	if (!*frame)
		*frame = named_frame(frames, FACT_SYSCALL, table->names[nr]);
	return *frame;
}

/* ---- frames of threads ---- */

/* The goroutine was introduced in the open generation. */
static bool is_new(const struct frames *frames, const struct goroutine *g)
{
	return g->g && g->generation == frames->generation;
}

static __attribute__((cold, noinline)) struct frame_ids *ids_make(struct frames *frames,
								  struct goroutine *g)
{
	struct frame_ids *own = &g->names;
	struct fact_frame root;

	memset(own, 0, sizeof(*own));
	own->generation = frames->generation;
	write_root(&root, g);
	own->file = gt_writer_string(frames->writer, root.file, root.file_size);
	if (is_new(frames, g)) {
		own->root = gt_writer_late_string(frames->writer);
		gt_writer_set_string(frames->writer, own->root, root.func, root.func_size);
	} else {
		own->root = gt_writer_string(frames->writer, root.func, root.func_size);
	}
	return own;
}

/* The thread's ids, of the open generation. */
static struct frame_ids *ids_of(struct frames *frames, struct goroutine *g)
{
	if (g->names.generation == frames->generation)
		return &g->names;
	return ids_make(frames, g);
}

static uint32_t by_thread(struct frames *frames, enum fact_kind kind, const struct thread *thread)
{
	return make_frame(frames, &(struct fact){ .kind = kind,
						  .number = thread->tid,
						  .text = comm_of(thread->comm) });
}

uint32_t frames_preempted_by(struct frames *frames, struct goroutine *by)
{
	struct frame_ids *own = ids_of(frames, by);

	if (!own->preempted_by)
		own->preempted_by = by_thread(frames, FACT_PREEMPTED, by->thread);
	return own->preempted_by;
}

uint32_t frames_yielded_to(struct frames *frames, struct goroutine *to)
{
	struct frame_ids *own = ids_of(frames, to);

	if (!own->yielded_to)
		own->yielded_to = by_thread(frames, FACT_YIELDED, to->thread);
	return own->yielded_to;
}

uint32_t frames_woken_by(struct frames *frames, struct goroutine *by)
{
	struct frame_ids *own = ids_of(frames, by);

	if (!own->woken_by)
		own->woken_by = by_thread(frames, FACT_WOKEN, by->thread);
	return own->woken_by;
}

/* ---- stacks ---- */

uint64_t frames_rare_stack(struct frames *frames, struct goroutine *g, const uint32_t *tops,
			   unsigned count)
{
	struct frame_ids *own = ids_of(frames, g);
	struct gt_frame stack[FRAMES_MAX + 1];
	unsigned used = 0;

	for (unsigned i = 0; i < count; i++)
		if (tops[i])
			stack[used++] = frames->made[tops[i] - 1];
	stack[used++] = (struct gt_frame){ own->root, own->file, g->thread->tgid };
	return gt_writer_stack(frames->writer, stack, used);
}

uint64_t frames_deep_stack(struct frames *frames, struct goroutine *g, const uint32_t tops[2],
			   const struct gt_frame *code, size_t count)
{
	struct frame_ids *own = ids_of(frames, g);
	struct gt_frame stack[CODE_FRAMES + 3];
	unsigned used = 0;

	for (unsigned i = 0; i < 2; i++)
		if (tops[i])
			stack[used++] = frames->made[tops[i] - 1];
	for (size_t i = 0; i < count; i++)
		stack[used++] = code[i];
	stack[used++] = (struct gt_frame){ own->root, own->file, g->thread->tgid };
	return gt_writer_stack(frames->writer, stack, used);
}

struct gt_frame frames_code(struct frames *frames, const char *func, size_t func_size,
			    const char *file, uint32_t line)
{
	char name[FACT_FUNC_MAX], path[FACT_FILE_MAX];
	size_t size = func_size < sizeof(name) ? func_size : sizeof(name);
	struct gt_frame frame = { .line = line };

	for (size_t i = 0; i < size; i++) /* no name of a function has these */
		name[i] = (unsigned char)func[i] < ' ' || func[i] == 0x7f ? '?' : func[i];
	frame.func = gt_writer_string(frames->writer, name, size);
	frame.file =
		gt_writer_string(frames->writer, path, fact_code_file(path, file, strlen(file)));
	return frame;
}

uint64_t frames_open(const struct frames *frames)
{
	return frames->generation;
}

uint64_t frames_stack(struct frames *frames, struct goroutine *g, uint32_t top, uint32_t under)
{
	struct frame_ids *own = ids_of(frames, g);
	const unsigned ways = sizeof(own->cache) / sizeof(*own->cache);
	/* The frames of a generation are dense from 1: this key is never 0 nor twice. */
	uint64_t key = (uint64_t)top << 32 | (uint64_t)under << 1 | 1;
	unsigned slot = (top + 3 * under) % ways;

	if (own->cache[slot].key == key)
		return own->cache[slot].stack;
	own->cache[slot].key = key;
	own->cache[slot].stack = frames_rare_stack(frames, g, (uint32_t[]){ top, under }, 2);
	return own->cache[slot].stack;
}

uint64_t frames_own(struct frames *frames, struct goroutine *g)
{
	struct frame_ids *own = &g->names;
	uint16_t sys = g->thread->sys;
	uint32_t frame;

	if (own->generation == frames->generation && own->sys[sys % 4] == sys)
		return frames_stack(frames, g, own->sys_frames[sys % 4], 0);
	frame = frames_syscall(frames, sys);
	own = ids_of(frames, g);
	own->sys_frames[sys % 4] = frame;
	own->sys[sys % 4] = sys;
	return frames_stack(frames, g, frame, 0);
}

void frames_renamed(struct frames *frames, struct goroutine *g)
{
	struct frame_ids *own = &g->names;
	struct fact_frame root;

	if (own->generation != frames->generation)
		return;
	if (!is_new(frames, g)) {
		own->generation = 0;
		return;
	}
	write_root(&root, g);
	gt_writer_set_string(frames->writer, own->root, root.func, root.func_size);
	own->preempted_by = own->yielded_to = own->woken_by = 0;
}
