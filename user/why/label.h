/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a node of the tree says, in words: "mid-hog 4713 runs", "waits for CPU 1 behind ...". */
#ifndef GOTRACE_WHY_LABEL_H
#define GOTRACE_WHY_LABEL_H

#include "why/store.h"
#include "why/tree.h"

#define WHY_LABEL_MAX 512

/* "redis-server 4711"; "?" for nobody. Both: valid UTF-8 without control characters. */
void why_label_thread(char out[WHY_LABEL_MAX], const struct why_store *store, uint32_t thread);
/* What the node's thread does, without its name. */
void why_label_what(char out[WHY_LABEL_MAX], const struct why_store *store,
		    const struct why_node *node);
/* "runs": one word for programs. */
const char *why_kind_name(enum why_kind kind);

#endif
