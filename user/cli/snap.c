// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/snap.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/place.h"

#define FOLDER "gotrace-bpf"
#define SUFFIX ".sock"
#define DONE '0'
#define FAILED '1'

/* Where the sockets of a user lie; root's for others. false: nowhere. */
static bool folder_of(bool root, char *folder, size_t size)
{
	const char *run = root ? "/run" : getenv("XDG_RUNTIME_DIR");

	return run && *run == '/' && snprintf(folder, size, "%s/" FOLDER, run) < (int)size;
}

static bool address_of(struct sockaddr_un *address, const char *folder, pid_t pid)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(address->sun_path, sizeof(address->sun_path), "%s/%d" SUFFIX, folder,
			(int)pid) < (int)sizeof(address->sun_path);
}

/* ---- the recorder's end ---- */

static int make_socket(struct snap *snap)
{
	const struct sockaddr *address = (const struct sockaddr *)&snap->address;
	unsigned uid, gid;
	mode_t mask;
	int err = 0;

	snap->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (snap->fd < 0)
		return -errno;
	unlink(snap->address.sun_path); /* of a process that had this pid before */
	mask = umask(0177);
	if (bind(snap->fd, address, sizeof(snap->address)))
		err = -errno;
	umask(mask);
	if (!err && place_user(&uid, &gid) && lchown(snap->address.sun_path, uid, gid))
		err = -errno;
	if (!err && listen(snap->fd, SNAP_CLIENTS))
		err = -errno;
	return err;
}

int snap_open(struct snap *snap)
{
	char folder[sizeof(snap->address.sun_path)];
	int err = -ENOENT;

	*snap = (struct snap){ .fd = -1 };
	for (int i = 0; i < SNAP_CLIENTS; i++)
		snap->clients[i].fd = -1;
	if (!folder_of(geteuid() == 0, folder, sizeof(folder)) ||
	    !address_of(&snap->address, folder, getpid()))
		return -ENOENT;
	if (mkdir(folder, 0755) && errno != EEXIST)
		return -errno;
	err = make_socket(snap);
	if (err)
		snap_close(snap);
	return err;
}

void snap_close(struct snap *snap)
{
	if (snap->fd < 0)
		return;
	snap_answer(snap, UINT64_MAX, false, "the recorder has ended");
	close(snap->fd);
	unlink(snap->address.sun_path);
	snap->fd = -1;
}

/* The socket's mode says who may connect; this says it again. */
static bool may_ask(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	unsigned uid, gid;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return false;
	return peer.uid == 0 || peer.uid == geteuid() ||
	       (place_user(&uid, &gid) && peer.uid == uid);
}

static bool take_client(struct snap *snap, int fd, uint64_t number)
{
	for (int i = 0; i < SNAP_CLIENTS && may_ask(fd); i++) {
		if (snap->clients[i].fd >= 0)
			continue;
		snap->clients[i] = (struct snap_client){ fd, number };
		return true;
	}
	close(fd);
	return false;
}

bool snap_poll(struct snap *snap, uint64_t number)
{
	bool asked = false;
	int fd;

	if (snap->fd < 0)
		return false;
	while ((fd = accept4(snap->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		asked |= take_client(snap, fd, number);
	return asked;
}

void snap_answer(struct snap *snap, uint64_t number, bool done, const char *text)
{
	char answer[SNAP_ANSWER_MAX];
	int size = snprintf(answer, sizeof(answer), "%c%s", done ? DONE : FAILED, text);

	for (int i = 0; i < SNAP_CLIENTS; i++) {
		struct snap_client *client = &snap->clients[i];

		if (client->fd < 0 || client->wants > number)
			continue;
		/* Who does not wait for it any more does not get it. */
		(void)!send(client->fd, answer,
			    (size_t)size < sizeof(answer) ? (size_t)size : sizeof(answer) - 1,
			    MSG_NOSIGNAL);
		close(client->fd);
		client->fd = -1;
	}
}

/* ---- the other end ---- */

static int connect_to(const char *folder, pid_t pid)
{
	struct sockaddr_un address;
	int fd, err;

	if (!address_of(&address, folder, pid))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

struct found {
	pid_t pids[SNAP_CLIENTS];
	unsigned count;
};

/* The recorders that have a socket there, alive. */
static void find_in(const char *folder, struct found *found)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (pid > 0 && pid <= INT_MAX && !strcmp(end, SUFFIX) &&
		    found->count < SNAP_CLIENTS && (!kill((pid_t)pid, 0) || errno == EPERM))
			found->pids[found->count++] = (pid_t)pid;
	}
	if (dir)
		closedir(dir);
}

static int find_only(pid_t *pid, struct diag *diag)
{
	struct found found = { .count = 0 };
	char folder[PATH_MAX], text[160] = "";

	for (int root = 0; root < 2; root++)
		if (folder_of(root, folder, sizeof(folder)))
			find_in(folder, &found);
	if (found.count == 0)
		return diag_set(diag, -ESRCH,
				"no flight recorder is there: start one with gotrace-bpf flight");
	for (unsigned i = 0; i < found.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %d",
			 (int)found.pids[i]);
	if (found.count > 1)
		return diag_set(diag, -EINVAL, "several flight recorders are there: name one of%s",
				text);
	*pid = found.pids[0];
	return 0;
}

static int connect_any(pid_t pid, struct diag *diag)
{
	char folder[PATH_MAX];
	int err = -ENOENT, fd;

	for (int root = 0; root < 2; root++) {
		if (!folder_of(root, folder, sizeof(folder)))
			continue;
		fd = connect_to(folder, pid);
		if (fd >= 0)
			return fd;
		err = fd == -ENOENT ? err : fd;
	}
	if (err == -EACCES || err == -EPERM)
		return diag_set(diag, err, "the recorder %d is another user's: use sudo", (int)pid);
	return diag_set(diag, err, "no flight recorder has pid %d", (int)pid);
}

int snap_request(pid_t pid, char *text, struct diag *diag)
{
	char answer[SNAP_ANSWER_MAX];
	int err = pid ? 0 : find_only(&pid, diag);
	ssize_t got;
	int fd;

	if (err)
		return err;
	fd = connect_any(pid, diag);
	if (fd < 0)
		return fd;
	do
		got = recv(fd, answer, sizeof(answer) - 1, 0);
	while (got < 0 && errno == EINTR);
	close(fd);
	if (got < 1)
		return diag_set(diag, -EIO, "the recorder %d has not answered", (int)pid);
	answer[got] = '\0';
	if (answer[0] != DONE)
		return diag_set(diag, -EIO, "%s", answer + 1);
	strcpy(text, answer + 1);
	return 0;
}
