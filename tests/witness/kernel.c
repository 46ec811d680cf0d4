// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "ledger.h"
#include "witness.skel.h"

#define LINKS_MAX 16

struct kernel {
	struct witness_bpf *bpf;
	struct bpf_link *links[LINKS_MAX];
	size_t link_count;
	struct mark *marks;
	size_t count, room;
};

/* Attaches the programs whose names begin so. */
static int attach(struct kernel *kernel, const char *prefix)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, kernel->bpf->obj)
	{
		if (strncmp(bpf_program__name(program), prefix, strlen(prefix)) != 0)
			continue;
		if (kernel->link_count == LINKS_MAX)
			return -ENOSPC;
		kernel->links[kernel->link_count] = bpf_program__attach(program);
		if (!kernel->links[kernel->link_count])
			return -errno;
		kernel->link_count++;
	}
	return 0;
}

int kernel_open(struct kernel **out)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int err = -ENOMEM;

	if (!kernel)
		return err;
	kernel->bpf = witness_bpf__open();
	err = kernel->bpf ? 0 : -errno;
	if (!err) {
		kernel->bpf->rodata->mark_syscall = MARK_SYSCALL;
		err = witness_bpf__load(kernel->bpf);
	}
	if (!err)
		err = attach(kernel, "before_");
	if (err)
		kernel_close(kernel);
	else
		*out = kernel;
	return err;
}

int kernel_attach_after(struct kernel *kernel)
{
	return attach(kernel, "after_");
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	while (kernel->link_count)
		bpf_link__destroy(kernel->links[--kernel->link_count]);
	witness_bpf__destroy(kernel->bpf);
	free(kernel->marks);
	free(kernel);
}

static int on_mark(void *ctx, void *data, size_t size)
{
	struct kernel *kernel = ctx;

	(void)size;
	if (kernel->count == kernel->room) {
		size_t room = kernel->room ? 2 * kernel->room : 1024;
		struct mark *marks = realloc(kernel->marks, room * sizeof(*marks));

		if (!marks)
			return -ENOMEM;
		kernel->marks = marks;
		kernel->room = room;
	}
	memcpy(&kernel->marks[kernel->count++], data, sizeof(struct mark));
	return 0;
}

int kernel_marks(struct kernel *kernel, struct mark **out, size_t *count)
{
	struct ring_buffer *ring =
		ring_buffer__new(bpf_map__fd(kernel->bpf->maps.marks), on_mark, kernel, NULL);
	int err = ring ? ring_buffer__consume(ring) : -errno;

	ring_buffer__free(ring);
	if (err < 0)
		return err;
	if (kernel->bpf->bss->dropped)
		return -ENOSPC;
	*out = kernel->marks;
	*count = kernel->count;
	kernel->marks = NULL;
	kernel->count = kernel->room = 0;
	return 0;
}

uint64_t kernel_holes(const struct kernel *kernel)
{
	return kernel->bpf->bss->holes;
}
