/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The critical path as a tree, and as a sum: pieces of time are added to it,
 * each with what it is and below which sleep it lies. What is the same is one
 * node. The nodes of the sum are the children of a second root, so both add up
 * to the same. It is a table; what pieces there are is walk.h.
 */
#ifndef GOTRACE_WHY_TREE_H
#define GOTRACE_WHY_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/hashindex.h"

/* Branches deeper than that are hung beside the one above them: it is for people. */
#define WHY_DEPTH_MAX 24

enum why_kind {
	WHY_RUNS,     /* in: the syscall that it is inside */
	WHY_BEHIND,   /* waits for a CPU, behind other. WHY_NONE: somebody, not known who */
	WHY_LATENCY,  /* waits for a CPU that is idle */
	WHY_UNTRACED, /* waits for a CPU on which nobody is who is traced */
	WHY_WAITS,    /* it is not known for which CPU */
	WHY_LIMITED,  /* it could run and is kept from it. in: the limit, if that is known */
	WHY_SLEEPS,   /* in; ended by context and other */
	WHY_STILL,    /* sleeps in, at the end of the span, too */
	WHY_FLIGHT,   /* the wakeup by other is on its way */
	WHY_MADE,     /* was not there until other made it */
	WHY_LOST,     /* in: why it is not known */
	WHY_UNSEEN,   /* nothing is known of it then */
};

/* What makes nodes differ. Numbers are those of the store; WHY_NONE, 0 where they mean nothing. */
struct why_key {
	uint32_t parent; /* a node: of roots themselves */
	uint32_t thread;
	uint32_t other;
	uint32_t in;
	uint32_t cpu;
	uint8_t kind;	 /* enum why_kind */
	uint8_t context; /* enum slice_context */
	uint16_t pad;	 /* 0: keys are compared as bytes */
};

struct why_node {
	struct why_key key;
	uint32_t depth;
	uint32_t child, next; /* nodes; 0: none */
	uint64_t ns;	      /* of it and all below it */
	uint64_t own_ns;
	uint64_t first_ns; /* when the earliest piece began */
	uint64_t times;
};

enum {
	WHY_TREE, /* the two roots */
	WHY_SUM,
	WHY_ROOTS
};

struct why_tree {
	struct why_node *nodes;
	size_t count, cap;
	struct hashindex index;
	uint32_t last; /* the node of the last piece: one that follows it is no other time */
};

/* -ENOMEM. */
int why_tree_init(struct why_tree *tree);
void why_tree_fini(struct why_tree *tree);

/* The node of a key, made if there is none. 0 or -ENOMEM, as the next. */
int why_tree_node(struct why_tree *tree, const struct why_key *key, uint32_t *node);
/* A piece of time: at the key's parent, and in the sum. */
int why_tree_add(struct why_tree *tree, const struct why_key *key, uint64_t from, uint64_t to);
/* A piece of time that is of a node itself. */
int why_tree_add_own(struct why_tree *tree, uint32_t node, uint64_t from, uint64_t to);

/* Which children of a node are shown: those with the largest sums, none below least_ns. */
struct why_shown {
	size_t most;
	uint64_t least_ns;
	/* Filled in: */
	uint32_t *nodes; /* in the order of time, of the sum's root the largest first */
	size_t count;
	size_t rest; /* how many are not shown, and their sum */
	uint64_t rest_ns;
};

/* The caller frees shown->nodes. 0 or -ENOMEM. */
int why_tree_children(const struct why_tree *tree, uint32_t node, struct why_shown *shown);

#endif
