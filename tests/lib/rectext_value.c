/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Text to values: a parser per kind of field.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rectext_table.h"

int rectext_fail(struct rectext *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text->error, text->error_size, format, args);
	va_end(args);
	return -EINVAL;
}

/* The thread's entry, made if there is none. */
static int find_thread(struct rectext *text, u64 id, struct rectext_thread **out)
{
	struct rectext_thread *grown;

	for (size_t i = 0; i < text->thread_count; i++) {
		if (text->threads[i].id == id) {
			*out = &text->threads[i];
			return 0;
		}
	}
	grown = realloc(text->threads, (text->thread_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	text->threads = grown;
	grown[text->thread_count] = (struct rectext_thread){ .id = id, .next = 1 };
	*out = &grown[text->thread_count++];
	return 0;
}

int rectext_number(struct rectext *text, const char *word, u64 max, u64 *out)
{
	char *end;
	u64 value;

	errno = 0;
	value = strtoull(word, &end, 0);
	if (!isdigit((unsigned char)*word) || *end || errno || value > max)
		return rectext_fail(text, "'%s' is no number up to %llu", word,
				    (unsigned long long)max);
	*out = value;
	return 0;
}

static int parse_named(struct rectext *text, const struct rectext_word *words, const char *word,
		       u64 max, u64 *out)
{
	for (; words->name; words++) {
		if (!strcmp(words->name, word)) {
			*out = words->value;
			return 0;
		}
	}
	return rectext_number(text, word, max, out);
}

/* ID/TID, TID or idle. */
static int parse_ref(struct rectext *text, char *word, u64 *id, u64 *tid)
{
	char *slash = strchr(word, '/');
	int err;

	if (!strcmp(word, "idle")) {
		*id = *tid = 0;
		return 0;
	}
	err = rectext_number(text, slash ? slash + 1 : word, UINT32_MAX, tid);
	if (err || !slash) {
		*id = *tid;
		return err;
	}
	*slash = 0;
	return rectext_number(text, word, UINT64_MAX, id);
}

/* A reference, and #NUM: explicit, the thread's next or last, or 0. */
static int parse_task(struct rectext *text, char *word, enum rectext_field_kind kind,
		      struct rec_task *out)
{
	char *hash = strchr(word, '#');
	struct rectext_thread *thread = NULL;
	u64 id = 0, tid = 0, num = 0;
	int err = 0;

	if (hash) {
		*hash = 0;
		err = rectext_number(text, hash + 1, UINT32_MAX, &num);
	}
	if (!err)
		err = parse_ref(text, word, &id, &tid);
	if (!err && id)
		err = find_thread(text, id, &thread);
	if (err)
		return err;
	if (id && !hash && kind == K_TASK)
		num = thread->next;
	if (id && !hash && kind == K_LAST)
		num = thread->next - 1;
	if (num && thread)
		thread->next = (u32)num + 1 ? (u32)num + 1 : 1;
	*out = (struct rec_task){ .id = id, .tid = (u32)tid, .num = (u32)num };
	return 0;
}

static int parse_sys(struct rectext *text, const char *word, u64 *out)
{
	u64 base = REC_SYS_BASE;
	int err;

	for (const struct rectext_word *w = rectext_sys_words; w->name; w++) {
		if (!strcmp(w->name, word)) {
			*out = w->value;
			return 0;
		}
	}
	if (!strncmp(word, "raw:", 4)) {
		word += 4;
		base = 0;
	} else if (!strncmp(word, "compat:", 7)) {
		word += 7;
		base += REC_SYS_COMPAT;
	}
	err = rectext_number(text, word, UINT16_MAX - base, out);
	*out += base;
	return err;
}

static int parse_words(struct rectext *text, const struct rectext_word *words, char *word, u64 *out)
{
	u64 bits = 0, bit;
	char *state;
	int err = 0;

	for (word = strtok_r(word, ",", &state); word && !err; word = strtok_r(NULL, ",", &state)) {
		err = parse_named(text, words, word, UINT8_MAX, &bit);
		bits |= err ? 0 : bit;
	}
	*out = bits;
	return err;
}

/* [flag,]...LETTER */
static int parse_out(struct rectext *text, char *word, struct rec_switch *sw)
{
	char *letter = strrchr(word, ',');
	u64 bits = 0, state = 0;
	int err;

	if (letter)
		*letter++ = 0;
	err = parse_named(text, rectext_state_letters, letter ? letter : word, UINT16_MAX, &state);
	if (!err && letter)
		err = parse_words(text, rectext_out_words, word, &bits);
	sw->prev_state = (u16)state;
	sw->flags |= (u8)bits;
	return err;
}

static int parse_comm(struct rectext *text, const char *word, char *comm)
{
	char made[REC_COMM_LEN + 1] = { 0 };
	unsigned length = 0;
	size_t size = strlen(word);

	if (size < 2 || word[0] != '"' || word[size - 1] != '"')
		return rectext_fail(text, "%s is not in quotes", word);
	for (word++; word[1]; word++) {
		char hex[3] = { 0 };

		if (length == REC_COMM_LEN)
			return rectext_fail(text, "a comm is longer than %d bytes", REC_COMM_LEN);
		if (word[0] != '\\') {
			made[length++] = word[0];
		} else if (word[1] == 'x' && isxdigit((unsigned char)word[2]) &&
			   isxdigit((unsigned char)word[3])) {
			memcpy(hex, word + 2, 2);
			made[length++] = (char)strtoul(hex, NULL, 16);
			word += 3;
		} else {
			made[length++] = *++word;
		}
		if (!word[1])
			return rectext_fail(text, "the text in quotes has no end");
	}
	memcpy(comm, made, REC_COMM_LEN);
	return 0;
}

static void set_bits(u8 *byte, unsigned mask, u64 bits)
{
	*byte = (u8)((*byte & ~mask) | (bits & mask));
}

/* There is more to say of the switch, known among it. */
static void add_more(union rectext_any *any, unsigned known)
{
	any->said.more.known |= known;
	any->head.size = sizeof(any->said);
}

int rectext_parse_field(struct rectext *text, const struct rectext_field *field, char *word,
			union rectext_any *any)
{
	char *at = (char *)any + field->offset;
	size_t size = 0; /* of a plain number to store */
	u64 value = 0, tid = 0;
	int err = 0;

	switch (field->kind) {
	case K_TASK:
	case K_NAMED:
	case K_LAST:
		return parse_task(text, word, field->kind, (struct rec_task *)at);
	case K_REF:
		err = parse_ref(text, word, &value, &tid);
		memcpy(at + 8, &tid, 4);
		size = 8;
		break;
	case K_U64:
		err = rectext_number(text, word, UINT64_MAX, &value);
		size = 8;
		break;
	case K_S64:
		err = rectext_number(text, word + (*word == '-'), INT64_MAX, &value);
		value = *word == '-' ? -value : value;
		size = 8;
		break;
	case K_U32:
		err = rectext_number(text, word, UINT32_MAX, &value);
		size = 4;
		break;
	case K_U16:
		err = rectext_number(text, word, UINT16_MAX, &value);
		size = 2;
		break;
	case K_SYS:
		err = parse_sys(text, word, &value);
		size = 2;
		break;
	case K_OUT:
		return parse_out(text, word, &any->sw);
	case K_SCOPE:
		err = parse_named(text, rectext_scope_words, word, 0, &value);
		set_bits((u8 *)at, REC_SWITCH_PREV_SCOPE | REC_SWITCH_NEXT_SCOPE, value);
		return err;
	case K_LEFT:
		err = rectext_number(text, word, 1, &value);
		set_bits((u8 *)at, REC_SWITCH_NEXT_LEFT, value ? 0xff : 0);
		return err;
	case K_WSCOPE:
		err = rectext_number(text, word, 1, &value);
		set_bits((u8 *)at, REC_WAKEUP_WAKER_SCOPE, value ? 0xff : 0);
		return err;
	case K_BOOL:
		err = rectext_number(text, word, 1, &value);
		size = 1;
		break;
	case K_FD:
		err = parse_named(text, rectext_fd_words, word, UINT8_MAX, &value);
		size = 1;
		break;
	case K_CTX:
		err = parse_named(text, rectext_ctx_words, word, UINT8_MAX, &value);
		size = 1;
		break;
	case K_STATE:
		err = parse_named(text, rectext_state_words, word, UINT8_MAX, &value);
		size = 1;
		break;
	case K_CAUSE:
		err = parse_named(text, rectext_cause_words, word, UINT8_MAX, &value);
		any->sw.flags |= REC_SWITCH_CAUSE_KNOWN;
		if (value)
			add_more(any, REC_MORE_CAUSE);
		size = 1;
		break;
	case K_SHARE:
		err = rectext_number(text, word, UINT64_MAX, &value);
		add_more(any, REC_MORE_THROTTLED);
		size = 8;
		break;
	case K_STOLEN:
		err = rectext_number(text, word, UINT32_MAX, &value);
		add_more(any, REC_MORE_SLICE);
		size = 4;
		break;
	case K_HOW:
		err = parse_words(text, rectext_how_words, word, &value);
		size = 1;
		break;
	case K_QUEUE:
		err = rectext_number(text, word, UINT16_MAX, &value);
		any->said_of_fork.more.known |= REC_MORE_QUEUE;
		any->head.size = sizeof(any->said_of_fork);
		size = 2;
		break;
	case K_WHERE:
		err = parse_words(text, rectext_where_words, word, &value);
		size = 4;
		break;
	case K_FLAGS:
		err = parse_words(text, rectext_flag_words, word, &value);
		size = 1;
		break;
	case K_COMM: /* the leader's is the same unless given after it */
		err = parse_comm(text, word, at);
		memcpy(at + REC_COMM_LEN, at, REC_COMM_LEN);
		return err;
	case K_LEADER:
		return parse_comm(text, word, at);
	}
	memcpy(at, &value, size);
	return err;
}
