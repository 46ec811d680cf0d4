/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a syscall may sleep for, by its name. The one list: the capture asks it
 * whose descriptor to look at, an exporter what a sleep is called. It does not
 * know what any reader calls these sleeps.
 */
#ifndef GOTRACE_SYSCALLS_CLASSES_H
#define GOTRACE_SYSCALLS_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

/* What a syscall is to us. */
enum sys_class {
	SYS_PLAIN,
	SYS_LOCK,    /* waits for a lock */
	SYS_WAIT,    /* for a child */
	SYS_SELECT,  /* for any of many things */
	SYS_SLEEP,   /* for a time */
	SYS_RECEIVE, /* for a message or a signal */
	SYS_SEND,    /* for room for a message */
	SYS_FD_IN,   /* on its descriptor, for something to come */
	SYS_FD_OUT,  /* on its descriptor, for room */
	SYS_EXEC,
	SYS_YIELD,
	SYS_RESTART, /* goes on with one that was interrupted */
	SYS_CLASS_COUNT
};

/* SYS_PLAIN for a name that the list does not hold. */
enum sys_class sys_class_of_name(const char *name);

/* May it sleep on the descriptor that is its first argument? */
bool sys_class_on_descriptor(enum sys_class sys_class);

/* Classes by number: looked up by name once per number. */
struct sys_classes;

/* arch: enum rec_arch. -ENOMEM. */
int sys_classes_new(struct sys_classes **out, uint32_t arch);
void sys_classes_free(struct sys_classes *classes);
/* sys in REC_SYS_* form. */
enum sys_class sys_class_get(const struct sys_classes *classes, uint16_t sys);
/* The architecture's own execve, in REC_SYS_* form. */
uint16_t sys_classes_exec(const struct sys_classes *classes);

#endif
