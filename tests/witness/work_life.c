// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Kinds that are born, become something else, are stopped and traced, and
 * end. Threads and processes are made by bare clone calls, so that their
 * syscalls can be counted from the first.
 */
#include "work.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define STACK_BYTES (64 << 10)

/* What one does who lives only shortly. */
static void short_life(const struct job *parent, const char *kind)
{
	struct job job = *parent;

	job.calls = 0;
	job.marks = 0;
	job_open(&job, kind);
	job_begin(&job);
	call(&job, SYS_getppid);
	compute(30 * US);
	nap(&job, 100 * US);
	call(&job, SYS_sched_yield);
	compute(10 * US);
	job_end(&job);
}

static pid_t fork_counted(struct job *job)
{
	pid_t pid = (pid_t)call(job, SYS_clone, SIGCHLD, 0L, NULL, 0L, 0L);

	must(pid == 0 || made(job->ledger, pid), "fork");
	return pid;
}

static void wait_counted(struct job *job, pid_t pid)
{
	must(call(job, SYS_wait4, pid, NULL, 0L, NULL) == pid, "wait4");
}

/* ---- threads ---- */

static int thread_main(void *arg)
{
	short_life(arg, "thread");
	return 0;
}

#define THREAD_FLAGS                                                                               \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |        \
	 CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID)

/* The kernel sets the word to 0 and wakes the futex when the thread is gone. */
static void join_counted(struct job *job, uint32_t *word)
{
	uint32_t tid;

	while ((tid = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != 0)
		call(job, SYS_futex, word, FUTEX_WAIT, tid, NULL, NULL, 0);
}

/* Short-lived threads, several at once. They share the maker's errno: nobody reads it. */
static void threads(struct job *job)
{
	enum {
		AT_ONCE = 3
	};
	char *stacks = mmap(NULL, AT_ONCE * STACK_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t words[AT_ONCE];

	must(stacks != MAP_FAILED, "stacks");
	job_begin(job);
	while (goes_on(job)) {
		for (int i = 0; i < AT_ONCE; i++) {
			job->calls++;
			must(made(job->ledger,
				  clone(thread_main, stacks + (i + 1) * STACK_BYTES, THREAD_FLAGS,
					job, &words[i], NULL, &words[i])),
			     "clone");
		}
		for (int i = 0; i < AT_ONCE; i++)
			join_counted(job, &words[i]);
		nap(job, 8 * MS);
	}
	job_end(job);
	munmap(stacks, AT_ONCE * STACK_BYTES);
}

/* ---- processes ---- */

static void forks(struct job *job)
{
	job_begin(job);
	while (goes_on(job)) {
		pid_t pid = fork_counted(job);

		if (pid == 0) {
			short_life(job, "child");
			_exit(0);
		}
		wait_counted(job, pid);
		nap(job, 10 * MS);
	}
	job_end(job);
}

#define REAPED 8

static int reaped(void *arg)
{
	(void)arg;
	syscall(SYS_openat, AT_FDCWD, "/proc/self/schedstat", O_RDONLY);
	return 0;
}

/*
 * Collects what is left of many children: they have been looked at in /proc,
 * and when they are taken out of it the waiting thread may be preempted while
 * its state says that it will sleep.
 */
static void reaper(struct job *job)
{
	char *stacks = mmap(NULL, REAPED * STACK_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pids[REAPED];

	must(stacks != MAP_FAILED, "stacks");
	job_begin(job);
	while (goes_on(job)) {
		for (int i = 0; i < REAPED; i++) {
			job->calls++;
			pids[i] = clone(reaped, stacks + (i + 1) * STACK_BYTES, CLONE_VM | SIGCHLD,
					NULL);
			must(made(job->ledger, pids[i]), "clone");
		}
		for (int i = 0; i < REAPED; i++)
			wait_counted(job, pids[i]);
		nap(job, 3 * MS);
	}
	job_end(job);
	munmap(stacks, REAPED * STACK_BYTES);
}

static int vfork_main(void *arg)
{
	work_exec(arg, "vfork-exec");
	return 1;
}

/* Wakes from its vfork when the child has become another program. */
static void vforks(struct job *job)
{
	char *stack =
		mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(stack != MAP_FAILED, "stack");
	job_begin(job);
	while (goes_on(job)) {
		pid_t pid;

		job->calls++;
		pid = clone(vfork_main, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, job);
		must(made(job->ledger, pid), "vfork");
		wait_counted(job, pid);
		nap(job, 20 * MS);
	}
	job_end(job);
	munmap(stack, STACK_BYTES);
}

static int exec_thread_main(void *arg)
{
	work_exec(arg, "thread-exec");
	return 1;
}

/* A process whose second thread execs: it takes over the leader's tid. */
static void exec_process(struct job *job)
{
	char *stack =
		mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t word;

	made(job->ledger, 1); /* afterwards it may be too late */
	clone(exec_thread_main, stack + STACK_BYTES, THREAD_FLAGS, job, &word, NULL, &word);
	for (;;)
		syscall(SYS_ppoll, NULL, 0L, NULL, NULL, 8L);
}

static void thread_execs(struct job *job)
{
	job_begin(job);
	while (goes_on(job)) {
		pid_t pid = fork_counted(job);

		if (pid == 0)
			exec_process(job);
		wait_counted(job, pid);
		nap(job, 40 * MS);
	}
	job_end(job);
}

/* ---- page faults ---- */

#define FAULT_BYTES (1 << 20)

static bool fault_open(struct team *team)
{
	char name[] = "build/witness/fault.XXXXXX";

	team->there[0] = mkstemp(name);
	if (team->there[0] < 0)
		return false;
	unlink(name);
	team->memory_size = FAULT_BYTES;
	team->memory =
		mmap(NULL, FAULT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, team->there[0], 0);
	return team->memory != MAP_FAILED && !ftruncate(team->there[0], FAULT_BYTES);
}

/* Reads through a mapping: it sleeps for the disk outside any syscall. */
static void fault(struct job *job)
{
	volatile char *memory = job->team->memory;
	int fd = job->team->there[0];
	unsigned sum = 0;

	job_begin(job);
	while (goes_on(job)) {
		call(job, SYS_fdatasync, fd);
		call(job, SYS_madvise, (void *)memory, FAULT_BYTES, MADV_DONTNEED);
		call(job, SYS_fadvise64, fd, 0L, 0L, POSIX_FADV_DONTNEED);
		for (size_t i = 0; i < FAULT_BYTES; i += 4096)
			sum += (unsigned char)memory[i];
		memory[0] = (char)sum;
		nap(job, 10 * MS);
	}
	job_end(job);
}

static void fault_close(struct team *team)
{
	munmap(team->memory, team->memory_size);
	close(team->there[0]);
}

/* ---- stopped ---- */

/* Never in a syscall that a stop would interrupt. */
static void stopped(const struct job *parent)
{
	struct job job = *parent;

	job.calls = 0;
	job.marks = 0;
	job_open(&job, "stopped");
	job_begin(&job);
	while (goes_on(&job)) {
		compute(100 * US);
		call(&job, SYS_getppid);
	}
	job_end(&job);
}

static void stopper(struct job *job)
{
	pid_t pid = fork(); /* not counted: it is before the begin */

	must(pid == 0 || made(job->ledger, pid), "fork");
	if (pid == 0) {
		stopped(job);
		_exit(0);
	}
	job_begin(job);
	while (goes_on(job)) {
		nap(job, 7 * MS);
		call(job, SYS_kill, pid, SIGSTOP);
		nap(job, 3 * MS);
		call(job, SYS_kill, pid, SIGCONT);
	}
	wait_counted(job, pid);
	job_end(job);
}

/* ---- traced ---- */

#define TRACED_CALLS 200

/* Between its two stops its tracer sees every syscall of it. */
static void traced(const struct job *parent)
{
	struct job job = *parent;
	pid_t self = getpid();

	job.calls = 0;
	job.marks = 0;
	job_open(&job, "traced");
	job_begin(&job);
	call(&job, SYS_ptrace, PTRACE_TRACEME, 0L, NULL, NULL);
	call(&job, SYS_kill, self, SIGSTOP);
	for (int i = 0; i < TRACED_CALLS; i++) {
		call(&job, SYS_getppid);
		compute(5 * US);
	}
	call(&job, SYS_kill, self, SIGSTOP);
	job_end(&job);
}

/* Until the tracee ends; its second SIGSTOP ends the tracing of syscalls. */
static void trace_child(struct job *job, pid_t pid)
{
	long request = PTRACE_SYSCALL;
	int status, stops = 0;

	for (;;) {
		must(call(job, SYS_wait4, pid, &status, 0L, NULL) == pid, "wait4");
		if (!WIFSTOPPED(status))
			return;
		if (WSTOPSIG(status) == SIGSTOP && ++stops == 2)
			request = PTRACE_CONT;
		call(job, SYS_ptrace, request, (long)pid, NULL, NULL);
	}
}

static void tracer(struct job *job)
{
	job_begin(job);
	while (goes_on(job)) {
		pid_t pid = fork_counted(job);

		if (pid == 0) {
			traced(job);
			_exit(0);
		}
		trace_child(job, pid);
		nap(job, 100 * MS);
	}
	job_end(job);
}

const struct kind life_kinds[] = {
	{ "threads", 1, NULL, threads, NULL },
	{ "forks", 1, NULL, forks, NULL },
	{ "reaper", 1, NULL, reaper, NULL },
	{ "vforks", 1, NULL, vforks, NULL },
	{ "thread-execs", 1, NULL, thread_execs, NULL },
	{ "fault", 1, fault_open, fault, fault_close },
	{ "stopper", 1, NULL, stopper, NULL },
	{ "tracer", 1, NULL, tracer, NULL },
	{ NULL, 0, NULL, NULL, NULL },
};
