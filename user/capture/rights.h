/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Rights: may this process trace with BPF, and if not, what stands in the way?
 * The kernel answers EPERM to a missing capability, a user namespace, a seccomp
 * filter and a security module alike, and the remedy is another for each. So
 * the facts are gathered by trying, and judged apart from that: the judgement
 * does no I/O.
 *
 * It is not about what the kernel is able to do; that is the probe's.
 */
#ifndef GOTRACE_CAPTURE_RIGHTS_H
#define GOTRACE_CAPTURE_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rights {
	uint64_t effective, bounding; /* capability sets, a bit for each number */
	bool user_namespace;	      /* another than the machine's first */
	bool filtered;		      /* there is a seccomp filter */
	int filter;	/* what it makes of bpf(): 0, -errno, or the signal that kills */
	int load;	/* of the smallest tracing program: 0 or -errno */
	int read;	/* of one that reads kernel memory: 0 or -errno */
	char label[64]; /* the security module's profile of this process; "" if unconfined */
};

/*
 * Tries. May fork, and waits for the child. load and read are not tried, and
 * are -EPERM, if the filter would kill for it.
 */
void rights_read(struct rights *rights);
/* Would a seccomp filter kill this process for calling bpf()? The only fact that must come first.
 */
bool rights_deadly(void);

/* Each: true and a sentence without a full stop if this stands in the way of tracing. */
bool rights_lacks_privilege(const struct rights *rights, char *text, size_t size);
bool rights_filter_refuses(const struct rights *rights, char *text, size_t size);
bool rights_locked_down(const struct rights *rights, char *text, size_t size);
/* The one of them to be told first. */
bool rights_explain(const struct rights *rights, char *text, size_t size);

#endif
