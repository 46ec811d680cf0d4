// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Writes a raw capture of any length and width, in no memory: for measuring
 * how convert's memory grows. A plain world: each CPU has its own threads,
 * which wake each other in a ring, each from a read and into the next one. Its
 * records are words, as the kernel side writes them.
 *
 *     genraw CPUS THREADS SECONDS RECORDS_PER_SECOND > cap.gtraw
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "raw/raw.h"
#include "records/encode.h"

#define ROUND_NS 10000000ULL
#define START_NS 1000000000ULL
#define FIRST_TID 1000
#define SYS_READ_X86_64 0
#define RECORDS_PER_STEP 4
#define BUFFER_WORDS (32 << 10)

struct world {
	uint32_t cpus, threads; /* threads of each CPU, at least 2 */
	uint64_t step_ns;	/* of one CPU */
	struct stream to;
	uint32_t *nums; /* transitions of each thread */
	struct rec_counters *counters;
	struct encode_cpu *encoders;
};

/* Words of one CPU that are not written yet. */
struct buffer {
	uint64_t words[BUFFER_WORDS];
	size_t used;
	uint32_t position; /* of the first */
};

static int to_stdout(void *ctx, const void *data, size_t size)
{
	(void)ctx;
	return fwrite(data, 1, size, stdout) == size ? 0 : -EIO;
}

static uint32_t thread_of(const struct world *world, uint32_t cpu, uint64_t step)
{
	return cpu * world->threads + step % world->threads;
}

static struct rec_task task_of(struct world *world, uint32_t thread)
{
	return (struct rec_task){ .id = thread + 1,
				  .num = ++world->nums[thread],
				  .tid = FIRST_TID + thread };
}

static void put(struct world *world, const struct rec_head *record, struct buffer *to)
{
	/* Syscalls are told by the snapshot and by calls, who runs by the first switch. */
	static const struct encode_known nothing;
	struct encode_cpu *cpu = &world->encoders[record->cpu];
	struct encode_out out;

	if (!to->used)
		to->position = cpu->position;
	encode_record(cpu, record, &nothing, &out);
	/* Nothing but zeros is a PAD. */
	memset(&to->words[to->used], 0, out.pad * sizeof(uint64_t));
	to->used += out.pad;
	memcpy(&to->words[to->used], out.words, out.count * sizeof(uint64_t));
	to->used += out.count;
}

static struct rec_head head_of(struct world *world, uint32_t cpu, uint8_t type, uint8_t size,
			       uint64_t ts_ns)
{
	return (struct rec_head){ .ts_ns = ts_ns,
				  .seq = world->counters[cpu].seq++,
				  .cpu = cpu,
				  .type = type,
				  .size = size };
}

/* One thread wakes the next, sleeps, and that one goes on to its next read. */
static void put_step(struct world *world, uint32_t cpu, uint64_t step, uint64_t ts_ns,
		     struct buffer *out)
{
	uint32_t from = thread_of(world, cpu, step), to = thread_of(world, cpu, step + 1);
	const uint16_t sys_read = SYS_READ_X86_64 + REC_SYS_BASE;
	struct rec_wakeup wakeup = { .wakee = task_of(world, to),
				     .waker_id = from + 1,
				     .waker_tid = FIRST_TID + from,
				     .target_cpu = cpu,
				     .waker_cpu = cpu,
				     .waker_sys = sys_read,
				     .context = REC_CTX_TASK,
				     .flags = REC_WAKEUP_WAKER_SCOPE };
	struct rec_switch change = { .prev = task_of(world, from),
				     .next = task_of(world, to),
				     .prev_state = 1,
				     .prev_sys = sys_read,
				     .next_sys = sys_read,
				     .flags = REC_SWITCH_ASLEEP | REC_SWITCH_PREV_SCOPE |
					      REC_SWITCH_NEXT_SCOPE,
				     .prev_fd = REC_FD_FIFO };
	struct rec_sys_exit leave = { .id = to + 1, .tid = FIRST_TID + to };
	struct rec_sys_enter enter = { .id = to + 1, .tid = FIRST_TID + to, .sys = sys_read };

	wakeup.head = head_of(world, cpu, REC_WAKEUP, sizeof(wakeup), ts_ns);
	put(world, &wakeup.head, out);
	change.head = head_of(world, cpu, REC_SWITCH, sizeof(change), ts_ns + world->step_ns / 4);
	put(world, &change.head, out);
	leave.head = head_of(world, cpu, REC_SYS_EXIT, sizeof(leave), ts_ns + world->step_ns / 2);
	put(world, &leave.head, out);
	enter.head =
		head_of(world, cpu, REC_SYS_ENTER, sizeof(enter), ts_ns + world->step_ns / 4 * 3);
	put(world, &enter.head, out);
}

static int write_ring(const struct world *world, uint32_t cpu, struct buffer *from)
{
	const struct stream_ring ring = { .cpu = cpu,
					  .position = from->position,
					  .data = from->words,
					  .size = from->used * sizeof(uint64_t) };

	from->used = 0;
	return ring.size ? stream_ring(&world->to, &ring) : 0;
}

/* What one CPU does from a time to another. */
static int write_span(struct world *world, uint32_t cpu, uint64_t from_ns, uint64_t to_ns)
{
	static struct buffer buffer;
	uint64_t step = (from_ns - START_NS + world->step_ns - 1) / world->step_ns;
	int err = 0;

	for (; START_NS + step * world->step_ns < to_ns && !err; step++) {
		put_step(world, cpu, step, START_NS + step * world->step_ns, &buffer);
		if (buffer.used > BUFFER_WORDS / 2)
			err = write_ring(world, cpu, &buffer);
	}
	return err ? err : write_ring(world, cpu, &buffer);
}

static int write_rounds(struct world *world, uint64_t end_ns)
{
	struct stream_counters counters = { .cpu = world->counters };
	int err = 0;

	for (uint64_t from = START_NS; from < end_ns && !err; from += ROUND_NS) {
		uint64_t to = from + ROUND_NS < end_ns ? from + ROUND_NS : end_ns;

		for (uint32_t cpu = 0; cpu < world->cpus && !err; cpu++)
			err = write_span(world, cpu, from, to);
		counters.ts_ns = to;
		if (!err)
			err = stream_round(&world->to, &counters);
	}
	return err ? err : stream_end(&world->to, &counters);
}

/* The first thread of each CPU runs, the others sleep in a read. */
static int write_snapshot(struct world *world)
{
	uint32_t count = world->cpus * world->threads;
	struct rec_snapshot *entries = calloc(count, sizeof(*entries));
	int err;

	if (!entries)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		bool first = i % world->threads == 0;

		entries[i] = (struct rec_snapshot){
			.id = i + 1,
			.tid = FIRST_TID + i,
			.tgid = FIRST_TID + i / world->threads * world->threads,
			.cpu = i / world->threads,
			.sys = SYS_READ_X86_64 + REC_SYS_BASE,
			.state = first ? REC_STATE_RUNNING : REC_STATE_ASLEEP,
			.flags = REC_THREAD_SCOPE,
		};
		snprintf(entries[i].comm, sizeof(entries[i].comm), "worker-%u", i % 100);
		snprintf(entries[i].leader_comm, sizeof(entries[i].leader_comm), "server");
	}
	err = stream_snapshot(&world->to, entries, count, START_NS - 1);
	free(entries);
	return err;
}

static int world_write(struct world *world, uint64_t seconds)
{
	struct stream_info info = { .encoding = STREAM_WORDS,
				    .abi = REC_ABI_VERSION,
				    .arch = REC_ARCH_X86_64,
				    .cpus = world->cpus,
				    .cpus_online = world->cpus,
				    .mono_ns = START_NS - 10000,
				    .wall_ns = START_NS,
				    .on_ns = START_NS - 5000 };
	struct raw_writer *writer;
	int err = raw_writer_new(&writer, to_stdout, NULL);

	if (err)
		return err;
	world->to = raw_writer_stream(writer);
	err = stream_begin(&world->to, &info);
	if (!err)
		err = write_snapshot(world);
	if (!err)
		err = write_rounds(world, START_NS + seconds * 1000000000ULL);
	raw_writer_free(writer);
	return err;
}

int main(int argc, char **argv)
{
	struct world world = { 0 };
	uint64_t rate, seconds;
	int err;

	if (argc != 5 || isatty(STDOUT_FILENO)) {
		fputs("usage: genraw CPUS THREADS SECONDS RECORDS_PER_SECOND > FILE\n", stderr);
		return 2;
	}
	world.cpus = strtoul(argv[1], NULL, 10);
	world.threads = strtoul(argv[2], NULL, 10) / world.cpus;
	world.threads = world.threads < 2 ? 2 : world.threads;
	seconds = strtoull(argv[3], NULL, 10);
	rate = strtoull(argv[4], NULL, 10);
	world.step_ns = 1000000000ULL * RECORDS_PER_STEP * world.cpus / rate;
	world.nums = calloc((size_t)world.cpus * world.threads, sizeof(*world.nums));
	world.counters = calloc(world.cpus, sizeof(*world.counters));
	world.encoders = calloc(world.cpus, sizeof(*world.encoders));
	if (!world.nums || !world.counters || !world.encoders)
		return 1;
	for (uint32_t cpu = 0; cpu < world.cpus; cpu++)
		encode_init(&world.encoders[cpu], (uint16_t)cpu);
	err = world_write(&world, seconds);
	free(world.nums);
	free(world.counters);
	free(world.encoders);
	if (err || fflush(stdout)) {
		fprintf(stderr, "genraw: %s\n", strerror(err ? -err : errno));
		return 1;
	}
	return 0;
}
