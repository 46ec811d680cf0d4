// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Is the trace true? Captures a workload of many kinds of threads and
 * compares what the trace says of each with what the kernel booked, what the
 * thread counted and what a second, independent BPF program measured.
 *
 *     witness run FOLDER      capture, convert and judge; everything is kept
 *     witness judge FOLDER    judge what is there (no root)
 *     witness records FOLDER TID FROM TO    print records (TID 0: all)
 *
 * It says TAP (tests/run); with V=1 in the environment a line a thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "records.h"
#include "report.h"

#define TOOL "./gotrace-bpf"
#define WORK "build/witness/work"
#define CROWDED_MS 1500
#define QUIET_MS 1000

#define PATH_SIZE 256

struct paths {
	char ledger[PATH_SIZE], marks[PATH_SIZE], capture[PATH_SIZE];
	char trace[PATH_SIZE], stats[PATH_SIZE];
};

struct run {
	struct paths paths;
	struct ledger *ledger;
	struct mark *marks;
	size_t mark_count;
};

/* ---- programs ---- */

static pid_t start(char *const argv[])
{
	pid_t pid = fork();

	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execv(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	return pid;
}

/* 0, or -EIO: it failed (it has said why). */
static int finish(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static pid_t start_work(int ledger_fd, const char *how, unsigned ms, const char *group)
{
	char fd[16], time[16];
	char *const argv[] = { (char *)WORK, fd, (char *)how, time, (char *)group, NULL };

	snprintf(fd, sizeof(fd), "%d", ledger_fd);
	snprintf(time, sizeof(time), "%u", ms);
	return start(argv);
}

static int run_work(int ledger_fd, const char *how, unsigned ms)
{
	pid_t steady = start_work(ledger_fd, how, ms, "steady");
	pid_t lives = start_work(ledger_fd, how, ms, "lives");
	int err = finish(steady);

	return finish(lives) ? -EIO : err;
}

/* ---- the capture ---- */

static pid_t start_capture(const struct paths *paths)
{
	char *const argv[] = { (char *)TOOL, (char *)"record",	     (char *)"-q",
			       (char *)"-o", (char *)paths->capture, NULL };

	unlink(paths->capture);
	return start(argv);
}

/* It writes its first bytes once it records. */
static int wait_for_capture(const char *path)
{
	struct stat now;

	for (int i = 0; i < 1000; i++) {
		if (!stat(path, &now) && now.st_size > 0)
			return 0;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

/* The eighth number of all CPUs in /proc/stat, in ticks; 0 where there is none. */
static uint64_t stolen_ticks(void)
{
	FILE *file = fopen("/proc/stat", "r");
	unsigned long long ticks = 0;

	if (!file)
		return 0;
	if (fscanf(file, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &ticks) != 1)
		ticks = 0;
	fclose(file);
	return ticks;
}

static int capture_work(const struct paths *paths, struct kernel *kernel, int ledger_fd)
{
	pid_t pid = start_capture(paths);
	int err = wait_for_capture(paths->capture);

	if (!err)
		err = kernel_attach_after(kernel);
	if (!err)
		err = run_work(ledger_fd, "crowded", CROWDED_MS);
	if (!err)
		err = run_work(ledger_fd, "quiet", QUIET_MS);
	if (pid > 0)
		kill(pid, SIGINT);
	return finish(pid) ? -EIO : err;
}

static int convert(const struct paths *paths)
{
	char *const argv[] = { (char *)TOOL,
			       (char *)"convert",
			       (char *)"-q",
			       (char *)"--clock",
			       (char *)"monotonic",
			       (char *)"--stats",
			       (char *)paths->stats,
			       (char *)"-o",
			       (char *)paths->trace,
			       (char *)paths->capture,
			       NULL };

	return finish(start(argv));
}

/* ---- files ---- */

static void paths_init(struct paths *paths, const char *folder)
{
	snprintf(paths->ledger, PATH_SIZE, "%s/ledger", folder);
	snprintf(paths->marks, PATH_SIZE, "%s/marks", folder);
	snprintf(paths->capture, PATH_SIZE, "%s/capture.gtraw", folder);
	snprintf(paths->trace, PATH_SIZE, "%s/trace.out", folder);
	snprintf(paths->stats, PATH_SIZE, "%s/stats.json", folder);
}

/* flags: O_CREAT | O_TRUNC for a new one. Its descriptor, for the workload, or -errno. */
static int ledger_map(struct run *run, int flags)
{
	int fd = open(run->paths.ledger, O_RDWR | flags, 0644);

	if (fd < 0 || ftruncate(fd, sizeof(struct ledger)))
		return -errno;
	run->ledger = mmap(NULL, sizeof(*run->ledger), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return run->ledger == MAP_FAILED ? -errno : fd;
}

static int marks_write(const struct run *run)
{
	FILE *file = fopen(run->paths.marks, "w");
	size_t written;

	if (!file)
		return -errno;
	written = fwrite(run->marks, sizeof(*run->marks), run->mark_count, file);
	return fclose(file) || written != run->mark_count ? -EIO : 0;
}

static int marks_read(struct run *run)
{
	FILE *file = fopen(run->paths.marks, "r");
	struct stat stat;

	if (!file || fstat(fileno(file), &stat))
		return -errno;
	run->marks = malloc((size_t)stat.st_size + 1);
	if (run->marks)
		run->mark_count = fread(run->marks, sizeof(*run->marks),
					(size_t)stat.st_size / sizeof(*run->marks), file);
	fclose(file);
	return run->marks ? 0 : -ENOMEM;
}

/* ---- the program ---- */

static int capture_all(struct run *run)
{
	struct kernel *kernel;
	int fd = ledger_map(run, O_CREAT | O_TRUNC);
	int err = fd < 0 ? fd : kernel_open(&kernel);
	uint64_t before;

	if (err)
		return err;
	before = stolen_ticks();
	err = capture_work(&run->paths, kernel, fd);
	run->ledger->cpu_ns =
		(uint64_t)sysconf(_SC_NPROCESSORS_ONLN) * CROWDED_MS * UINT64_C(1000000);
	run->ledger->steals = before != 0;
	run->ledger->stolen_ticks = stolen_ticks() - before;
	if (!err)
		err = kernel_marks(kernel, &run->marks, &run->mark_count);
	kernel_close(kernel);
	if (!err)
		err = marks_write(run);
	return err ? err : convert(&run->paths);
}

static int load_all(struct run *run)
{
	int fd = ledger_map(run, O_CLOEXEC);

	return fd < 0 ? fd : marks_read(run);
}

static int judge(bool again, const char *folder)
{
	const char *verbose = getenv("V");
	struct run run = { 0 };
	struct report_input input;
	bool good;
	int err;

	paths_init(&run.paths, folder);
	err = again ? load_all(&run) : capture_all(&run);
	if (err) {
		printf("not ok - the workload is captured: %s\n", strerror(-err));
		return 1;
	}
	input = (struct report_input){ .capture = run.paths.capture,
				       .trace = run.paths.trace,
				       .stats = run.paths.stats,
				       .ledger = run.ledger,
				       .marks = run.marks,
				       .mark_count = run.mark_count,
				       .verbose = verbose && !strcmp(verbose, "1") };
	good = report(&input);
	free(run.marks);
	return good ? 0 : 1;
}

static int print_records(char **argv)
{
	struct paths paths;
	int err;

	paths_init(&paths, argv[2]);
	err = records_print(stdout, paths.capture, (uint32_t)atoi(argv[3]),
			    strtoull(argv[4], NULL, 10), strtoull(argv[5], NULL, 10), SIZE_MAX);
	if (err)
		fprintf(stderr, "%s: %s\n", paths.capture, strerror(-err));
	return err != 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "run"))
		return judge(false, argv[2]);
	if (argc == 3 && !strcmp(argv[1], "judge"))
		return judge(true, argv[2]);
	if (argc == 6 && !strcmp(argv[1], "records"))
		return print_records(argv);
	fprintf(stderr, "usage: witness run|judge FOLDER, or witness records FOLDER TID FROM TO\n");
	return 2;
}
