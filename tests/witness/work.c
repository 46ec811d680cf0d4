// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The witness's workload: threads of many kinds, each of which writes down
 * what it did and what the kernel booked for it (ledger.h).
 *
 *     work FD crowded|quiet MS         all kinds, MS milliseconds long
 *     work FD exec CROWDED KIND        what the exec kinds turn into
 *
 * FD is the ledger. crowded: with threads that use up every CPU, so that the
 * others wait. It begins when the ledger says so.
 */
#include "work.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define TEAMS_MAX 64
#define BOOK_TRIES 300
#define SPAN_NS (20 * MS)
/* CPU time that a reading may take about its marker, the more the oftener it was tried. */
#define BOOK_NS 6000
#define BOOK_MORE_NS 300

extern char **environ;

void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "witness work: %s: %s\n", what, strerror(errno));
	_exit(1);
}

bool made(struct ledger *ledger, long tid)
{
	if (tid > 0)
		__atomic_fetch_add(&ledger->made, 1, __ATOMIC_RELAXED);
	return tid > 0;
}

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void compute(uint64_t ns)
{
	uint64_t end = now_ns() + ns;

	while (now_ns() < end)
		;
}

void nap(struct job *job, uint64_t ns)
{
	struct timespec time = { .tv_sec = (time_t)(ns / (1000 * MS)),
				 .tv_nsec = (long)(ns % (1000 * MS)) };

	call(job, SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
}

void pin(int nth)
{
	cpu_set_t allowed, one;
	int cpu = -1;

	must(!sched_getaffinity(getpid(), sizeof(allowed), &allowed), "affinity");
	nth %= CPU_COUNT(&allowed);
	while (nth >= 0)
		nth -= !!CPU_ISSET(++cpu, &allowed);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	must(!sched_setaffinity(0, sizeof(one), &one), "pin");
}

/* ---- the books ---- */

static struct entry *entry_new(struct job *job)
{
	uint32_t number = __atomic_fetch_add(&job->ledger->count, 1, __ATOMIC_RELAXED);

	must(number < LEDGER_ENTRIES, "room in the ledger");
	return &job->ledger->entries[number];
}

void job_open(struct job *job, const char *kind)
{
	job->entry = entry_new(job);
	strncpy(job->entry->kind, kind, sizeof(job->entry->kind) - 1);
	job->entry->first = 1;
	job->entry->crowded = job->crowded;
	job->schedstat = (int)syscall(SYS_openat, AT_FDCWD, "/proc/thread-self/schedstat",
				      O_RDONLY | O_CLOEXEC);
	must(job->schedstat >= 0, "/proc/thread-self/schedstat");
}

static void read_schedstat(struct job *job, struct book *book)
{
	char text[80];
	long size = call(job, SYS_pread64, job->schedstat, text, sizeof(text) - 1, 0);
	char *at = text;

	must(size > 0, "read schedstat");
	text[size] = '\0';
	strtoull(at, &at, 10); /* as old as the last tick */
	book->wait_ns = strtoull(at, &at, 10);
	book->slices = strtoull(at, &at, 10);
}

static void read_usage(struct job *job, struct book *book)
{
	struct rusage usage;

	must(!call(job, SYS_getrusage, RUSAGE_THREAD, &usage), "getrusage");
	book->voluntary = (uint64_t)usage.ru_nvcsw;
	book->involuntary = (uint64_t)usage.ru_nivcsw;
}

static uint64_t cpu_ns(struct job *job)
{
	struct timespec cpu;

	job->calls += job->ledger->vdso;
	must(!syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &cpu), "thread's clock");
	return (uint64_t)cpu.tv_sec * 1000000000 + (uint64_t)cpu.tv_nsec;
}

/* One reading; it holds if the thread did not leave its CPU in it, nor was interrupted. */
static bool try_book(struct job *job, struct book *book, uint64_t limit_ns)
{
	struct book again;
	uint64_t before_ns, after_ns;

	read_usage(job, book);
	read_schedstat(job, book);
	before_ns = cpu_ns(job);
	call(job, MARK_SYSCALL, 0);
	book->mark = ++job->marks;
	book->calls = job->calls;
	after_ns = cpu_ns(job);
	book->cpu_ns = before_ns + (after_ns - before_ns) / 2;
	read_schedstat(job, &again);
	read_usage(job, &again);
	return again.voluntary == book->voluntary && again.involuntary == book->involuntary &&
	       again.slices == book->slices && again.wait_ns == book->wait_ns &&
	       after_ns - before_ns < limit_ns;
}

static bool read_book(struct job *job, struct book *book)
{
	for (unsigned i = 0; i < BOOK_TRIES; i++)
		if (try_book(job, book, BOOK_NS + i * BOOK_MORE_NS))
			return true;
	job->entry->unread = 1;
	return false;
}

void job_begin(struct job *job)
{
	read_book(job, &job->entry->begin);
	job->span_ns = now_ns() + SPAN_NS;
}

static void entry_done(struct job *job)
{
	job->entry->tid = (uint32_t)call(job, SYS_gettid);
	__atomic_store_n(&job->entry->done, 1, __ATOMIC_RELEASE);
}

void job_end(struct job *job)
{
	read_book(job, &job->entry->end);
	entry_done(job);
	syscall(SYS_close, job->schedstat);
}

void job_span(struct job *job)
{
	struct entry *next;

	if (now_ns() < job->span_ns)
		return;
	next = entry_new(job);
	memcpy(next->kind, job->entry->kind, sizeof(next->kind));
	next->wakers = job->entry->wakers;
	next->crowded = job->crowded;
	next->unread = !read_book(job, &job->entry->end);
	next->begin = job->entry->end;
	entry_done(job);
	job->entry = next;
	job->span_ns = now_ns() + SPAN_NS;
}

bool goes_on(struct job *job)
{
	job_span(job);
	return now_ns() < job->end_ns;
}

void job_wakers(struct job *job, const char *wait, enum wake_context context, const char *by_call,
		pid_t by)
{
	struct wakers *wakers = &job->entry->wakers;

	strncpy(wakers->wait, wait, sizeof(wakers->wait) - 1);
	strncpy(wakers->call, by_call, sizeof(wakers->call) - 1);
	wakers->context = context;
	if (by)
		wakers->tids[wakers->count++] = (uint32_t)by;
}

/* ---- teams ---- */

struct seat {
	const struct kind *kind;
	struct job job;
	pthread_t thread;
	pthread_barrier_t *ready;
};

static void *sit(void *arg)
{
	struct seat *seat = arg;
	struct job *job = &seat->job;

	must(!pthread_setname_np(pthread_self(), seat->kind->name), "name");
	job->team->tids[job->role] = (pid_t)syscall(SYS_gettid);
	job_open(job, seat->kind->name);
	pthread_barrier_wait(seat->ready);
	seat->kind->run(job);
	return NULL;
}

struct crew {
	struct team teams[TEAMS_MAX];
	struct seat seats[TEAMS_MAX * ROLES_MAX];
	const struct kind *kinds[TEAMS_MAX];
	unsigned team_count, seat_count;
	pthread_barrier_t ready;
};

static void add_kinds(struct crew *crew, const struct kind *kinds, const struct job *like)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	cpus = cpus < ROLES_MAX ? cpus : ROLES_MAX;
	for (const struct kind *kind = kinds; kind->name; kind++) {
		struct team *team = &crew->teams[crew->team_count];

		/* Those that use up CPUs make the crowd. */
		if (!strncmp(kind->name, "burn", 4) && !like->crowded)
			continue;
		team->name = kind->name;
		team->pid = getpid();
		if (kind->open && !kind->open(team)) {
			fprintf(stderr, "witness work: no %s here: %s\n", kind->name,
				strerror(errno));
			continue;
		}
		crew->kinds[crew->team_count++] = kind;
		for (int role = 0; role < (kind->roles ? kind->roles : cpus); role++) {
			struct seat *seat = &crew->seats[crew->seat_count++];

			seat->kind = kind;
			seat->ready = &crew->ready;
			seat->job = *like;
			seat->job.team = team;
			seat->job.role = role;
		}
	}
}

static void run_crew(struct crew *crew)
{
	pthread_barrier_init(&crew->ready, NULL, crew->seat_count);
	for (unsigned i = 0; i < crew->seat_count; i++) {
		struct seat *seat = &crew->seats[i];

		must(!pthread_create(&seat->thread, NULL, sit, seat), "thread");
		made(seat->job.ledger, 1);
	}
	for (unsigned i = 0; i < crew->seat_count; i++)
		pthread_join(crew->seats[i].thread, NULL);
	for (unsigned i = 0; i < crew->team_count; i++)
		if (crew->kinds[i]->close)
			crew->kinds[i]->close(&crew->teams[i]);
}

/* ---- the program ---- */

void work_exec(struct job *parent, const char *kind)
{
	char fd[16];
	char *const argv[] = { (char *)"work", fd,
			       (char *)"exec", (char *)(parent->crowded ? "1" : "0"),
			       (char *)kind,   NULL };

	/* No stdio: it may run in a child that shares its parent's memory. */
	int at = sizeof(fd) - 1;
	unsigned rest = (unsigned)parent->ledger_fd;

	fd[at] = '\0';
	do {
		fd[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	memmove(fd, fd + at, sizeof(fd) - (size_t)at);
	syscall(SYS_execve, "/proc/self/exe", argv, environ);
	_exit(127);
}

static int exec_main(struct job *job, const char *kind)
{
	job_open(job, kind);
	job_begin(job);
	for (int i = 0; i < 20; i++) {
		compute(20 * US);
		nap(job, 50 * US);
	}
	job_end(job);
	return 0;
}

#define CLOCK_READS 1000

/* Are many readings by libc less than half of what syscalls take? */
static bool clock_is_vdso(void)
{
	struct timespec now;
	uint64_t begin_ns = now_ns(), middle_ns;

	for (int i = 0; i < CLOCK_READS; i++)
		now_ns();
	middle_ns = now_ns();
	for (int i = 0; i < CLOCK_READS; i++)
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return middle_ns - begin_ns < (now_ns() - middle_ns) / 2;
}

/* Whoever traces this may not be ready yet. */
static void wait_for_go(const struct ledger *ledger)
{
	while (!__atomic_load_n(&ledger->go, __ATOMIC_ACQUIRE))
		usleep(1000);
}

/*
 * Those that fork, or else change the memory that all threads share, in a
 * process of their own: the others would have to wait for them.
 */
static void run_kinds(const struct job *like)
{
	static struct crew crew;
	pid_t pid = fork();
	int status = 0;

	must(pid == 0 || made(like->ledger, pid), "fork");
	if (pid == 0) {
		add_kinds(&crew, life_kinds, like);
	} else {
		add_kinds(&crew, time_kinds, like);
		add_kinds(&crew, talk_kinds, like);
	}
	run_crew(&crew);
	if (pid == 0)
		_exit(0);
	must(waitpid(pid, &status, 0) == pid && status == 0, "lives");
}

int main(int argc, char **argv)
{
	struct job like = { 0 };

	must(argc >= 4, "work FD crowded|quiet MS");
	like.ledger_fd = atoi(argv[1]);
	like.ledger = mmap(NULL, sizeof(struct ledger), PROT_READ | PROT_WRITE, MAP_SHARED,
			   like.ledger_fd, 0);
	must(like.ledger != MAP_FAILED, "ledger");
	like.crowded = !strcmp(argv[2], "crowded") || !strcmp(argv[3], "1");
	if (!strcmp(argv[2], "exec"))
		return exec_main(&like, argv[4]);
	wait_for_go(like.ledger);
	like.ledger->vdso = clock_is_vdso();
	like.end_ns = now_ns() + strtoull(argv[3], NULL, 10) * MS;
	run_kinds(&like);
	return 0;
}
