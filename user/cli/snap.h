/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The socket of a flight recorder, by which another process asks it for a dump:
 * to connect is to ask, and the answer is one text. It lies in the run directory
 * under the recorder's pid, for root and for who started the recorder.
 *
 * Nothing is read from who asks, so there is nothing to be parsed.
 */
#ifndef GOTRACE_CLI_SNAP_H
#define GOTRACE_CLI_SNAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

#include "base/diag.h"

#define SNAP_CLIENTS 8
#define SNAP_ANSWER_MAX 1024

/* The recorder's end. */
struct snap {
	int fd; /* -1: there is none */
	struct sockaddr_un address;
	struct snap_client {
		int fd;		/* -1: free */
		uint64_t wants; /* the dump's number, from 1 up */
	} clients[SNAP_CLIENTS];
};

/* Makes the socket. 0 or -errno; then there is none, and all else does nothing. */
int snap_open(struct snap *snap);
void snap_close(struct snap *snap);
/* Has somebody asked? They wait for the dump of that number. Does not wait. */
bool snap_poll(struct snap *snap, uint64_t number);
/* Who waits for the dump of that number, or an earlier one, is told. */
void snap_answer(struct snap *snap, uint64_t number, bool done, const char *text);

/*
 * The other end. Asks the recorder of that pid (0: the only one there is) and
 * waits for the answer. 0: the dump is written; -errno with diag. text has
 * SNAP_ANSWER_MAX bytes.
 */
int snap_request(pid_t pid, char *text, struct diag *diag);

#endif
