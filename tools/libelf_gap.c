// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What Debian 13's libelf.a (elfutils 0.192) calls but no archive of Debian's
 * holds: two functions of elfutils' internal libeu, which keep a search tree
 * of the chunks that elf_getdata_rawchunk() handed out. libbpf never calls
 * that one, so the tree stays empty, and a struct Elf is allocated zeroed:
 * there is nothing to set up and nothing to free. Should something call it one
 * day, the link fails: it needs a third function, eu_tsearch, which is not here.
 */
void eu_search_tree_init(void *tree);
void eu_search_tree_fini(void *tree, void (*free_node)(void *node));

void eu_search_tree_init(void *tree)
{
	(void)tree;
}

void eu_search_tree_fini(void *tree, void (*free_node)(void *node))
{
	(void)tree;
	(void)free_node;
}
