// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What is written by hand, read back with what protobuf-c makes of the schema;
 * and the rare packets.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "export/perfetto/bundle.h"
#include "export/perfetto/packets.h"
#include "export/perfetto/perfetto.pb-c.h"
#include "export/perfetto/sysnums.h"
#include "lib/prototext.h"

#define BASE_NS 1700000000123456789

static const char worker[REC_COMM_LEN] = "worker";
static const char server[REC_COMM_LEN] = "tmux: server";
static const char idle[REC_COMM_LEN] = "swapper/3";

static const struct bundle_task a_task = { .tid = 4194303, .prio = 120, .comm = worker };
static const struct bundle_task b_task = { .tid = 7, .prio = -1, .comm = server };
static const struct bundle_task idle_task = { .tid = 0, .prio = 140, .comm = idle };

static char *text_of(const struct pb *out)
{
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	assert_int_equal(prototext_print(stream, out->data, out->len), 0);
	fclose(stream);
	return text;
}

static void check_text(struct pb *out, const char *want)
{
	char *text = text_of(out);

	assert_string_equal(text, want);
	free(text);
	pb_fini(out);
}

/* ---- varints ---- */

static void test_varint(void **state)
{
	static const struct {
		uint64_t value;
		size_t size;
	} rows[] = {
		{ 0, 1 },	    { 1, 1 },	       { 127, 1 },	  { 128, 2 },
		{ 16383, 2 },	    { 16384, 3 },      { 1u << 31, 5 },	  { UINT32_MAX, 5 },
		{ 1ull << 34, 5 },  { 1ull << 35, 6 }, { 1ull << 62, 9 }, { 1ull << 63, 10 },
		{ UINT64_MAX, 10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[PB_VARINT_MAX];
		uint64_t value = 0;
		size_t size = (size_t)(pb_put_varint(bytes, rows[i].value) - bytes);

		for (size_t k = 0; k < size; k++)
			value |= (uint64_t)(bytes[k] & 0x7f) << (7 * k);
		assert_int_equal(size, rows[i].size);
		assert_int_equal(pb_varint_size(rows[i].value), rows[i].size);
		assert_true(value == rows[i].value);
	}
}

/* ---- bundles ---- */

static const char head[] = "packet\n"
			   "  ftrace_events\n"
			   "    cpu: 3\n";

static struct bundle *new_bundle(void)
{
	struct bundle *bundle = malloc(sizeof(*bundle));

	assert_non_null(bundle);
	bundle_init(bundle, 3);
	return bundle;
}

static void free_bundle(struct bundle *bundle)
{
	bundle_fini(bundle);
	free(bundle);
}

static void test_columns(void **state)
{
	struct bundle *bundle = new_bundle();
	struct pb out = { 0 };
	char want[2048];

	(void)state;
	assert_int_equal(bundle_switch(bundle, 1000, 0x100, &a_task), 0);
	assert_int_equal(bundle_waking(bundle, 1500, &b_task, 2, 0x10), 0);
	assert_int_equal(bundle_switch(bundle, 300000, 1, &b_task), 0);
	assert_int_equal(bundle_switch(bundle, 300001, 2, &a_task), 0);
	assert_int_equal(bundle_finish(bundle, BASE_NS, &out), 0);
	snprintf(want, sizeof(want),
		 "%s"
		 "    compact_sched\n"
		 "      switch_timestamp: 1000\n"
		 "      switch_timestamp: 299000\n"
		 "      switch_timestamp: 1\n"
		 "      switch_prev_state: 256\n"
		 "      switch_prev_state: 1\n"
		 "      switch_prev_state: 2\n"
		 "      switch_next_pid: 4194303\n"
		 "      switch_next_pid: 7\n"
		 "      switch_next_pid: 4194303\n"
		 "      switch_next_prio: 120\n"
		 "      switch_next_prio: -1\n"
		 "      switch_next_prio: 120\n"
		 "      intern_table: worker\n"
		 "      intern_table: tmux: server\n"
		 "      switch_next_comm_index: 0\n"
		 "      switch_next_comm_index: 1\n"
		 "      switch_next_comm_index: 0\n"
		 "      waking_timestamp: 1500\n"
		 "      waking_pid: 7\n"
		 "      waking_target_cpu: 2\n"
		 "      waking_prio: -1\n"
		 "      waking_comm_index: 1\n"
		 "      waking_common_flags: 16\n"
		 "    ftrace_clock: 3\n"
		 "    ftrace_timestamp: 1\n"
		 "    boot_timestamp: 1700000000123456789\n"
		 "  trusted_packet_sequence_id: 1\n",
		 head);
	check_text(&out, want);
	free_bundle(bundle);
}

static int add_whole_switch(struct bundle *bundle)
{
	return bundle_whole_switch(bundle, 5, &idle_task, 0, &a_task);
}

static int add_whole_waking(struct bundle *bundle)
{
	return bundle_whole_waking(bundle, 5, 9, &b_task, 11);
}

static int add_new_thread(struct bundle *bundle)
{
	return bundle_new_task(bundle, 5, 9, &b_task, true);
}

static int add_new_process(struct bundle *bundle)
{
	return bundle_new_task(bundle, 5, 9, &b_task, false);
}

static int add_rename(struct bundle *bundle)
{
	return bundle_rename(bundle, 5, &b_task, worker);
}

static int add_free(struct bundle *bundle)
{
	return bundle_task_free(bundle, 5, &b_task);
}

static int add_io_wait(struct bundle *bundle)
{
	return bundle_io_wait(bundle, 5, 7);
}

static int add_sys_enter(struct bundle *bundle)
{
	return bundle_sys_enter(bundle, UINT64_MAX, 4194303, 549);
}

static int add_sys_exit(struct bundle *bundle)
{
	static const int64_t ret = -11;

	return bundle_sys_exit(bundle, 5, 7, -1, &ret);
}

static int add_sys_exit_unknown(struct bundle *bundle)
{
	return bundle_sys_exit(bundle, 5, 7, 0, NULL);
}

/* What one event looks like inside its bundle. */
static const struct event_row {
	const char *name;
	int (*add)(struct bundle *bundle);
	const char *want;
} events[] = {
	{ "a switch in full", add_whole_switch,
	  "      timestamp: 5\n"
	  "      pid: 0\n"
	  "      sched_switch\n"
	  "        prev_comm: swapper/3\n"
	  "        prev_pid: 0\n"
	  "        prev_prio: 140\n"
	  "        prev_state: 0\n"
	  "        next_comm: worker\n"
	  "        next_pid: 4194303\n"
	  "        next_prio: 120\n" },
	{ "a wakeup in full", add_whole_waking,
	  "      timestamp: 5\n"
	  "      pid: 9\n"
	  "      sched_waking\n"
	  "        comm: tmux: server\n"
	  "        pid: 7\n"
	  "        prio: -1\n"
	  "        success: 1\n"
	  "        target_cpu: 11\n" },
	{ "a new thread", add_new_thread,
	  "      timestamp: 5\n"
	  "      pid: 9\n"
	  "      task_newtask\n"
	  "        pid: 7\n"
	  "        comm: tmux: server\n"
	  "        clone_flags: 65536\n" },
	{ "a new process", add_new_process,
	  "      timestamp: 5\n"
	  "      pid: 9\n"
	  "      task_newtask\n"
	  "        pid: 7\n"
	  "        comm: tmux: server\n"
	  "        clone_flags: 0\n" },
	{ "a new name", add_rename,
	  "      timestamp: 5\n"
	  "      pid: 7\n"
	  "      task_rename\n"
	  "        pid: 7\n"
	  "        oldcomm: worker\n"
	  "        newcomm: tmux: server\n" },
	{ "an end", add_free,
	  "      timestamp: 5\n"
	  "      pid: 7\n"
	  "      sched_process_free\n"
	  "        comm: tmux: server\n"
	  "        pid: 7\n"
	  "        prio: -1\n" },
	{ "a sleep for input or output", add_io_wait,
	  "      timestamp: 5\n"
	  "      pid: 7\n"
	  "      sched_blocked_reason\n"
	  "        pid: 7\n"
	  "        io_wait: 1\n" },
	{ "a syscall begins", add_sys_enter,
	  "      timestamp: 18446744073709551615\n"
	  "      pid: 4194303\n"
	  "      sys_enter\n"
	  "        id: 549\n" },
	{ "a syscall ends", add_sys_exit,
	  "      timestamp: 5\n"
	  "      pid: 7\n"
	  "      sys_exit\n"
	  "        id: -1\n"
	  "        ret: -11\n" },
	{ "a syscall ends, nobody knows how", add_sys_exit_unknown,
	  "      timestamp: 5\n"
	  "      pid: 7\n"
	  "      sys_exit\n"
	  "        id: 0\n" },
};

static void test_event(void **state)
{
	const struct event_row *row = *state;
	struct bundle *bundle = new_bundle();
	struct pb out = { 0 };
	char want[2048];

	assert_int_equal(row->add(bundle), 0);
	bundle->lost = true;
	assert_int_equal(bundle_finish(bundle, 42, &out), 0);
	snprintf(want, sizeof(want),
		 "%s"
		 "    event\n%s"
		 "    lost_events: 1\n"
		 "    ftrace_clock: 3\n"
		 "    ftrace_timestamp: 1\n"
		 "    boot_timestamp: 42\n"
		 "  trusted_packet_sequence_id: 1\n",
		 head, row->want);
	check_text(&out, want);
	free_bundle(bundle);
}

/* The longest names there can be, every byte of them no UTF-8. */
static void test_longest_event(void **state)
{
	static const char bad[REC_COMM_LEN] =
		"\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff";
	const struct bundle_task task = { .tid = 4194303, .prio = -1, .comm = bad };
	struct bundle *bundle = new_bundle();
	struct pb out = { 0 };
	Pf__Trace *trace;

	(void)state;
	assert_int_equal(bundle_whole_switch(bundle, UINT64_MAX, &task, 0x200, &task), 0);
	assert_int_equal(bundle_switch(bundle, UINT64_MAX, 0x200, &task), 0);
	assert_int_equal(bundle_finish(bundle, UINT64_MAX, &out), 0);
	trace = pf__trace__unpack(NULL, out.len, out.data);
	assert_non_null(trace);
	assert_int_equal(trace->packet[0]->ftrace_events->n_event, 1);
	assert_string_equal(trace->packet[0]->ftrace_events->event[0]->sched_switch->next_comm,
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	pf__trace__free_unpacked(trace, NULL);
	pb_fini(&out);
	free_bundle(bundle);
}

/* More names than one bundle takes, and the next bundle begins with none. */
static void test_many_names(void **state)
{
	struct bundle *bundle = new_bundle();
	struct pb out = { 0 };
	unsigned packets = 0, switches = 0;
	Pf__Trace *trace;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		char comm[REC_COMM_LEN] = "";
		const struct bundle_task task = { .tid = i, .prio = 120, .comm = comm };

		snprintf(comm, sizeof(comm), "name%u", i * 7);
		assert_int_equal(bundle_switch(bundle, i + 1, 1, &task), 0);
		if (bundle_full(bundle))
			assert_int_equal(bundle_finish(bundle, 1, &out), 0);
	}
	assert_int_equal(bundle_finish(bundle, 1, &out), 0);
	assert_int_equal(bundle_finish(bundle, 1, &out), 0); /* nothing more */
	trace = pf__trace__unpack(NULL, out.len, out.data);
	assert_non_null(trace);
	for (packets = 0; packets < trace->n_packet; packets++) {
		const Pf__FtraceBundle__Columns *columns =
			trace->packet[packets]->ftrace_events->compact_sched;
		uint64_t ns = 0;

		for (size_t i = 0; i < columns->n_switch_timestamp; i++) {
			char comm[32];

			ns += columns->switch_timestamp[i];
			snprintf(comm, sizeof(comm), "name%u", switches++ * 7);
			assert_true(ns == switches);
			assert_string_equal(
				columns->intern_table[columns->switch_next_comm_index[i]], comm);
		}
	}
	assert_int_equal(switches, 1000);
	assert_int_equal(packets, 8);
	pf__trace__free_unpacked(trace, NULL);
	pb_fini(&out);
	free_bundle(bundle);
}

/* ---- packets ---- */

static void test_clocks(void **state)
{
	struct pb out = { 0 };

	(void)state;
	assert_int_equal(packet_clocks(&out, 1000, 1700000000000000000), 0);
	check_text(&out, "packet\n"
			 "  clock_snapshot\n"
			 "    clocks\n"
			 "      clock_id: 6\n"
			 "      timestamp: 1000\n"
			 "    clocks\n"
			 "      clock_id: 3\n"
			 "      timestamp: 1000\n"
			 "    clocks\n"
			 "      clock_id: 1\n"
			 "      timestamp: 1700000000000000000\n"
			 "    primary_trace_clock: 3\n"
			 "  trusted_packet_sequence_id: 1\n"
			 "  sequence_flags: 1\n");
}

static void test_system(void **state)
{
	struct pb out = { 0 };

	(void)state;
	assert_int_equal(packet_system(&out, REC_ARCH_ARM64, "6.1.0-9\xff", 8), 0);
	check_text(&out, "packet\n"
			 "  trusted_packet_sequence_id: 1\n"
			 "  system_info\n"
			 "    utsname\n"
			 "      sysname: Linux\n"
			 "      release: 6.1.0-9\xef\xbf\xbd\n"
			 "      machine: aarch64\n"
			 "    tracing_service_version: gotrace-bpf " GOTRACE_VERSION "\n"
			 "    num_cpus: 8\n");
}

static void test_tree(void **state)
{
	static const struct packet_member members[] = {
		{ .tid = 2,
		  .tgid = 2,
		  .kernel = true,
		  .new_process = true,
		  .process_name = "kthreadd" },
		{ .tid = 9,
		  .tgid = 9,
		  .kernel = true,
		  .new_process = true,
		  .process_name = "kworker/0:1" },
		{ .tid = 51, .tgid = 50, .new_process = true, .process_name = "tmux: server" },
		{ .tid = 50, .tgid = 50, .process_name = "not told" },
	};
	struct pb out = { 0 };

	(void)state;
	assert_int_equal(packet_tree(&out, 77, members, 4), 0);
	check_text(&out, "packet\n"
			 "  process_tree\n"
			 "    processes\n"
			 "      pid: 2\n"
			 "      cmdline: kthreadd\n"
			 "      is_kthread: 1\n"
			 "    processes\n"
			 "      pid: 9\n"
			 "      ppid: 2\n"
			 "      cmdline: kworker/0:1\n"
			 "      is_kthread: 1\n"
			 "    processes\n"
			 "      pid: 50\n"
			 "      cmdline: tmux: server\n"
			 "      cmdline: \n"
			 "      is_kthread: 0\n"
			 "    threads\n"
			 "      tid: 2\n"
			 "      tgid: 2\n"
			 "    threads\n"
			 "      tid: 9\n"
			 "      tgid: 9\n"
			 "    threads\n"
			 "      tid: 51\n"
			 "      tgid: 50\n"
			 "    threads\n"
			 "      tid: 50\n"
			 "      tgid: 50\n"
			 "  timestamp: 77\n"
			 "  trusted_packet_sequence_id: 1\n"
			 "  timestamp_clock_id: 3\n");
}

static void test_state(void **state)
{
	const struct thread thread = { .tid = 51, .cpu = 3, .comm = "worker" };
	struct pb out = { 0 };

	(void)state;
	assert_int_equal(packet_state(&out, 77, &thread, true), 0);
	check_text(&out, "packet\n"
			 "  timestamp: 77\n"
			 "  trusted_packet_sequence_id: 1\n"
			 "  timestamp_clock_id: 3\n"
			 "  generic_kernel_task_state_event\n"
			 "    cpu: 3\n"
			 "    comm: worker\n"
			 "    tid: 51\n"
			 "    state: 4\n");
}

static void test_loss(void **state)
{
	struct pb out = { 0 };

	(void)state;
	assert_int_equal(packet_loss_track(&out, 3), 0);
	assert_int_equal(packet_loss(&out, 3, 1, 77, 99), 0);
	check_text(&out, "packet\n"
			 "  trusted_packet_sequence_id: 1\n"
			 "  track_descriptor\n"
			 "    uuid: 7453303942930457859\n"
			 "    name: Records lost on CPU 3\n"
			 "packet\n"
			 "  timestamp: 77\n"
			 "  trusted_packet_sequence_id: 1\n"
			 "  track_event\n"
			 "    type: 1\n"
			 "    track_uuid: 7453303942930457859\n"
			 "    name: 1 record lost\n"
			 "  timestamp_clock_id: 3\n"
			 "packet\n"
			 "  timestamp: 99\n"
			 "  trusted_packet_sequence_id: 1\n"
			 "  track_event\n"
			 "    type: 2\n"
			 "    track_uuid: 7453303942930457859\n"
			 "  timestamp_clock_id: 3\n");
}

/* ---- numbers of syscalls ---- */

static void test_sysnums(void **state)
{
	static const struct {
		uint32_t arch;
		uint16_t sys;
		uint16_t want;
	} rows[] = {
		{ REC_ARCH_X86_64, REC_SYS_BASE + 0, 0 },     /* read */
		{ REC_ARCH_X86_64, REC_SYS_BASE + 202, 202 }, /* futex */
		{ REC_ARCH_X86_64, REC_SYS_BASE + 9999, SYSNUM_OTHER },
		{ REC_ARCH_X86_64, REC_SYS_OTHER, SYSNUM_OTHER },
		{ REC_ARCH_X86_64, REC_SYS_COMPAT | REC_SYS_OTHER, SYSNUM_OTHER },
		{ REC_ARCH_X86_64, REC_SYS_COMPAT | (REC_SYS_BASE + 3), 0 },	 /* read */
		{ REC_ARCH_X86_64, REC_SYS_COMPAT | (REC_SYS_BASE + 240), 202 }, /* futex */
		{ REC_ARCH_X86_64, REC_SYS_COMPAT | (REC_SYS_BASE + 7),
		  SYSNUM_OTHER },					     /* waitpid */
		{ REC_ARCH_ARM64, REC_SYS_BASE + 63, 63 },		     /* read */
		{ REC_ARCH_ARM64, REC_SYS_COMPAT | (REC_SYS_BASE + 3), 63 }, /* read */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sysnums *nums;

		assert_int_equal(sysnums_new(&nums, rows[i].arch), 0);
		assert_int_equal(sysnum(nums, rows[i].sys), rows[i].want);
		sysnums_free(nums);
	}
}

int main(void)
{
	const struct CMUnitTest fixed[] = {
		cmocka_unit_test(test_varint),	      cmocka_unit_test(test_columns),
		cmocka_unit_test(test_longest_event), cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_clocks),	      cmocka_unit_test(test_system),
		cmocka_unit_test(test_tree),	      cmocka_unit_test(test_state),
		cmocka_unit_test(test_loss),	      cmocka_unit_test(test_sysnums),
	};
	struct CMUnitTest rows[sizeof(events) / sizeof(events[0])] = { 0 };
	int failed;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		rows[i] = (struct CMUnitTest){ .name = events[i].name,
					       .test_func = test_event,
					       .initial_state = (void *)&events[i] };
	failed = cmocka_run_group_tests_name("events", rows, NULL, NULL);
	return failed + cmocka_run_group_tests_name("bytes", fixed, NULL, NULL);
}
