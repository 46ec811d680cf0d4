// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Is the trace true? Captures a workload of many kinds of threads and
 * compares what the trace says of each with what the kernel booked, what the
 * thread counted and what a second, independent BPF program measured.
 *
 *     witness machine FOLDER    capture all of the machine, convert and judge; all is kept
 *     witness command FOLDER    the same, but capture the workload only
 *     witness judge FOLDER      judge what is there (no root)
 *     witness records FOLDER TID FROM TO    print records (TID 0: all)
 *
 * It says TAP (tests/run); with V=1 in the environment a line a thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "records.h"
#include "report.h"

#define TOOL "./gotrace-bpf"
#define WORK "build/witness/work"
#define BUFFER "128M" /* others may keep the capture from the CPUs for a while */
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
	bool command; /* capture the workload only */
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

/* A command line that grows; argv[count] is NULL. */
struct line {
	char *argv[16];
	unsigned count;
	char fd[16], time[16];
};

static void line_add(struct line *line, const char *word)
{
	line->argv[line->count++] = (char *)word;
}

static void line_add_work(struct line *line, int ledger_fd, const char *how, unsigned ms)
{
	snprintf(line->fd, sizeof(line->fd), "%d", ledger_fd);
	snprintf(line->time, sizeof(line->time), "%u", ms);
	line_add(line, WORK);
	line_add(line, line->fd);
	line_add(line, how);
	line_add(line, line->time);
}

static int run_work(int ledger_fd, const char *how, unsigned ms)
{
	struct line line = { 0 };

	line_add_work(&line, ledger_fd, how, ms);
	return finish(start(line.argv));
}

/* ---- the capture ---- */

/* command: of the workload, which it starts; else of the machine. */
static pid_t start_capture(const struct paths *paths, bool command, int ledger_fd)
{
	struct line line = { 0 };

	line_add(&line, TOOL);
	line_add(&line, "record");
	line_add(&line, "-q");
	line_add(&line, "--buffer");
	line_add(&line, BUFFER);
	line_add(&line, "-o");
	line_add(&line, paths->capture);
	if (command) {
		line_add(&line, "--");
		line_add_work(&line, ledger_fd, "crowded", CROWDED_MS);
	}
	unlink(paths->capture);
	return start(line.argv);
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

static int capture_work(struct run *run, struct kernel *kernel, int ledger_fd)
{
	pid_t pid = start_capture(&run->paths, run->command, ledger_fd);
	int err = wait_for_capture(run->paths.capture);

	if (!err)
		err = kernel_attach_after(kernel);
	run->ledger->go = 1;
	if (!err && !run->command)
		err = run_work(ledger_fd, "crowded", CROWDED_MS);
	if (!err && !run->command)
		err = run_work(ledger_fd, "quiet", QUIET_MS);
	if (pid > 0 && (err || !run->command))
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

/*
 * Before 6.2 the storage of a thread is not found from an interrupt on top of
 * another lookup: the second witness misses a wakeup.
 */
static bool kernel_is_old(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	return !uname(&name) && sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor < 2));
}

static int capture_all(struct run *run)
{
	struct kernel *kernel;
	int fd = ledger_map(run, O_CREAT | O_TRUNC);
	int err = fd < 0 ? fd : kernel_open(&kernel);

	if (err)
		return err;
	run->ledger->command = run->command;
	err = capture_work(run, kernel, fd);
	run->ledger->lookups_fail = kernel_is_old();
	run->ledger->holes = kernel_holes(kernel);
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

static int judge(const char *what, const char *folder)
{
	const char *verbose = getenv("V");
	struct run run = { .command = !strcmp(what, "command") };
	struct report_input input;
	bool good;
	int err;

	paths_init(&run.paths, folder);
	err = !strcmp(what, "judge") ? load_all(&run) : capture_all(&run);
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
	if (argc == 3 && (!strcmp(argv[1], "machine") || !strcmp(argv[1], "command") ||
			  !strcmp(argv[1], "judge")))
		return judge(argv[1], argv[2]);
	if (argc == 6 && !strcmp(argv[1], "records"))
		return print_records(argv);
	fprintf(stderr, "usage: witness machine|command|judge FOLDER\n"
			"       witness records FOLDER TID FROM TO\n");
	return 2;
}
