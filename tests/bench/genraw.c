// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Writes a raw capture of any length and width, in no memory: for measuring
 * how convert's memory grows. A plain world: each CPU has its own threads,
 * which wake each other in a ring, each from a read and into the next one.
 *
 *     genraw CPUS THREADS SECONDS RECORDS_PER_SECOND > cap.gtraw
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "raw/raw.h"

#define ROUND_NS 10000000ULL
#define START_NS 1000000000ULL
#define FIRST_TID 1000
#define SYS_READ_X86_64 0
#define RECORDS_PER_STEP 4
#define BUFFER_BYTES (256 << 10)
/* A frame: 8 bytes before the record. */
#define FRAME_HEAD 8

struct world {
	uint32_t cpus, threads; /* threads of each CPU, at least 2 */
	uint64_t step_ns;	/* of one CPU */
	struct stream to;
	uint32_t *nums; /* transitions of each thread */
	struct rec_counters *counters;
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

static size_t put(uint8_t *out, const void *record, size_t size)
{
	uint32_t length = size;

	memcpy(out, &length, sizeof(length));
	memset(out + sizeof(length), 0, FRAME_HEAD - sizeof(length));
	memcpy(out + FRAME_HEAD, record, size);
	return FRAME_HEAD + size;
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
static size_t put_step(struct world *world, uint32_t cpu, uint64_t step, uint64_t ts_ns,
		       uint8_t *out)
{
	uint32_t from = thread_of(world, cpu, step), to = thread_of(world, cpu, step + 1);
	const uint16_t sys_read = SYS_READ_X86_64 + REC_SYS_BASE;
	struct rec_wakeup wakeup = { .wakee = task_of(world, to),
				     .waker_id = from + 1,
				     .waker_tid = FIRST_TID + from,
				     .target_cpu = cpu,
				     .waker_cpu = cpu,
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
	size_t used = 0;

	wakeup.head = head_of(world, cpu, REC_WAKEUP, sizeof(wakeup), ts_ns);
	used += put(out + used, &wakeup, sizeof(wakeup));
	change.head = head_of(world, cpu, REC_SWITCH, sizeof(change), ts_ns + world->step_ns / 4);
	used += put(out + used, &change, sizeof(change));
	leave.head = head_of(world, cpu, REC_SYS_EXIT, sizeof(leave), ts_ns + world->step_ns / 2);
	used += put(out + used, &leave, sizeof(leave));
	enter.head =
		head_of(world, cpu, REC_SYS_ENTER, sizeof(enter), ts_ns + world->step_ns / 4 * 3);
	return used + put(out + used, &enter, sizeof(enter));
}

static int write_ring(const struct world *world, uint32_t cpu, const void *data, size_t size)
{
	const struct stream_ring ring = { .cpu = cpu, .data = data, .size = size };

	return stream_ring(&world->to, &ring);
}

/* What one CPU does from a time to another. */
static int write_span(struct world *world, uint32_t cpu, uint64_t from_ns, uint64_t to_ns)
{
	static uint8_t buffer[BUFFER_BYTES];
	uint64_t step = (from_ns - START_NS + world->step_ns - 1) / world->step_ns;
	size_t used = 0;
	int err = 0;

	for (; START_NS + step * world->step_ns < to_ns && !err; step++) {
		used += put_step(world, cpu, step, START_NS + step * world->step_ns, buffer + used);
		if (used > sizeof(buffer) / 2) {
			err = write_ring(world, cpu, buffer, used);
			used = 0;
		}
	}
	return used && !err ? write_ring(world, cpu, buffer, used) : err;
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
	struct stream_info info = { .encoding = STREAM_BPF_RING,
				    .abi = REC_ABI_FRAMES,
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
	if (!world.nums || !world.counters)
		return 1;
	err = world_write(&world, seconds);
	free(world.nums);
	free(world.counters);
	if (err || fflush(stdout)) {
		fprintf(stderr, "genraw: %s\n", strerror(err ? -err : errno));
		return 1;
	}
	return 0;
}
