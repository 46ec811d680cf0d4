// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/titles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/hashindex.h"
#include "base/idmap.h"
#include "capture/host.h"

#define TITLE_MAX 256
#define READ_EACH 8		/* in a poll */
#define NEW_EACH 256		/* in a look at who is there */
#define LOOK_EACH_NS 1000000000 /* so often it is looked who is there */
#define PROCESSES_MAX 65536

struct title {
	pid_t pid;  /* 0: the place is free */
	bool quiet; /* it has none: a kernel thread */
	bool unsent;
	uint16_t size;
	uint64_t hash;
	char *text; /* until it is sent; otherwise NULL */
};

struct titles {
	bool system_wide;
	struct idmap pids;
	struct title *all; /* at the pids' slots */
	size_t room;
	size_t next; /* who is looked at next */
	uint64_t looked_ns;
};

struct titles *titles_new(bool system_wide)
{
	struct titles *titles = calloc(1, sizeof(*titles));

	if (titles)
		titles->system_wide = system_wide;
	return titles;
}

void titles_free(struct titles *titles)
{
	if (!titles)
		return;
	for (size_t i = 0; i < titles->pids.slots; i++)
		free(titles->all[i].text);
	idmap_fini(&titles->pids);
	free(titles->all);
	free(titles);
}

/* ---- who is there ---- */

/* NULL: there are too many, or no memory: then nothing is known of it. */
static struct title *add(struct titles *titles, pid_t pid)
{
	struct title *grown;
	uint32_t slot;

	if (titles->pids.count >= PROCESSES_MAX)
		return NULL;
	grown = grow_array(titles->all, &titles->room, titles->pids.slots + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	titles->all = grown;
	if (idmap_add(&titles->pids, (uint64_t)pid, &slot))
		return NULL;
	grown[slot] = (struct title){ .pid = pid };
	return &grown[slot];
}

static void forget(struct titles *titles, struct title *title)
{
	idmap_del(&titles->pids, (uint64_t)title->pid);
	free(title->text);
	*title = (struct title){ 0 };
}

/* The bytes of a file below /proc/PID, or -1. */
static ssize_t read_of(pid_t pid, const char *name, char *text, size_t size)
{
	char path[128];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	got = read(fd, text, size);
	close(fd);
	return got;
}

/* Reads it; what has changed is kept to be sent. */
static void look_at(struct titles *titles, struct title *title)
{
	char text[TITLE_MAX];
	ssize_t size = read_of(title->pid, "cmdline", text, sizeof(text));
	uint64_t hash;

	if (size < 0) {
		forget(titles, title);
		return;
	}
	hash = hash_bytes(text, (size_t)size);
	title->quiet = !size;
	if (!size || (hash == title->hash && !title->unsent))
		return;
	free(title->text);
	title->text = malloc((size_t)size);
	if (!title->text)
		return;
	memcpy(title->text, text, (size_t)size);
	title->size = (uint16_t)size;
	title->hash = hash;
	title->unsent = true;
}

/* 0: it is not known. The name, in parentheses, may hold any character. */
static pid_t parent_of(pid_t pid)
{
	char text[512], *end;
	ssize_t size = read_of(pid, "stat", text, sizeof(text) - 1);
	int parent;

	if (size <= 0)
		return 0;
	text[size] = 0;
	end = strrchr(text, ')');
	return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static bool is_ours(const struct titles *titles, pid_t pid)
{
	return titles->system_wide ||
	       idmap_find(&titles->pids, (uint64_t)parent_of(pid)) != IDMAP_NONE;
}

static void look_for_new(struct titles *titles)
{
	DIR *proc = opendir("/proc");
	unsigned found = 0;
	struct dirent *entry;

	while (proc && found < NEW_EACH && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);
		struct title *title;

		if (pid <= 0 || idmap_find(&titles->pids, (uint64_t)pid) != IDMAP_NONE ||
		    !is_ours(titles, pid))
			continue;
		found++;
		title = add(titles, pid);
		if (title)
			look_at(titles, title);
	}
	if (proc)
		closedir(proc);
}

int titles_start(struct titles *titles, const struct rec_snapshot *threads, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pid_t pid = (pid_t)threads[i].tgid;
		struct title *title;

		if (!pid || idmap_find(&titles->pids, (uint64_t)pid) != IDMAP_NONE ||
		    (!titles->system_wide && !(threads[i].flags & REC_THREAD_SCOPE)))
			continue;
		title = add(titles, pid);
		if (!title)
			return -ENOMEM;
		title->quiet = threads[i].flags & REC_THREAD_KERNEL;
		if (!title->quiet)
			look_at(titles, title);
	}
	return 0;
}

/* ---- what is told ---- */

static void mark_sent(struct titles *titles)
{
	for (size_t i = 0; i < titles->pids.slots; i++) {
		free(titles->all[i].text);
		titles->all[i].text = NULL;
		titles->all[i].unsent = false;
	}
}

/* All that is not sent yet, in pieces. */
static int send(struct titles *titles, const struct stream *to, uint64_t ts_ns)
{
	struct stream_text list[64];
	struct stream_texts texts = { .kind = STREAM_COMMANDS, .ts_ns = ts_ns, .texts = list };
	int err = 0;

	for (size_t i = 0; i < titles->pids.slots && !err; i++) {
		const struct title *title = &titles->all[i];

		if (title->text)
			list[texts.count++] = (struct stream_text){ (uint64_t)title->pid,
								    title->text, title->size };
		if (texts.count < sizeof(list) / sizeof(list[0]))
			continue;
		err = stream_texts(to, &texts);
		texts.count = 0;
	}
	if (!err && texts.count)
		err = stream_texts(to, &texts);
	mark_sent(titles);
	return err;
}

int titles_begin(struct titles *titles, const struct stream *to, uint64_t ts_ns)
{
	return send(titles, to, ts_ns);
}

/* ---- who is not in the list ---- */

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int tell_name(pid_t pid, uint32_t tid, const struct stream *to, uint64_t ts_ns)
{
	char name[64], comm[REC_COMM_LEN + 1];
	struct stream_text text = { .id = (uint64_t)pid << 32 | tid, .text = comm };
	const struct stream_texts texts = {
		.kind = STREAM_NAMES, .ts_ns = ts_ns, .texts = &text, .count = 1
	};
	ssize_t size;

	snprintf(name, sizeof(name), "task/%u/comm", tid);
	size = read_of(pid, name, comm, sizeof(comm));
	if (size <= 1)
		return 0;
	text.size = (size_t)size - 1; /* without the end of the line */
	return stream_texts(to, &texts);
}

/* tids[count]: those that are known, in order. */
static int tell_hidden_of(pid_t pid, const uint32_t *tids, size_t count, const struct stream *to,
			  uint64_t ts_ns)
{
	struct dirent *entry;
	char path[64];
	DIR *tasks;
	int err = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (tasks && !err && (entry = readdir(tasks))) {
		uint32_t tid = (uint32_t)atoi(entry->d_name);

		if (tid && !bsearch(&tid, tids, count, sizeof(tid), by_number))
			err = tell_name(pid, tid, to, ts_ns);
	}
	if (tasks)
		closedir(tasks);
	return err;
}

int titles_tell_hidden(const struct titles *titles, const struct rec_snapshot *threads,
		       size_t count, const struct stream *to, uint64_t ts_ns)
{
	uint32_t *tids = calloc(count + 1, sizeof(*tids));
	DIR *proc = titles->system_wide ? opendir("/proc") : NULL;
	struct dirent *entry;
	int err = tids ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !err; i++)
		tids[i] = threads[i].tid;
	if (!err)
		qsort(tids, count, sizeof(*tids), by_number);
	while (proc && !err && (entry = readdir(proc)))
		if (atoi(entry->d_name) > 0)
			err = tell_hidden_of(atoi(entry->d_name), tids, count, to, ts_ns);
	if (proc)
		closedir(proc);
	free(tids);
	return err;
}

/* ---- later ---- */

/* The next few in turn. Has any changed? */
static bool look_at_some(struct titles *titles)
{
	bool changed = false;

	for (int i = 0; i < READ_EACH && titles->pids.slots; i++) {
		struct title *title = &titles->all[titles->next++ % titles->pids.slots];

		if (title->pid && !title->quiet)
			look_at(titles, title);
		changed |= title->unsent;
	}
	return changed;
}

int titles_poll(struct titles *titles, const struct stream *to)
{
	uint64_t now = host_mono_ns(); /* what is read from here on is so later at most */
	bool changed = look_at_some(titles);

	if (now - titles->looked_ns >= LOOK_EACH_NS) {
		titles->looked_ns = now;
		look_for_new(titles);
		changed = true;
	}
	return changed ? send(titles, to, now) : 0;
}
