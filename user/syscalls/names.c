// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Which table a capture's numbers are looked up in. */
#include "syscalls/names.h"

#include <stddef.h>

#include "record.h"

const struct syscall_table *syscall_table_get(uint32_t arch, bool compat)
{
	switch (arch) {
	case REC_ARCH_X86_64:
		return compat ? &syscall_table_i386 : &syscall_table_x86_64;
	case REC_ARCH_ARM64:
		return compat ? &syscall_table_arm32 : &syscall_table_arm64;
	default:
		return NULL;
	}
}

const char *syscall_name(uint32_t arch, bool compat, unsigned nr)
{
	const struct syscall_table *table = syscall_table_get(arch, compat);

	return table && nr < table->count ? table->names[nr] : NULL;
}
