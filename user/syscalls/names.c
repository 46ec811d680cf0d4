// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Which table a capture's numbers are looked up in. */
#include "syscalls/names.h"

#include <stddef.h>
#include <stdio.h>

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

const char *syscall_text(char buffer[SYSCALL_TEXT_MAX], uint32_t arch, uint16_t sys)
{
	unsigned nr = (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE;
	const char *name = syscall_name(arch, sys & REC_SYS_COMPAT, nr);

	if (name)
		return name;
	if ((sys & ~REC_SYS_COMPAT) == REC_SYS_OTHER)
		return "syscall";
	snprintf(buffer, SYSCALL_TEXT_MAX, "syscall_%u", nr);
	return buffer;
}
