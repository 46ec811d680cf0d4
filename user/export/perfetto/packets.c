// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/perfetto/packets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/utf8.h"
#include "export/perfetto/perfetto.pb-c.h"

#define PACKET_FIELD 1 /* of the trace */
#define KTHREADD_PID 2 /* the parent of all kernel threads */
#define SEQUENCE_BEGINS 1
#define NAME_BYTES 64 /* a comm whose every byte is no UTF-8, and more */

/* Tracks are told apart by a number each that only has to be unlikely elsewhere. */
#define LOSS_TRACKS 0x676f747261636500 /* "gotrace" */

static int append(struct pb *out, const Pf__Packet *packet)
{
	size_t size = pf__packet__get_packed_size(packet);
	uint8_t *at;

	if (pb_room(out, 1 + PB_VARINT_MAX + size))
		return -ENOMEM;
	at = pb_put_varint(pb_put_tag(out->data + out->len, PACKET_FIELD, PB_BYTES), size);
	pf__packet__pack(packet, at);
	out->len = (size_t)(at + size - out->data);
	return 0;
}

static Pf__Packet new_packet(void)
{
	Pf__Packet packet = PF__PACKET__INIT;

	packet.has_trusted_packet_sequence_id = true;
	packet.trusted_packet_sequence_id = 1;
	return packet;
}

/* One that stands at a time. */
static Pf__Packet new_packet_at(uint64_t ts_ns)
{
	Pf__Packet packet = new_packet();

	packet.has_timestamp = packet.has_timestamp_clock_id = true;
	packet.timestamp = ts_ns;
	packet.timestamp_clock_id = PF__CLOCK__MONOTONIC;
	return packet;
}

static char *utf8_name(char out[NAME_BYTES], const char *text, size_t size)
{
	out[utf8_repair(out, NAME_BYTES - 1, text, strnlen(text, size))] = '\0';
	return out;
}

int packet_clocks(struct pb *out, uint64_t mono_ns, uint64_t wall_ns)
{
	const struct {
		Pf__Clock clock;
		uint64_t ns;
	} rows[] = {
		/* How long the machine was suspended is not known: as if never. */
		{ PF__CLOCK__BOOTTIME, mono_ns },
		{ PF__CLOCK__MONOTONIC, mono_ns },
		{ PF__CLOCK__REALTIME, wall_ns },
	};
	Pf__ClockSnapshot__Reading readings[3], *list[3];
	Pf__ClockSnapshot snapshot = PF__CLOCK_SNAPSHOT__INIT;
	Pf__Packet packet = new_packet();

	for (unsigned i = 0; i < 3; i++) {
		pf__clock_snapshot__reading__init(&readings[i]);
		readings[i].has_clock_id = readings[i].has_timestamp = true;
		readings[i].clock_id = rows[i].clock;
		readings[i].timestamp = rows[i].ns;
		list[i] = &readings[i];
	}
	snapshot.n_clocks = 3;
	snapshot.clocks = list;
	snapshot.has_primary_trace_clock = true;
	snapshot.primary_trace_clock = PF__CLOCK__MONOTONIC;
	packet.has_sequence_flags = true;
	packet.sequence_flags = SEQUENCE_BEGINS;
	packet.clock_snapshot = &snapshot;
	return append(out, &packet);
}

int packet_system(struct pb *out, uint32_t arch, const char *release, uint32_t cpus)
{
	Pf__Utsname name = PF__UTSNAME__INIT;
	Pf__SystemInfo system = PF__SYSTEM_INFO__INIT;
	Pf__Packet packet = new_packet();
	char text[NAME_BYTES];

	name.sysname = (char *)"Linux";
	name.machine = (char *)(arch == REC_ARCH_ARM64 ? "aarch64" : "x86_64");
	/* Without one, states would be read as those of a kernel of 2015. */
	name.release = *release ? utf8_name(text, release, NAME_BYTES) : (char *)"6.1";
	system.utsname = &name;
	system.tracing_service_version = (char *)"gotrace-bpf " GOTRACE_VERSION;
	system.has_num_cpus = true;
	system.num_cpus = cpus;
	packet.system_info = &system;
	return append(out, &packet);
}

/* ---- processes and threads ---- */

struct tree {
	Pf__ProcessTree__Process processes[PACKET_MEMBERS], *process_list[PACKET_MEMBERS];
	Pf__ProcessTree__Thread threads[PACKET_MEMBERS], *thread_list[PACKET_MEMBERS];
	char names[PACKET_MEMBERS][NAME_BYTES];
	char *cmdlines[PACKET_MEMBERS][2];
};

/*
 * Its name stands for the command line, which is not known. A reader takes a
 * lone word for the whole and cuts it at a space; an empty second one keeps it.
 */
static void fill_process(struct tree *tree, size_t at, const struct packet_member *member)
{
	Pf__ProcessTree__Process *process = &tree->processes[at];

	pf__process_tree__process__init(process);
	process->has_pid = process->has_is_kthread = true;
	process->pid = (int32_t)member->tgid;
	process->is_kthread = member->kernel;
	process->has_ppid = member->kernel && member->tgid != KTHREADD_PID;
	process->ppid = KTHREADD_PID;
	tree->cmdlines[at][0] =
		utf8_name(tree->names[at], member->process_name, sizeof(member->process_name));
	tree->cmdlines[at][1] = (char *)"";
	process->n_cmdline = strchr(tree->names[at], ' ') ? 2 : 1;
	process->cmdline = tree->cmdlines[at];
	tree->process_list[at] = process;
}

/* Without its name: events give it, and one given here could not be changed any more. */
static void fill_thread(struct tree *tree, size_t at, const struct packet_member *member)
{
	Pf__ProcessTree__Thread *thread = &tree->threads[at];

	pf__process_tree__thread__init(thread);
	thread->has_tid = thread->has_tgid = true;
	thread->tid = (int32_t)member->tid;
	thread->tgid = (int32_t)member->tgid;
	tree->thread_list[at] = thread;
}

int packet_tree(struct pb *out, uint64_t ts_ns, const struct packet_member *members, size_t count)
{
	struct tree tree;
	Pf__ProcessTree message = PF__PROCESS_TREE__INIT;
	Pf__Packet packet = new_packet_at(ts_ns);

	for (size_t i = 0; i < count; i++) {
		if (members[i].new_process)
			fill_process(&tree, message.n_processes++, &members[i]);
		fill_thread(&tree, message.n_threads++, &members[i]);
	}
	message.processes = tree.process_list;
	message.threads = tree.thread_list;
	packet.process_tree = &message;
	return append(out, &packet);
}

int packet_state(struct pb *out, uint64_t ts_ns, const struct thread *thread, bool asleep)
{
	Pf__TaskState state = PF__TASK_STATE__INIT;
	Pf__Packet packet = new_packet_at(ts_ns);
	char name[NAME_BYTES];

	state.has_cpu = state.has_tid = state.has_state = true;
	state.cpu = thread->cpu;
	state.tid = thread->tid;
	state.comm = utf8_name(name, thread->comm, sizeof(thread->comm));
	state.state = asleep ? PF__TASK_STATE__STATE__ASLEEP : PF__TASK_STATE__STATE__RUNNABLE;
	packet.generic_kernel_task_state_event = &state;
	return append(out, &packet);
}

/* ---- losses ---- */

int packet_loss_track(struct pb *out, uint16_t cpu)
{
	Pf__TrackDescriptor track = PF__TRACK_DESCRIPTOR__INIT;
	Pf__Packet packet = new_packet();
	char name[48];

	snprintf(name, sizeof(name), "Records lost on CPU %u", cpu);
	track.has_uuid = true;
	track.uuid = LOSS_TRACKS + cpu;
	track.name = name;
	packet.track_descriptor = &track;
	return append(out, &packet);
}

static int loss_edge(struct pb *out, uint16_t cpu, uint64_t ts_ns, Pf__TrackEvent__Type type,
		     char *name)
{
	Pf__TrackEvent event = PF__TRACK_EVENT__INIT;
	Pf__Packet packet = new_packet_at(ts_ns);

	event.has_type = event.has_track_uuid = true;
	event.type = type;
	event.track_uuid = LOSS_TRACKS + cpu;
	event.name = name;
	packet.track_event = &event;
	return append(out, &packet);
}

int packet_loss(struct pb *out, uint16_t cpu, uint64_t count, uint64_t from_ns, uint64_t to_ns)
{
	char name[48];
	size_t len = out->len;
	int err;

	snprintf(name, sizeof(name), "%" PRIu64 " record%s lost", count, count == 1 ? "" : "s");
	err = loss_edge(out, cpu, from_ns, PF__TRACK_EVENT__TYPE__SLICE_BEGIN, name);
	if (!err)
		err = loss_edge(out, cpu, to_ns, PF__TRACK_EVENT__TYPE__SLICE_END, NULL);
	if (err)
		out->len = len;
	return err;
}
