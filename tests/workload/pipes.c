// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Threads asleep in syscalls that move bytes between descriptors without a
 * buffer of the program's:
 *
 *     tee       on an empty pipe, COUNT times
 *     splice    on an empty pipe, COUNT times
 *     vmsplice  to a full pipe, COUNT times
 *     copy      in copy_file_range of a file that is not in memory, once: it
 *               says how often it had to sleep, which may be never
 *
 * "sleeper" wakes the first three, a millisecond after another. Two files of
 * 16 MiB are made in the folder it runs in, and removed.
 */
#include "workload.h"

#include <fcntl.h>
#include <sys/uio.h>

#define PAGE 4096
#define FILE_BYTES (16 << 20)
#define PAUSE_NS 1000000

struct mover {
	const char *name;
	void (*move)(struct mover *mover);
	long count;
	int in[2], out[2];
	pid_t tid;
	struct book book;
};

static void read_all(int fd, size_t size)
{
	static __thread char bytes[PAGE];

	while (size) {
		ssize_t got = read(fd, bytes, size);

		check(got > 0, "read");
		size -= (size_t)got;
	}
}

static void write_bytes(int fd, size_t size)
{
	static char bytes[PAGE];

	check(write(fd, bytes, size) == (ssize_t)size, "write");
}

static void move_tee(struct mover *mover)
{
	check(tee(mover->in[0], mover->out[1], 1, 0) == 1, "tee");
	read_all(mover->in[0], 1);
	read_all(mover->out[0], 1);
}

static void move_splice(struct mover *mover)
{
	check(splice(mover->in[0], NULL, mover->out[1], NULL, 1, 0) == 1, "splice");
	read_all(mover->out[0], 1);
}

/* Its pipe has room for a page, and that is taken. */
static void move_vmsplice(struct mover *mover)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	struct iovec iovec = { page, PAGE };

	check(vmsplice(mover->out[1], &iovec, 1, 0) == PAGE, "vmsplice");
}

static void *run(void *arg)
{
	struct mover *mover = arg;

	name_thread(mover->name);
	mover->tid = my_tid();
	for (long i = 0; i < mover->count; i++)
		mover->move(mover);
	mover->book = book_read();
	return NULL;
}

/* A new file without a name. */
static int make_file(void)
{
	char name[] = "pipes.XXXXXX";
	int fd = mkstemp(name);

	check(fd >= 0 && !unlink(name), "file");
	return fd;
}

static void *copy(void *arg)
{
	struct mover *mover = arg;
	int from = make_file(), to = make_file();
	struct book before;
	ssize_t done = 1;

	for (int i = 0; i < FILE_BYTES / PAGE; i++)
		write_bytes(from, PAGE);
	check(!fsync(from) && !posix_fadvise(from, 0, 0, POSIX_FADV_DONTNEED), "file to disk");
	check(!lseek(from, 0, SEEK_SET), "seek");
	name_thread(mover->name);
	mover->tid = my_tid();
	before = book_read();
	while (done > 0)
		done = copy_file_range(from, NULL, to, NULL, FILE_BYTES, 0);
	check(done == 0, "copy_file_range");
	mover->book = book_read();
	mover->book.voluntary -= before.voluntary;
	close(from);
	close(to);
	return NULL;
}

static void make_pipes(struct mover *mover)
{
	check(!pipe(mover->in) && !pipe(mover->out), "pipe");
	if (mover->move == move_vmsplice) {
		check(fcntl(mover->out[1], F_SETPIPE_SZ, PAGE) == PAGE, "pipe size");
		write_bytes(mover->out[1], PAGE);
	}
}

/* What a mover waits for. */
static void wake(const struct mover *mover)
{
	sleep_ns(PAUSE_NS);
	if (mover->move == move_vmsplice)
		read_all(mover->out[0], PAGE);
	else
		write_bytes(mover->in[1], 1);
}

static void print_mover(const struct mover *mover, const char *before)
{
	printf("%s{", before);
	print_book(mover->name, mover->tid, &mover->book);
	printf("}");
}

int main(int argc, char **argv)
{
	long count = workload_begin(argc, argv, 50);
	struct mover movers[] = {
		{ .name = "tee", .move = move_tee, .count = count },
		{ .name = "splice", .move = move_splice, .count = count },
		{ .name = "vmsplice", .move = move_vmsplice, .count = count },
	};
	struct mover copier = { .name = "copy" };
	const int kinds = sizeof(movers) / sizeof(movers[0]);
	pthread_t threads[kinds], copying;

	name_thread("sleeper");
	for (int i = 0; i < kinds; i++) {
		make_pipes(&movers[i]);
		check(!pthread_create(&threads[i], NULL, run, &movers[i]), "thread");
	}
	check(!pthread_create(&copying, NULL, copy, &copier), "thread");
	for (long n = 0; n < count; n++) {
		for (int i = 0; i < kinds; i++)
			wake(&movers[i]);
	}
	for (int i = 0; i < kinds; i++)
		pthread_join(threads[i], NULL);
	pthread_join(copying, NULL);
	printf("{\"workload\": \"pipes\", \"pid\": %d, \"count\": %ld, \"threads\": [", getpid(),
	       count);
	for (int i = 0; i < kinds; i++)
		print_mover(&movers[i], i ? ", " : "");
	printf("], \"copy_sleeps\": %" PRIu64 "}\n", copier.book.voluntary);
	return 0;
}
