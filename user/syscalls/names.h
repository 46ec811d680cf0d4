/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Syscall names by number, for every table a capture can hold. The tables are
 * generated (table_*.c) from the kernel's headers; nothing else is in
 * those files. What a syscall may sleep for is classes.h.
 */
#ifndef GOTRACE_SYSCALLS_NAMES_H
#define GOTRACE_SYSCALLS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* names[nr] without "sys_" ("read"), NULL where the table has a hole. */
struct syscall_table {
	const char *const *names;
	unsigned count;
};

extern const struct syscall_table syscall_table_x86_64;
extern const struct syscall_table syscall_table_i386;
extern const struct syscall_table syscall_table_arm64;
extern const struct syscall_table syscall_table_arm32;

/* arch: enum rec_arch; compat: its 32-bit table. NULL: no such architecture. */
const struct syscall_table *syscall_table_get(uint32_t arch, bool compat);
/* NULL if the number has no name there. The text lives as long as the program. */
const char *syscall_name(uint32_t arch, bool compat, unsigned nr);

#define SYSCALL_TEXT_MAX 32
/*
 * What to call a syscall in REC_SYS_* form: its name, or "syscall_500", or
 * "syscall" if not even the number is known. The name, or buffer.
 */
const char *syscall_text(char buffer[SYSCALL_TEXT_MAX], uint32_t arch, uint16_t sys);

#endif
