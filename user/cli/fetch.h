/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A helper that fetches a trace from a Go program's net/http/pprof: a process
 * of its own, forked while the caller is still root and holds nothing open, that
 * gives up its rights first. So what comes from the network is looked at by
 * nobody who may do anything.
 *
 * HTTP/1.1 over TCP or a unix socket, without TLS and redirects: what needs
 * those is fetched with curl, and fused by 'gotrace-bpf fuse'. (libcurl would
 * be ten times this program for one request.)
 *
 * The way: fetch_fork, fetch_ready (the server answers), fetch_go, fetch_over
 * until it is, fetch_fini. It prints nothing.
 */
#ifndef GOTRACE_CLI_FETCH_H
#define GOTRACE_CLI_FETCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/diag.h"

struct fetch {
	pid_t pid; /* 0: there is none */
	int go_fd, said_fd;
	int body_fd; /* a file without a name: the trace as it came */
	bool over;
};

/* Can a URL of this kind be fetched? 0 or -EINVAL with diag. */
int fetch_check(const char *url, struct diag *diag);

/* duration_ns: of the trace; 0: until it is ended. 0 or -errno with diag. */
int fetch_fork(struct fetch *fetch, const char *url, uint64_t duration_ns, struct diag *diag);
/* Waits until the server has answered a first request. 0, or -EIO with why not in diag. */
int fetch_ready(struct fetch *fetch, struct diag *diag);
/* Sends the request for the trace. */
void fetch_go(struct fetch *fetch);
/*
 * Has all of the trace come? Does not wait. 1: yes; 0: not yet; -EIO with why
 * it failed in diag.
 */
int fetch_over(struct fetch *fetch, struct diag *diag);
/* Ends it, if it is not over; what has come stays in body_fd until fetch_fini(). */
void fetch_end(struct fetch *fetch);
void fetch_fini(struct fetch *fetch);

#endif
