// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "why/tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

int why_tree_init(struct why_tree *tree)
{
	*tree = (struct why_tree){ 0 };
	tree->nodes = grow_array(NULL, &tree->cap, WHY_ROOTS, sizeof(*tree->nodes));
	if (!tree->nodes)
		return -ENOMEM;
	tree->count = WHY_ROOTS;
	memset(tree->nodes, 0, WHY_ROOTS * sizeof(*tree->nodes));
	return 0;
}

void why_tree_fini(struct why_tree *tree)
{
	free(tree->nodes);
	hashindex_fini(&tree->index);
}

static uint32_t find(const struct why_tree *tree, const struct why_key *key, uint64_t hash)
{
	size_t at = 0;
	uint32_t node;

	while ((node = hashindex_next(&tree->index, hash, &at)))
		if (!memcmp(&tree->nodes[node].key, key, sizeof(*key)))
			break;
	return node;
}

int why_tree_node(struct why_tree *tree, const struct why_key *key, uint32_t *node)
{
	uint64_t hash = hash_bytes(key, sizeof(*key));
	struct why_node *grown;
	struct why_node *parent;

	*node = find(tree, key, hash);
	if (*node)
		return 0;
	grown = grow_array(tree->nodes, &tree->cap, tree->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	tree->nodes = grown;
	if (hashindex_add(&tree->index, hash, (uint32_t)tree->count))
		return -ENOMEM;
	parent = &grown[key->parent];
	grown[tree->count] = (struct why_node){ .key = *key,
						.depth = parent->depth + 1,
						.next = parent->child,
						.first_ns = UINT64_MAX };
	parent->child = *node = (uint32_t)tree->count++;
	return 0;
}

static void add_up(struct why_tree *tree, uint32_t node, uint64_t from, uint64_t to, bool again)
{
	tree->nodes[node].own_ns += to - from;
	tree->nodes[node].times += !again;
	for (;;) {
		struct why_node *at = &tree->nodes[node];

		at->ns += to - from;
		if (from < at->first_ns)
			at->first_ns = from;
		if (node < WHY_ROOTS)
			return;
		node = at->key.parent;
	}
}

int why_tree_add_own(struct why_tree *tree, uint32_t node, uint64_t from, uint64_t to)
{
	struct why_key key = tree->nodes[node].key;
	uint32_t sum;

	key.parent = WHY_SUM;
	if (why_tree_node(tree, &key, &sum))
		return -ENOMEM;
	add_up(tree, node, from, to, node == tree->last);
	add_up(tree, sum, from, to, node == tree->last);
	tree->last = node;
	return 0;
}

int why_tree_add(struct why_tree *tree, const struct why_key *key, uint64_t from, uint64_t to)
{
	uint32_t node;
	int err = why_tree_node(tree, key, &node);

	return err ? err : why_tree_add_own(tree, node, from, to);
}

/* ---- children ---- */

/* qsort() passes no context: what is compared stands in what is sorted. */
struct child {
	uint64_t ns, first_ns;
	uint32_t node;
};

static int by_ns(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

static int by_time(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	return (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

/* The node's children, the largest first. NULL: no memory. */
static struct child *sorted_children(const struct why_tree *tree, uint32_t node, size_t *count)
{
	struct child *children;
	size_t n = 0;

	for (uint32_t at = tree->nodes[node].child; at; at = tree->nodes[at].next)
		n++;
	children = calloc(n + 1, sizeof(*children));
	if (!children)
		return NULL;
	*count = n;
	n = 0;
	for (uint32_t at = tree->nodes[node].child; at; at = tree->nodes[at].next)
		children[n++] = (struct child){ tree->nodes[at].ns, tree->nodes[at].first_ns, at };
	qsort(children, n, sizeof(*children), by_ns);
	return children;
}

int why_tree_children(const struct why_tree *tree, uint32_t node, struct why_shown *shown)
{
	size_t count, n = 0;
	struct child *children = sorted_children(tree, node, &count);

	shown->nodes = calloc(children ? count + 1 : 1, sizeof(*shown->nodes));
	if (!children || !shown->nodes) {
		free(children);
		free(shown->nodes);
		return -ENOMEM;
	}
	while (n < count && n < shown->most && children[n].ns >= shown->least_ns)
		n++;
	shown->count = n;
	shown->rest = count - n;
	shown->rest_ns = 0;
	for (size_t i = n; i < count; i++)
		shown->rest_ns += children[i].ns;
	if (node != WHY_SUM)
		qsort(children, n, sizeof(*children), by_time);
	for (size_t i = 0; i < n; i++)
		shown->nodes[i] = children[i].node;
	free(children);
	return 0;
}
