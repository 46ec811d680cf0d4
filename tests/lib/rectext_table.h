/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The tables behind rectext: which keys a type has, of what kind, and the
 * words of each kind. Private to rectext_*.c.
 */
#ifndef GOTRACE_TESTS_LIB_RECTEXT_TABLE_H
#define GOTRACE_TESTS_LIB_RECTEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "rectext.h"

/* A row of its own in the table of types, after those of the records. */
#define RECTEXT_SNAPSHOT_TYPE (REC_WORK + 1)

enum rectext_field_kind {
	K_TASK,	 /* struct rec_task, counted */
	K_NAMED, /* struct rec_task, not counted */
	K_LAST,	 /* struct rec_task, as it was counted last */
	K_REF,	 /* u64 id, u32 tid */
	K_U64,
	K_S64,
	K_U32,
	K_U16,
	K_SYS,	  /* u16 */
	K_OUT,	  /* prev_state and flags of a switch */
	K_SCOPE,  /* flags of a switch */
	K_LEFT,	  /* flags of a switch */
	K_WSCOPE, /* flags of a wakeup */
	K_BOOL,	  /* u8 */
	K_FD,	  /* u8 */
	K_CTX,	  /* u8 */
	K_STATE,  /* u8 */
	K_CAUSE,  /* u8 of a switch's rec_more, and that it is known */
	K_SHARE,  /* u64 of a switch's rec_more, and that it is known */
	K_STOLEN, /* u32 of a switch's rec_more, and that it is known */
	K_HOW,	  /* u8 of a switch's rec_more */
	K_WHERE,  /* u32 */
	K_QUEUE,  /* u16 of a fork's rec_more, and that it is known */
	K_FLAGS,  /* u8, enum rec_thread_flags */
	K_COMM,	  /* REC_COMM_LEN bytes, and the leader's after it */
	K_LEADER, /* REC_COMM_LEN bytes */
};

struct rectext_field {
	const char *key;
	enum rectext_field_kind kind;
	size_t offset;
};

struct rectext_type {
	const char *name;
	const struct rectext_field *fields; /* up to one without a key */
	u8 size;
};

struct rectext_word {
	const char *name;
	unsigned value;
};

extern const struct rectext_type rectext_types[RECTEXT_SNAPSHOT_TYPE + 1];

/* Each ends with a row without a name. */
extern const struct rectext_word rectext_out_words[];
extern const struct rectext_word rectext_state_letters[];
extern const struct rectext_word rectext_scope_words[];
extern const struct rectext_word rectext_fd_words[];
extern const struct rectext_word rectext_ctx_words[];
extern const struct rectext_word rectext_state_words[];
extern const struct rectext_word rectext_flag_words[];
extern const struct rectext_word rectext_sys_words[];
extern const struct rectext_word rectext_cause_words[];
extern const struct rectext_word rectext_how_words[];
extern const struct rectext_word rectext_where_words[];

/*
 * Sets everything but the threads and the comm: what is left out in text. It
 * is made from these, and from the record's CPU.
 */
void rectext_set_defaults(unsigned type, union rectext_any *any);

/* A field that names a thread: read first, printed always. */
bool rectext_is_thread(enum rectext_field_kind kind);

/* ---- parsing ---- */

#define RECTEXT_CPUS 1024

struct rectext_thread {
	u64 id;
	u32 next;
};

struct rectext {
	u32 next_seq[RECTEXT_CPUS];
	struct rectext_thread *threads; /* searched one by one: scenarios are small */
	size_t thread_count;
	char *error; /* of the line being parsed */
	size_t error_size;
};

/* Says what is wrong with the line: -EINVAL. */
__attribute__((format(printf, 2, 3))) int rectext_fail(struct rectext *text, const char *format,
						       ...);

/* All of these: 0, -EINVAL (said), -ENOMEM. They may cut the word in pieces. */
int rectext_number(struct rectext *text, const char *word, u64 max, u64 *out);
int rectext_parse_field(struct rectext *text, const struct rectext_field *field, char *word,
			union rectext_any *any);

#endif
