// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The scheduler view: what is written for what is called, as text. A row's
 * script is one call a line, its result after "=" if it is not 0 (r: refused);
 * what is called at random is judged by Go, see tests/judge.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gotrace/writer.h"
#include "wiretext.h"

/* A call by its name; a[]: what stands after it in the script, in the header's order. */
static int call(struct gt_statuses *s, const char *name, const uint64_t *a)
{
	if (!strcmp(name, "proc"))
		return gt_statuses_proc(s, a[0], (enum gt_proc_status)a[1], a[2]);
	if (!strcmp(name, "go"))
		return gt_statuses_go(s, a[0], (enum gt_go_status)a[1], a[2], a[3]);
	if (!strcmp(name, "proc_start"))
		return gt_statuses_proc_start(s, a[0], a[1]);
	if (!strcmp(name, "proc_stop"))
		return gt_statuses_proc_stop(s, a[0]);
	if (!strcmp(name, "proc_steal"))
		return gt_statuses_proc_steal(s, a[0], a[1], a[2]);
	if (!strcmp(name, "go_create"))
		return gt_statuses_go_create(s, a[0], a[1], a[2], a[3]);
	if (!strcmp(name, "go_start"))
		return gt_statuses_go_start(s, a[0], a[1]);
	if (!strcmp(name, "go_stop"))
		return gt_statuses_go_stop(s, a[0], a[1], a[2]);
	if (!strcmp(name, "go_block"))
		return gt_statuses_go_block(s, a[0], a[1], a[2]);
	if (!strcmp(name, "go_unblock"))
		return gt_statuses_go_unblock(s, a[0], a[1], a[2]);
	if (!strcmp(name, "go_destroy"))
		return gt_statuses_go_destroy(s, a[0]);
	if (!strcmp(name, "go_destroy_syscall"))
		return gt_statuses_go_destroy_syscall(s, a[0]);
	if (!strcmp(name, "syscall_begin"))
		return gt_statuses_syscall_begin(s, a[0], a[1]);
	if (!strcmp(name, "syscall_end"))
		return gt_statuses_syscall_end(s, a[0]);
	if (!strcmp(name, "syscall_end_blocked"))
		return gt_statuses_syscall_end_blocked(s, a[0]);
	if (!strcmp(name, "label"))
		return gt_statuses_label(s, a[0], a[1]);
	if (!strcmp(name, "log"))
		return gt_statuses_log(s, a[0], a[1], a[2], a[3]);
	if (!strcmp(name, "procs_change"))
		return gt_statuses_procs_change(s, a[0], a[1], a[2]);
	fail_msg("no call named %s", name);
	return 0;
}

/* One call; "-" is no id. */
static void run_line(struct gt_statuses *s, const char *line)
{
	char word[32];
	uint64_t args[4] = { 0 };
	int used, result, want = 0;

	if (sscanf(line, " at %" SCNu64, &args[0]) == 1) {
		gt_statuses_at(s, args[0]);
		return;
	}
	if (sscanf(line, "%31s%n", word, &used) != 1)
		return;
	line += used;
	for (int i = 0; *line && *line != '='; i++) {
		char number[32];

		if (sscanf(line, " %31[0-9-]%n", number, &used) != 1)
			break;
		assert_true(i < 4);
		args[i] = number[0] == '-' ? GT_NO_ID : strtoull(number, NULL, 10);
		line += used;
	}
	if (strchr(line, '='))
		want = -EINVAL;
	result = call(s, word, args);
	if (result != want)
		fail_msg("%s: %d, not %d", word, result, want);
}

static const struct script_row {
	const char *name;
	int version; /* 0: 23 */
	uint64_t generation_ns;
	const char *script; /* calls, with ; between them */
	const char *events;
} scripts[] = {
	{ "statuses of the start", 0, 0,
	  "at 100; proc 0 1 10; go 1 2 10 1; proc 1 2 -; proc 2 3 12; go 2 3 12 0;"
	  "go 3 3 13 1; go 4 1 - 0; go 5 4 - 1; proc_stop 12",
	  "-- generation 1\n"
	  "100 m10 ProcStatus p=0 pstatus=1\n"
	  "101 m10 GoStatusStack g=1 m=10 gstatus=2 stack=1\n"
	  "102 m- ProcStatus p=1 pstatus=2\n"
	  "103 m12 ProcStatus p=2 pstatus=3\n"
	  "104 m12 GoStatus g=2 m=12 gstatus=3\n"
	  "105 m- GoStatusStack g=3 m=13 gstatus=3 stack=1\n"
	  "106 m- GoStatus g=4 m=- gstatus=1\n"
	  "107 m- GoStatusStack g=5 m=- gstatus=4 stack=1\n"
	  "108 m12 ProcStop\n" },
	{ "1.22 has no status with a stack", 22, 0, "at 100; go 5 4 - 1; go_unblock - 5 0",
	  "-- generation 1\n"
	  "100 m- GoStatus g=5 m=- gstatus=4\n"
	  "101 m- GoUnblock g=5 g_seq=1 stack=0\n" },
	{ "statuses that do not fit", 0, 0,
	  "proc 0 1 - = r; proc 0 0 1 = r; proc 0 4 1 = r; proc 0 2 1 = r; proc 65536 2 - = r;"
	  "proc 0 1 10; proc 0 2 - = r; proc 1 1 10 = r; go 0 4 - 0 = r; go - 4 - 0 = r;"
	  "go 1 3 10 0 = r; go 1 2 11 0 = r; go 1 2 - 0 = r; go 1 3 - 0 = r; go 1 4 10 0 = r;"
	  "go 1 1 - 3 = r; go 1 2 10 0; go 2 2 10 0 = r; go 1 4 - 0 = r; go 3 3 13 0;"
	  "proc 1 3 13 = r; go_block 10 0 0; go 4 4 - 0 = r; proc 2 2 - = r",
	  "-- generation 1\n"
	  "2 m10 ProcStatus p=0 pstatus=1\n"
	  "3 m10 GoStatus g=1 m=10 gstatus=2\n"
	  "4 m- GoStatus g=3 m=13 gstatus=3\n"
	  "5 m10 GoBlock reason_string=0 stack=0\n" },
	{ "a thread's life", 0, 0,
	  "at 10; proc_start 1 0; go_create 1 7 1 0; go_start 1 7; procs_change 1 4 0;"
	  "syscall_begin 1 1; syscall_end 1; go_block 1 2 1; proc_stop 1; at 50; go_unblock 9 7 1;"
	  "at 60; proc_start 1 0; go_start 1 7; label 1 2; log 1 1 2 1; go_stop 1 1 1; go_start 1 "
	  "7;"
	  "go_destroy 1; proc_stop 1",
	  "-- generation 1\n"
	  "10 m- ProcStatus p=0 pstatus=2\n"
	  "11 m1 ProcStart p=0 p_seq=1\n"
	  "12 m1 GoCreate new_g=7 new_stack=1 stack=0\n"
	  "13 m1 GoStart g=7 g_seq=1\n"
	  "14 m1 ProcsChange procs_value=4 stack=0\n"
	  "15 m1 GoSyscallBegin p_seq=2 stack=1\n"
	  "16 m1 GoSyscallEnd\n"
	  "17 m1 GoBlock reason_string=2 stack=1\n"
	  "18 m1 ProcStop\n"
	  "50 m9 GoUnblock g=7 g_seq=2 stack=1\n"
	  "60 m1 ProcStart p=0 p_seq=3\n"
	  "61 m1 GoStart g=7 g_seq=3\n"
	  "62 m1 GoLabel label_string=2\n"
	  "63 m1 UserLog task=0 key_string=1 value_string=2 stack=1\n"
	  "64 m1 GoStop reason_string=1 stack=1\n"
	  "65 m1 GoStart g=7 g_seq=4\n"
	  "66 m1 GoDestroy\n"
	  "67 m1 ProcStop\n" },
	{ "a stolen P", 0, 0,
	  "proc 0 3 1; go 1 3 1 0; proc_steal 2 0 1; proc_start 2 0; proc_start 1 1;"
	  "syscall_end 1 = r; go_block 1 0 0 = r; go_create 1 9 0 0 = r; label 1 0 = r;"
	  "syscall_end_blocked 1; go_start 1 1",
	  "-- generation 1\n"
	  "2 m1 ProcStatus p=0 pstatus=3\n"
	  "3 m1 GoStatus g=1 m=1 gstatus=3\n"
	  "4 m2 ProcSteal p=0 p_seq=1 m=1\n"
	  "5 m2 ProcStart p=0 p_seq=2\n"
	  "6 m- ProcStatus p=1 pstatus=2\n"
	  "7 m1 ProcStart p=1 p_seq=1\n"
	  "8 m1 GoSyscallEndBlocked\n"
	  "9 m1 GoStart g=1 g_seq=1\n" },
	{ "death in a syscall", 0, 0,
	  "proc 0 3 1; go 1 3 1 0; go_destroy 1 = r; go_destroy_syscall 1 = r; proc_stop 1;"
	  "go_destroy_syscall 1; go_destroy_syscall 1 = r; go_unblock - 1 0 = r",
	  "-- generation 1\n"
	  "2 m1 ProcStatus p=0 pstatus=3\n"
	  "3 m1 GoStatus g=1 m=1 gstatus=3\n"
	  "4 m1 ProcStop\n"
	  "5 m1 GoDestroySyscall\n" },
	{ "what is not legal is not written", 0, 0,
	  "proc 0 1 1; go 1 2 1 0; go 2 4 - 0; go 3 1 - 0;"
	  "proc_stop 1 = r; proc_start 1 1 = r; proc_start 2 0 = r; proc_start - 1 = r;"
	  "proc_start 1 65536 = r; proc_steal 2 0 1 = r; go_start 1 3 = r; go_start 1 1 = r;"
	  "go_start 2 3 = r; go_unblock 1 1 0 = r; go_unblock 1 3 0 = r; go_unblock 1 9 0 = r;"
	  "go_unblock 1 2 2 = r; go_create 1 2 0 0 = r; go_create 1 0 0 0 = r;"
	  "go_create 1 9 2 0 = r; go_create 1 9 0 2 = r; go_create 2 9 0 0 = r; syscall_end 1 = r;"
	  "syscall_end_blocked 1 = r; go_block 1 3 0 = r; go_block 1 0 2 = r; go_stop 2 0 0 = r;"
	  "label 1 3 = r; log 1 3 0 0 = r; log 1 0 3 0 = r; procs_change 1 0 0 = r;"
	  "procs_change 1 65537 0 = r; syscall_begin 2 0 = r; syscall_begin 1 0; label 1 0 = r;"
	  "syscall_begin 1 0 = r; go_create 1 9 0 0 = r; syscall_end_blocked 1 = r",
	  "-- generation 1\n"
	  "2 m1 ProcStatus p=0 pstatus=1\n"
	  "3 m1 GoStatus g=1 m=1 gstatus=2\n"
	  "4 m- GoStatus g=2 m=- gstatus=4\n"
	  "5 m- GoStatus g=3 m=- gstatus=1\n"
	  "6 m1 GoSyscallBegin p_seq=1 stack=0\n" },
	{ "times rise, whatever the caller says", 0, 0,
	  "at 50; go 1 4 - 0; go 2 4 - 0; at 10; go_unblock 5 1 0; at 0; go_unblock 6 2 0;"
	  "at 90; proc_start 5 0",
	  "-- generation 1\n"
	  "50 m- GoStatus g=1 m=- gstatus=4\n"
	  "51 m- GoStatus g=2 m=- gstatus=4\n"
	  "52 m5 GoUnblock g=1 g_seq=1 stack=0\n"
	  "53 m6 GoUnblock g=2 g_seq=1 stack=0\n"
	  "90 m- ProcStatus p=0 pstatus=2\n"
	  "91 m5 ProcStart p=0 p_seq=1\n" },
	{ "times have an end", 0, 0,
	  "go 1 4 - 0; at 4611686018427387904; go_unblock 5 1 0 = r; at 100; go_unblock 5 1 0",
	  "-- generation 1\n"
	  "2 m- GoStatus g=1 m=- gstatus=4\n"
	  "100 m5 GoUnblock g=1 g_seq=1 stack=0\n" },
	{ "no generation ends among the start's statuses", 0, 10,
	  "at 10; go 1 4 - 0; at 1000; go 2 4 - 0; at 2000; go_unblock - 1 0; at 3000;"
	  "go_unblock - 2 0",
	  "-- generation 1\n"
	  "10 m- GoStatus g=1 m=- gstatus=4\n"
	  "1000 m- GoStatus g=2 m=- gstatus=4\n"
	  "2000 m- GoUnblock g=1 g_seq=1 stack=0\n"
	  "-- generation 2\n"
	  "3000 m- GoStatus g=2 m=- gstatus=4\n"
	  "3001 m- GoUnblock g=2 g_seq=1 stack=0\n" },
	{ "no generation is empty, two free times between", 0, 10,
	  "at 10; proc_start 1 0; at 20; proc_start 1 0 = r; at 300; at 30; at 11; proc_stop 1; at "
	  "21;"
	  "proc_start 1 0",
	  "-- generation 1\n"
	  "10 m- ProcStatus p=0 pstatus=2\n"
	  "11 m1 ProcStart p=0 p_seq=1\n"
	  "-- generation 2\n"
	  "14 m1 ProcStop\n"
	  "21 m- ProcStatus p=0 pstatus=2\n"
	  "22 m1 ProcStart p=0 p_seq=1\n" },
	{ "running over a border needs no status", 0, 100,
	  "proc 0 1 1; go 1 2 1 0; go_create 1 2 0 0; at 200; go_block 1 0 0; go_start 1 2;"
	  "at 400; label 1 0; at 600; go_destroy 1; proc_stop 1; at 800; go_unblock - 1 0",
	  "-- generation 1\n"
	  "2 m1 ProcStatus p=0 pstatus=1\n"
	  "3 m1 GoStatus g=1 m=1 gstatus=2\n"
	  "4 m1 GoCreate new_g=2 new_stack=0 stack=0\n"
	  "-- generation 2\n"
	  "200 m1 GoBlock reason_string=0 stack=0\n"
	  "201 m- GoStatus g=2 m=- gstatus=1\n"
	  "202 m1 GoStart g=2 g_seq=1\n"
	  "-- generation 3\n"
	  "400 m1 GoLabel label_string=0\n"
	  "-- generation 4\n"
	  "600 m1 GoDestroy\n"
	  "601 m1 ProcStop\n"
	  "-- generation 5\n"
	  "800 m- GoStatus g=1 m=- gstatus=4\n"
	  "801 m- GoUnblock g=1 g_seq=1 stack=0\n" },
	{ "a syscall states its P on its own M", 0, 100,
	  "proc 0 1 1; go 1 2 1 0; syscall_begin 1 0; syscall_end 1; at 200; syscall_begin 1 0;"
	  "syscall_end 1; syscall_begin 1 0; at 400; syscall_end 1; syscall_begin 1 0",
	  "-- generation 1\n"
	  "2 m1 ProcStatus p=0 pstatus=1\n"
	  "3 m1 GoStatus g=1 m=1 gstatus=2\n"
	  "4 m1 GoSyscallBegin p_seq=1 stack=0\n"
	  "5 m1 GoSyscallEnd\n"
	  "-- generation 2\n"
	  "200 m1 ProcStatus p=0 pstatus=1\n"
	  "201 m1 GoSyscallBegin p_seq=1 stack=0\n"
	  "202 m1 GoSyscallEnd\n"
	  "203 m1 GoSyscallBegin p_seq=2 stack=0\n"
	  "-- generation 3\n"
	  "400 m1 GoSyscallEnd\n"
	  "401 m1 ProcStatus p=0 pstatus=1\n"
	  "402 m1 GoSyscallBegin p_seq=1 stack=0\n" },
	{ "a P stolen in a later generation is stated on the M that loses it", 0, 100,
	  "proc 0 3 1; go 1 3 1 0; proc 1 2 -; proc_start 3 1; at 200; proc_steal 2 0 1; at 400;"
	  "syscall_end_blocked 1; at 600; proc_start 1 0; go_start 1 1",
	  "-- generation 1\n"
	  "2 m1 ProcStatus p=0 pstatus=3\n"
	  "3 m1 GoStatus g=1 m=1 gstatus=3\n"
	  "4 m- ProcStatus p=1 pstatus=2\n"
	  "5 m3 ProcStart p=1 p_seq=1\n"
	  "-- generation 2\n"
	  "200 m1 ProcStatus p=0 pstatus=3\n"
	  "201 m2 ProcSteal p=0 p_seq=1 m=1\n"
	  "-- generation 3\n"
	  "400 m1 GoSyscallEndBlocked\n"
	  "-- generation 4\n"
	  "600 m- ProcStatus p=0 pstatus=2\n"
	  "601 m1 ProcStart p=0 p_seq=1\n"
	  "602 m- GoStatus g=1 m=- gstatus=1\n"
	  "603 m1 GoStart g=1 g_seq=1\n" },
	{ "an id may come again", 0, 0,
	  "proc_start 1 0; go_create 1 5 0 0; go_start 1 5; go_destroy 1; go_create 1 5 0 0;"
	  "go_start 1 5",
	  "-- generation 1\n"
	  "2 m- ProcStatus p=0 pstatus=2\n"
	  "3 m1 ProcStart p=0 p_seq=1\n"
	  "4 m1 GoCreate new_g=5 new_stack=0 stack=0\n"
	  "5 m1 GoStart g=5 g_seq=1\n"
	  "6 m1 GoDestroy\n"
	  "7 m1 GoCreate new_g=5 new_stack=0 stack=0\n"
	  "8 m1 GoStart g=5 g_seq=1\n" },
};

struct fixture {
	struct wiretext_file file;
	struct gt_writer *writer;
	struct gt_statuses *sched;
};

/* With the strings 1 and 2 and the stack 1. */
static void set_up(struct fixture *f, int version, uint64_t generation_ns)
{
	struct gt_writer_options writer_options = { .version = version };
	struct gt_statuses_options options = { .version = version, .generation_ns = generation_ns };
	struct gt_frame frame = { 1, 2, 3 };

	memset(f, 0, sizeof(*f));
	assert_int_equal(gt_writer_new(&f->writer, &writer_options, wiretext_sink, &f->file), 0);
	assert_int_equal(gt_statuses_new(&f->sched, f->writer, &options), 0);
	gt_writer_string(f->writer, "a", 1);
	gt_writer_string(f->writer, "b", 1);
	gt_writer_stack(f->writer, &frame, 1);
}

static void tear_down(struct fixture *f)
{
	gt_statuses_free(f->sched);
	gt_writer_free(f->writer);
	free(f->file.data);
}

static void run_script(struct gt_statuses *sched, const char *script)
{
	char *copy = strdup(script), *rest = copy, *line;

	while ((line = strsep(&rest, ";")))
		run_line(sched, line);
	free(copy);
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

static void script(void **state)
{
	const struct script_row *row = *state;
	struct fixture f;
	char *text;

	set_up(&f, row->version ? row->version : 23, row->generation_ns);
	run_script(f.sched, row->script);
	assert_int_equal(gt_statuses_refused(f.sched), count(row->script, '='));
	assert_int_equal(gt_writer_finish(f.writer), 0);
	text = wiretext_events(&f.file);
	assert_string_equal(text, row->events);
	free(text);
	tear_down(&f);
}

static void what_a_reader_holds(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f, 23, 0);
	assert_true(gt_statuses_last_ts(f.sched) == 0);
	run_script(f.sched, "at 9; proc 0 1 1; go 1 2 1 0; go 2 4 - 0");
	assert_true(gt_statuses_m_proc(f.sched, 1) == 0);
	assert_true(gt_statuses_m_go(f.sched, 1) == 1);
	assert_true(gt_statuses_m_proc(f.sched, 2) == GT_NO_ID);
	assert_int_equal(gt_statuses_go_status(f.sched, 1), GT_GO_RUNNING);
	assert_int_equal(gt_statuses_go_status(f.sched, 2), GT_GO_WAITING);
	assert_int_equal(gt_statuses_go_status(f.sched, 3), 0);
	run_script(f.sched, "syscall_begin 1 0; proc_stop 1");
	assert_true(gt_statuses_m_proc(f.sched, 1) == GT_NO_ID);
	assert_int_equal(gt_statuses_go_status(f.sched, 1), GT_GO_SYSCALL);
	run_script(f.sched, "syscall_end_blocked 1; go_unblock - 2 0");
	assert_true(gt_statuses_m_go(f.sched, 1) == GT_NO_ID);
	assert_int_equal(gt_statuses_go_status(f.sched, 1), GT_GO_RUNNABLE);
	assert_int_equal(gt_statuses_go_status(f.sched, 2), GT_GO_RUNNABLE);
	assert_true(gt_statuses_last_ts(f.sched) == 15);
	tear_down(&f);
}

static void large_generations_end_early(void **state)
{
	struct fixture f;
	struct gt_statuses_options options = { .version = 23, .generation_bytes = 100000 };
	uint64_t generation = 1;

	(void)state;
	set_up(&f, 23, 0);
	gt_statuses_free(f.sched);
	assert_int_equal(gt_statuses_new(&f.sched, f.writer, &options), 0);
	for (uint64_t i = 0; i < 100000; i++) {
		generation = gt_statuses_at(f.sched, i);
		run_line(f.sched, i % 2 ? "proc_stop 1" : "proc_start 1 0");
		assert_true(gt_writer_generation_bytes(f.writer) < 100000 + 100);
	}
	assert_in_range(generation, 3, 6);
	tear_down(&f);
}

int main(void)
{
	enum {
		SCRIPTS = sizeof(scripts) / sizeof(scripts[0])
	};
	struct CMUnitTest tests[SCRIPTS + 2];

	for (size_t i = 0; i < SCRIPTS; i++) {
		tests[i] = (struct CMUnitTest){
			.name = scripts[i].name,
			.test_func = script,
			.initial_state = (void *)&scripts[i],
		};
	}
	tests[SCRIPTS] = (struct CMUnitTest)cmocka_unit_test(what_a_reader_holds);
	tests[SCRIPTS + 1] = (struct CMUnitTest)cmocka_unit_test(large_generations_end_early);
	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
