// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/http.h"
#include "cli/privilege.h"

#define CONNECT_S 10
/* Without an end of its own: until the connection is closed. */
#define ENDLESS_S 86400
#define TRACE_PATH "/debug/pprof/trace"
#define UNIX_URL "unix:"
#define HTTP_URL "http://"

/* What the helper says, whole. */
struct said {
	bool good;
	char text[400];
};

/* A URL, taken apart. */
struct place {
	char host[256], port[16]; /* of TCP */
	char socket[108];	  /* else of a unix socket */
	char path[512];		  /* "": the usual one */
};

/* ---- URLs ---- */

static int split_http(struct place *place, const char *rest)
{
	size_t all = strcspn(rest, "/"), host = all;
	const char *colon = memchr(rest, ':', all);

	if (*rest == '[') { /* an IPv6 address */
		host = strcspn(rest, "]");
		colon = host < all && rest[host + 1] == ':' ? rest + host + 1 : NULL;
		rest++;
		host--;
		all--;
	} else if (colon) {
		host = (size_t)(colon - rest);
	}
	if (!host || host >= sizeof(place->host) || strlen(rest + all) >= sizeof(place->path))
		return -EINVAL;
	memcpy(place->host, rest, host);
	snprintf(place->port, sizeof(place->port), "%.*s",
		 colon ? (int)(rest + all - colon - 1) : 2, colon ? colon + 1 : "80");
	if (strcmp(rest + all, "/") != 0)
		strcpy(place->path, rest + all);
	return 0;
}

static int split(struct place *place, const char *url)
{
	*place = (struct place){ .path = "" };
	if (!strncmp(url, HTTP_URL, sizeof(HTTP_URL) - 1))
		return split_http(place, url + sizeof(HTTP_URL) - 1);
	if (strncmp(url, UNIX_URL, sizeof(UNIX_URL) - 1) != 0)
		return -EINVAL;
	url += sizeof(UNIX_URL) - 1;
	if (!*url || strlen(url) >= sizeof(place->socket))
		return -EINVAL;
	strcpy(place->socket, url);
	strcpy(place->host, "localhost");
	return 0;
}

int fetch_check(const char *url, struct diag *diag)
{
	struct place place;

	if (!strncmp(url, "https:", 6))
		return diag_set(
			diag, -EINVAL,
			"--go knows no TLS: 'gotrace-bpf record' and curl at the same time, "
			"then 'gotrace-bpf fuse' of both");
	if (split(&place, url))
		return diag_set(diag, -EINVAL,
				"--go wants http://HOST:PORT or unix:PATH of a program with "
				"net/http/pprof");
	return 0;
}

/* ---- in the helper ---- */

struct helper {
	struct place place;
	double seconds;
	int said_fd, body_fd;
	char body[300]; /* the begin of an answer that is no trace */
	size_t used;
	const struct http_response *response;
};

static void __attribute__((noreturn, format(printf, 3, 4)))
end(const struct helper *helper, bool good, const char *format, ...)
{
	struct said said = { .good = good };
	va_list args;

	va_start(args, format);
	vsnprintf(said.text, sizeof(said.text), format, args);
	va_end(args);
	_exit(write(helper->said_fd, &said, sizeof(said)) != sizeof(said));
}

/* As the user behind sudo, or as somebody who may do little. */
static int give_up_rights(void)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");

	if (geteuid() == 0 && uid && gid) {
		gid_t group = (gid_t)strtoul(gid, NULL, 10);
		uid_t user = (uid_t)strtoul(uid, NULL, 10);

		if (setgroups(1, &group) || setresgid(group, group, group) ||
		    setresuid(user, user, user))
			return -errno;
	}
	return privilege_drop();
}

static int connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int connect_tcp(const struct helper *helper)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	const struct timeval limit = { .tv_sec = CONNECT_S };
	struct addrinfo *found, *at;
	int fd = -1, err = getaddrinfo(helper->place.host, helper->place.port, &hints, &found);

	if (err)
		end(helper, false, "%s: %s", helper->place.host, gai_strerror(err));
	for (at = found; at && fd < 0; at = at->ai_next) {
		fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		if (connect(fd, at->ai_addr, at->ai_addrlen)) {
			err = errno;
			close(fd);
			errno = err;
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

static int take_body(void *ctx, const void *data, size_t size)
{
	struct helper *helper = ctx;
	size_t room = sizeof(helper->body) - 1 - helper->used;
	const char *at = data;

	if (helper->response->status != 200) {
		memcpy(helper->body + helper->used, data, size < room ? size : room);
		helper->used += size < room ? size : room;
		return 0;
	}
	while (size) {
		ssize_t put = write(helper->body_fd, at, size);

		if (put < 0 && errno != EINTR)
			return -errno;
		at += put > 0 ? put : 0;
		size -= put > 0 ? (size_t)put : 0;
	}
	return 0;
}

/* What a server says goes to a terminal: one line, no control characters. */
static void tidy(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = text[1] ? ' ' : '\0';
}

static void judge_status(struct helper *helper, const char *path)
{
	int status = helper->response->status;

	tidy(helper->body);
	if (status == 404)
		end(helper, false,
		    "there is nothing at %s (HTTP 404): the program has to import "
		    "net/http/pprof",
		    path);
	if (status >= 300 && status < 400)
		end(helper, false,
		    "it sends us elsewhere (HTTP %d): curl follows, and 'gotrace-bpf "
		    "fuse' takes the file",
		    status);
	if (status != 200)
		end(helper, false, "HTTP %d: %s", status, helper->body);
}

static int send_request(int fd, const struct helper *helper, const char *path)
{
	char request[1200];
	int size = snprintf(request, sizeof(request),
			    "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: gotrace-bpf\r\n"
			    "Accept-Encoding: identity\r\nConnection: close\r\n\r\n",
			    path, helper->place.host);

	return send(fd, request, (size_t)size, MSG_NOSIGNAL) == size ? 0 : -errno;
}

/* One request; what is good of it is in body_fd. */
static void get(struct helper *helper, const char *path)
{
	static struct http_response response;
	static char buffer[1 << 16];
	ssize_t got = 0;
	int fd, err;

	fd = *helper->place.socket ? connect_unix(helper->place.socket) : connect_tcp(helper);
	if (fd < 0 || send_request(fd, helper, path))
		end(helper, false, "cannot connect: %s", strerror(errno));
	http_init(&response, take_body, helper);
	helper->response = &response;
	helper->used = 0;
	while (!http_is_done(&response) && (got = read(fd, buffer, sizeof(buffer))) > 0) {
		err = http_feed(&response, buffer, (size_t)got);
		if (err)
			end(helper, false, "%s",
			    err == -EBADMSG ? "that is no HTTP server" : strerror(-err));
	}
	close(fd);
	helper->body[helper->used] = '\0';
	if (response.status)
		judge_status(helper, path);
	if (got < 0 || http_end(&response))
		end(helper, false, "the answer is cut off");
}

static void __attribute__((noreturn)) run_helper(struct helper *helper, int go_fd)
{
	const struct said ready = { .good = true };
	char path[600];
	char byte;

	if (give_up_rights())
		end(helper, false, "cannot give up privileges: %s", strerror(errno));
	/* It answers, and has what is wanted. A path of the user's own is asked once only. */
	if (!*helper->place.path)
		get(helper, "/debug/pprof/");
	if (ftruncate(helper->body_fd, 0) || lseek(helper->body_fd, 0, SEEK_SET) ||
	    write(helper->said_fd, &ready, sizeof(ready)) != sizeof(ready))
		_exit(1);
	if (read(go_fd, &byte, 1) != 1)
		_exit(1);
	snprintf(path, sizeof(path), "%s", helper->place.path);
	if (!*path)
		snprintf(path, sizeof(path), TRACE_PATH "?seconds=%g", helper->seconds);
	get(helper, path);
	end(helper, true, "%s", "");
}

/* ---- outside ---- */

static int open_body(void)
{
	FILE *file = tmpfile(); /* nothing is left of it */
	int fd;

	if (!file)
		return -errno;
	fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
	fclose(file);
	return fd < 0 ? -errno : fd;
}

static int fork_helper(struct fetch *fetch, struct helper *helper)
{
	int go[2] = { -1, -1 }, said[2] = { -1, -1 };

	if (pipe2(go, O_CLOEXEC) || pipe2(said, O_CLOEXEC))
		return -errno;
	fetch->pid = fork();
	if (fetch->pid < 0)
		return -errno;
	if (fetch->pid == 0) {
		close(go[1]);
		close(said[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "gotrace-fetch");
		signal(SIGINT, SIG_IGN); /* Ctrl-C: the capture ends first, then this */
		helper->said_fd = said[1];
		run_helper(helper, go[0]);
	}
	close(go[0]);
	close(said[1]);
	fetch->go_fd = go[1];
	fetch->said_fd = said[0];
	return 0;
}

int fetch_fork(struct fetch *fetch, const char *url, uint64_t duration_ns, struct diag *diag)
{
	static struct helper helper;
	int err;

	*fetch = (struct fetch){ .go_fd = -1, .said_fd = -1 };
	fetch->body_fd = open_body();
	if (fetch->body_fd < 0)
		return diag_set(diag, fetch->body_fd, "cannot make a temporary file: %s",
				strerror(-fetch->body_fd));
	split(&helper.place, url);
	helper.body_fd = fetch->body_fd;
	helper.seconds = duration_ns ? (double)duration_ns / 1e9 : ENDLESS_S;
	err = fork_helper(fetch, &helper);
	return err ? diag_set(diag, err, "cannot start a process: %s", strerror(-err)) : 0;
}

/* What the helper says next. 0, or -EIO with why it failed. */
static int listen_to(struct fetch *fetch, struct diag *diag)
{
	struct said said = { .text = "" };
	ssize_t got;

	do
		got = read(fetch->said_fd, &said, sizeof(said));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (got != sizeof(said))
		return diag_set(diag, -EIO, "its helper ended");
	said.text[sizeof(said.text) - 1] = '\0';
	return said.good ? 0 : diag_set(diag, -EIO, "%s", said.text);
}

int fetch_ready(struct fetch *fetch, struct diag *diag)
{
	int err = listen_to(fetch, diag);

	if (!err)
		fcntl(fetch->said_fd, F_SETFL, O_NONBLOCK);
	return err;
}

void fetch_go(struct fetch *fetch)
{
	if (write(fetch->go_fd, "", 1) != 1)
		return; /* it has ended, and fetch_over() says why */
}

int fetch_over(struct fetch *fetch, struct diag *diag)
{
	int err;

	if (fetch->over)
		return 1;
	err = listen_to(fetch, diag);
	if (err == -EAGAIN)
		return 0;
	fetch->over = true;
	return err ? err : 1;
}

void fetch_end(struct fetch *fetch)
{
	if (fetch->pid > 0) {
		kill(fetch->pid, SIGKILL);
		while (waitpid(fetch->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	fetch->pid = 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void fetch_fini(struct fetch *fetch)
{
	fetch_end(fetch);
	close_fd(&fetch->go_fd);
	close_fd(&fetch->said_fd);
	close_fd(&fetch->body_fd);
}
