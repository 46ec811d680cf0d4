// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "export/perfetto/sysnums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "syscalls/names.h"

#define COMPAT_COUNT 512

struct sysnums {
	unsigned count; /* of the machine's own table */
	uint16_t sigreturn;
	uint16_t compat[COMPAT_COUNT]; /* by the 32-bit table's number */
};

static uint16_t find(const struct syscall_table *table, const char *name)
{
	for (unsigned i = 0; name && i < table->count; i++)
		if (table->names[i] && strcmp(table->names[i], name) == 0)
			return (uint16_t)i;
	return SYSNUM_OTHER;
}

int sysnums_new(struct sysnums **out, uint32_t arch)
{
	const struct syscall_table *own = syscall_table_get(arch, false);
	struct sysnums *nums = calloc(1, sizeof(*nums));

	if (!nums)
		return -ENOMEM;
	nums->count = own ? own->count : 0;
	nums->sigreturn = own ? find(own, "rt_sigreturn") : SYSNUM_OTHER;
	for (unsigned i = 0; i < COMPAT_COUNT; i++)
		nums->compat[i] = own ? find(own, syscall_name(arch, true, i)) : SYSNUM_OTHER;
	*out = nums;
	return 0;
}

void sysnums_free(struct sysnums *nums)
{
	free(nums);
}

uint16_t sysnum(const struct sysnums *nums, uint16_t sys)
{
	unsigned nr = (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE;

	if ((sys & ~REC_SYS_COMPAT) == REC_SYS_OTHER)
		return SYSNUM_OTHER;
	if (sys & REC_SYS_COMPAT)
		return nr < COMPAT_COUNT ? nums->compat[nr] : SYSNUM_OTHER;
	return nr < nums->count ? (uint16_t)nr : SYSNUM_OTHER;
}

uint16_t sysnum_sigreturn(const struct sysnums *nums)
{
	return nums->sigreturn;
}
