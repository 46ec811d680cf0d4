/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The words of a ring, as the kernel side writes them and user/records reads
 * them back: docs/records.md in numbers. Shapes only; it holds no behaviour
 * but putting fields into a word and taking them out.
 *
 * This layout is REC_ABI_VERSION 2. Adding a type of RING_SIZED and up, or a
 * field in bits that were 0, is no new ABI: a reader passes over what it does
 * not know. Anything else is.
 */
#ifndef GOTRACE_RING_H
#define GOTRACE_RING_H

#include "record.h"

/* A block: no record crosses its end, and at its start stands a SYNC. */
#define RING_BLOCK_WORDS 8192u
/* Positions are modulo this. */
#define RING_POSITIONS 0x80000000u
#define RING_POSITION_MASK (RING_POSITIONS - 1)

enum ring_type {
	RING_PAD = 0,
	RING_SYNC = 1,
	RING_CURRENT = 2,
	RING_SWITCH = 3,
	RING_WAKEUP = 4,
	RING_WAKEUP_REMOTE = 5,
	RING_SYS_ENTER = 6,
	RING_SYS_EXIT = 7,
	RING_SYS_EXIT_LONG = 8,
	RING_MIGRATE = 9,
	RING_FORK = 10,
	RING_EXIT = 11,
	RING_SWITCH_LONG = 12,
	RING_SIZED = 16, /* from here on a record says its size */
	RING_THREAD = 16,
	RING_RENAME = 17,
	RING_EXEC = 18,
	RING_STACK = 19,
	RING_STACK_IDS = 20, /* prefix */
	RING_SAMPLE = 21,
	RING_THROTTLED = 22, /* prefix */
	RING_SLICE = 23,     /* prefix */
	RING_OOM = 24,
	RING_WORK = 25,
	RING_FILL = 31, /* nothing; without a number */
	RING_TYPES = 32
};

/* The first word: time << 32 | argument << 5 | type. */
#define RING_TYPE_BITS 5
#define RING_TYPE_MASK 0x1fu
#define RING_ARG_BITS 27
#define RING_ARG_MASK 0x7ffffffu

/* Of the argument, in types that say their size. */
#define RING_SIZE_MASK 0xffu
#define RING_UNNUMBERED (1u << 8)

#define RING_SYNC_WORDS 5
#define RING_CURRENT_WORDS 3
#define RING_SWITCH_WORDS 2
#define RING_SWITCH_LONG_WORDS 3
#define RING_WAKEUP_WORDS 2
#define RING_WAKEUP_REMOTE_WORDS 3
#define RING_MIGRATE_WORDS 2
#define RING_FORK_WORDS 3
#define RING_THREAD_WORDS 13
#define RING_STACK_FRAMES 64 /* at most */
#define RING_STACK_WORDS (2 + RING_STACK_FRAMES)
#define RING_STACK_IDS_WORDS 3
#define RING_SAMPLE_WORDS 2
#define RING_THROTTLED_WORDS 3
#define RING_SLICE_WORDS 3
#define RING_OOM_WORDS 2
#define RING_WORK_WORDS 2
#define RING_COMMAND_BYTES 256 /* of a command line, at most */
#define RING_MOST_WORDS RING_STACK_WORDS

/* SYNC, third word behind the time; CURRENT's argument has the first two. */
#define RING_SYNC_TOLD (1u << 16)
#define RING_SYNC_SCOPE (1u << 17)
#define RING_SYNC_CPU_SHIFT 32
#define RING_CURRENT_SCOPE (1u << 16)

/* SWITCH */
#define RING_SWITCH_PREEMPT (1u << 0)
#define RING_SWITCH_ASLEEP (1u << 1)
#define RING_SWITCH_IOWAIT (1u << 2)
#define RING_SWITCH_SCOPE (1u << 3)
#define RING_SWITCH_LEFT (1u << 4)
#define RING_SWITCH_CAUSE_SHIFT 5 /* 3 bits, enum rec_cause */
#define RING_SWITCH_FD_SHIFT 8	  /* 3 bits, enum rec_fd */
#define RING_SWITCH_STATE_SHIFT 11

/* WAKEUP and WAKEUP_REMOTE */
#define RING_WAKEUP_SCOPE (1u << 2)
#define RING_WAKEUP_CPU_SHIFT 3
#define RING_WAKEUP_SYS_SHIFT 16
#define RING_WAKER_CPU_SHIFT 32
#define RING_WAKER_FLIGHT_SHIFT 45
#define RING_FLIGHT_UNIT_SHIFT 4 /* 16 ns */
#define RING_FLIGHT_MOST 0x7ffffu

/* A syscall in 11 bits. */
#define RING_SHORT_SYS_OTHER 0x3ffu
#define RING_SHORT_SYS_COMPAT 0x400u

#define RING_CPU_MASK 0x1fffu
#define RING_MIGRATE_TO_SHIFT 13

/* FORK */
#define RING_FORK_FLAGS_SHIFT 16
#define RING_FORK_SCOPE (1u << 20)
#define RING_FORK_CPU_SHIFT 32

/* EXIT */
#define RING_EXIT_KNOWN (1u << 16)

/* EXEC, STACK, SAMPLE, THROTTLED: behind the size */
#define RING_EXEC_BYTES_SHIFT 9
#define RING_STACK_KIND_SHIFT 9
#define RING_STACK_STOP_SHIFT 11
#define RING_STOP_ROOT 0
#define RING_STOP_UNREADABLE 1
#define RING_STOP_NO_RULE 2
#define RING_STOP_FULL 3
#define RING_STOP_LOOP 4
#define RING_STACK_CUT (1u << 14)
#define RING_STACK_GUESSED (1u << 15)
#define RING_SAMPLE_USER (1u << 9)
#define RING_THROTTLED_BEGIN (1u << 9)
#define RING_THROTTLED_ESTIMATE (1u << 10)
#define RING_THROTTLED_UNKNOWN (1u << 11)

/* THREAD, words 4 and 12 */
#define RING_THREAD_POLICY_SHIFT 8
#define RING_THREAD_NICE_SHIFT 16
#define RING_THREAD_PRIORITY_SHIFT 24
#define RING_THREAD_CPUS_SHIFT 32

static inline u64 ring_word(u64 ts_ns, u32 argument, u8 type)
{
	return ts_ns << 32 | (u64)(argument << RING_TYPE_BITS) | type;
}

static inline u32 ring_argument(u64 word)
{
	return (u32)word >> RING_TYPE_BITS;
}

static inline u64 ring_pair(u32 high, u32 low)
{
	return (u64)high << 32 | low;
}

/* A REC_SYS_* form in 11 bits: 0 unknown, 1 none stay what they are. */
static inline u32 ring_short_sys(u16 sys)
{
	u32 number = sys & ~REC_SYS_COMPAT;

	if (number > RING_SHORT_SYS_OTHER)
		number = RING_SHORT_SYS_OTHER;
	return number | (sys & REC_SYS_COMPAT ? RING_SHORT_SYS_COMPAT : 0);
}

static inline u16 ring_long_sys(u32 form)
{
	u32 number = form & RING_SHORT_SYS_OTHER;

	if (number == RING_SHORT_SYS_OTHER)
		number = REC_SYS_OTHER;
	return number | (form & RING_SHORT_SYS_COMPAT ? REC_SYS_COMPAT : 0);
}

#endif
