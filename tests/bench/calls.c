// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * How many calls of one syscall some threads made, by a raw capture of either
 * format:
 *
 *	calls FILE SYSCALL TID...
 *
 * SYSCALL is a number of the machine's own table. A record of a call need not
 * name its thread, so that only who reads all the records can count it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records.h"

struct wanted {
	uint16_t sys;
	uint32_t *tids;
	size_t tid_count;
	uint64_t found;
};

static int count(void *ctx, const struct rec_head *record)
{
	const struct rec_sys_enter *enter = (const void *)record;
	struct wanted *wanted = ctx;

	if (record->type != REC_SYS_ENTER || enter->sys != wanted->sys)
		return 0;
	for (size_t i = 0; i < wanted->tid_count; i++)
		wanted->found += enter->tid == wanted->tids[i];
	return 0;
}

int main(int argc, char **argv)
{
	struct wanted wanted = { 0 };
	int err;

	if (argc < 4) {
		fputs("usage: calls FILE SYSCALL TID...\n", stderr);
		return 2;
	}
	wanted.sys = (uint16_t)(strtoul(argv[2], NULL, 10) + REC_SYS_BASE);
	wanted.tid_count = (size_t)argc - 3;
	wanted.tids = calloc(wanted.tid_count, sizeof(*wanted.tids));
	if (!wanted.tids)
		return 1;
	for (size_t i = 0; i < wanted.tid_count; i++)
		wanted.tids[i] = (uint32_t)strtoul(argv[3 + i], NULL, 10);
	err = records_walk(argv[1], count, &wanted);
	free(wanted.tids);
	if (err) {
		fprintf(stderr, "calls: %s: %s\n", argv[1], strerror(-err));
		return 1;
	}
	printf("%" PRIu64 "\n", wanted.found);
	return 0;
}
