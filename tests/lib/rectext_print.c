/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Records to text: a printer per kind of field. A field is left out if it
 * reads the same as its default.
 */
#include <stdio.h>
#include <string.h>

#include "rectext_table.h"

static const char *word_name(const struct rectext_word *words, unsigned value)
{
	for (; words->name; words++)
		if (words->value == value)
			return words->name;
	return NULL;
}

static u64 load(const void *at, size_t size)
{
	u64 value = 0;

	memcpy(&value, at, size); /* little-endian, as record.h says */
	return value;
}

static void print_task(char *buf, const struct rec_task *task, bool counted)
{
	if (!task->id && !task->tid && !task->num) {
		strcpy(buf, "idle");
		return;
	}
	if (task->id != task->tid)
		buf += sprintf(buf, "%llu/", (unsigned long long)task->id);
	buf += sprintf(buf, "%u", task->tid);
	if (counted || task->num)
		sprintf(buf, "#%u", task->num);
}

static void print_comm(char *buf, const char *comm)
{
	*buf++ = '"';
	for (int i = 0; i < REC_COMM_LEN && comm[i]; i++) {
		unsigned char c = (unsigned char)comm[i];

		if (c == '"' || c == '\\')
			buf += sprintf(buf, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			buf += sprintf(buf, "\\x%02x", c);
		else
			*buf++ = (char)c;
	}
	strcpy(buf, "\"");
}

static void print_sys(char *buf, unsigned sys)
{
	const char *name = word_name(rectext_sys_words, sys);
	const char *compat = sys & REC_SYS_COMPAT ? "compat:" : "";

	if (name)
		strcpy(buf, name);
	else if ((sys & ~REC_SYS_COMPAT) < REC_SYS_BASE)
		sprintf(buf, "raw:%u", sys);
	else
		sprintf(buf, "%s%u", compat, (sys & ~REC_SYS_COMPAT) - REC_SYS_BASE);
}

/* The set words joined by commas, then a last one if given. */
static void print_words(char *buf, const struct rectext_word *words, unsigned bits,
			const char *last)
{
	const char *comma = "";

	*buf = 0;
	for (; words->name; words++) {
		if (!(words->value & bits))
			continue;
		buf += sprintf(buf, "%s%s", comma, words->name);
		comma = ",";
	}
	if (last)
		sprintf(buf, "%s%s", comma, last);
}

static void print_out(char *buf, const struct rec_switch *sw)
{
	const char *letter = word_name(rectext_state_letters, sw->prev_state);
	char number[16];

	snprintf(number, sizeof(number), "0x%x", sw->prev_state);
	print_words(buf, rectext_out_words, sw->flags, letter ? letter : number);
}

/* Bits that words name, and the rest as a number. */
static void print_bits(char *buf, const struct rectext_word *words, unsigned bits)
{
	unsigned unknown = bits;
	char number[16];

	for (const struct rectext_word *word = words; word->name; word++)
		unknown &= ~word->value;
	snprintf(number, sizeof(number), "0x%x", unknown);
	print_words(buf, words, bits, unknown ? number : bits ? NULL : "none");
}

static void print_named(char *buf, const struct rectext_word *words, unsigned value)
{
	const char *name = word_name(words, value);

	if (name)
		strcpy(buf, name);
	else
		sprintf(buf, "%u", value);
}

/* Of a switch's rec_more. */
static void print_said(char *buf, const union rectext_any *any, unsigned known, u64 value)
{
	if (any->said.more.known & known)
		sprintf(buf, "%llu", (unsigned long long)value);
	else
		strcpy(buf, "unsaid");
}

static void print_field(char *buf, const struct rectext_field *field, const union rectext_any *any)
{
	const char *at = (const char *)any + field->offset;
	u8 byte = (u8)*at;

	switch (field->kind) {
	case K_TASK:
	case K_NAMED:
	case K_LAST:
		print_task(buf, (const struct rec_task *)at, field->kind != K_NAMED);
		break;
	case K_REF: {
		struct rec_task task = { .id = load(at, 8), .tid = (u32)load(at + 8, 4) };

		print_task(buf, &task, false);
		break;
	}
	case K_U64:
		sprintf(buf, "%llu", (unsigned long long)load(at, 8));
		break;
	case K_S64:
		sprintf(buf, "%lld", (long long)load(at, 8));
		break;
	case K_U32:
		sprintf(buf, "%u", (unsigned)load(at, 4));
		break;
	case K_U16:
		sprintf(buf, "%u", (unsigned)load(at, 2));
		break;
	case K_SYS:
		print_sys(buf, (unsigned)load(at, 2));
		break;
	case K_OUT:
		print_out(buf, &any->sw);
		break;
	case K_SCOPE:
		print_named(buf, rectext_scope_words,
			    byte & (REC_SWITCH_PREV_SCOPE | REC_SWITCH_NEXT_SCOPE));
		break;
	case K_LEFT:
		sprintf(buf, "%d", !!(byte & REC_SWITCH_NEXT_LEFT));
		break;
	case K_WSCOPE:
		sprintf(buf, "%d", !!(byte & REC_WAKEUP_WAKER_SCOPE));
		break;
	case K_BOOL:
		sprintf(buf, "%u", byte);
		break;
	case K_FD:
		print_named(buf, rectext_fd_words, byte);
		break;
	case K_CTX:
		print_named(buf, rectext_ctx_words, byte);
		break;
	case K_STATE:
		print_named(buf, rectext_state_words, byte);
		break;
	case K_CAUSE:
		print_named(buf, rectext_cause_words, rec_switch_cause(&any->sw));
		break;
	case K_SHARE:
		print_said(buf, any, REC_MORE_THROTTLED, load(at, 8));
		break;
	case K_STOLEN:
		print_said(buf, any, REC_MORE_SLICE, load(at, 4));
		break;
	case K_HOW:
		print_bits(buf, rectext_how_words, byte);
		break;
	case K_QUEUE:
		if (any->said_of_fork.more.known & REC_MORE_QUEUE)
			sprintf(buf, "%u", (unsigned)load(at, 2));
		else
			strcpy(buf, "unsaid");
		break;
	case K_WHERE:
		print_bits(buf, rectext_where_words, (unsigned)load(at, 4));
		break;
	case K_FLAGS:
		print_bits(buf, rectext_flag_words, byte);
		break;
	case K_COMM:
	case K_LEADER:
		print_comm(buf, at);
		break;
	}
}

static int print_fields(char *buf, size_t size, unsigned type, const union rectext_any *any)
{
	union rectext_any plain = *any;
	int length = 0;

	rectext_set_defaults(type, &plain);
	for (const struct rectext_field *field = rectext_types[type].fields; field->key; field++) {
		char value[128], usual[128] = "\"\"";

		print_field(value, field, any);
		if (field->kind != K_COMM)
			print_field(usual, field, &plain);
		if (rectext_is_thread(field->kind) || strcmp(value, usual))
			length += snprintf(buf + length, size - (size_t)length, " %s=%s",
					   field->key, value);
	}
	return length;
}

int rectext_print(char *buf, size_t size, const struct rec_head *record)
{
	union rectext_any any = { 0 };
	char line[RECTEXT_LINE];
	int length;

	length = sprintf(line, "%llu cpu%u#%u", (unsigned long long)record->ts_ns, record->cpu,
			 record->seq);
	if (record->type >= RECTEXT_SNAPSHOT_TYPE || !rectext_types[record->type].name) {
		sprintf(line + length, " type%u size=%u", record->type, record->size);
		return snprintf(buf, size, "%s", line);
	}
	memcpy(&any, record, rectext_types[record->type].size);
	if (record->type == REC_SWITCH && rec_switch_more((const void *)record))
		any.said.more = *rec_switch_more((const void *)record);
	if (record->type == REC_FORK && rec_more(record, sizeof(struct rec_fork)))
		any.said_of_fork.more = *rec_more(record, sizeof(struct rec_fork));
	length += sprintf(line + length, " %s", rectext_types[record->type].name);
	print_fields(line + length, sizeof(line) - (size_t)length, record->type, &any);
	return snprintf(buf, size, "%s", line);
}

int rectext_print_snapshot(char *buf, size_t size, const struct rec_snapshot *entry)
{
	union rectext_any any = { .snapshot = *entry };
	char line[RECTEXT_LINE];
	int length = sprintf(line, "snapshot");

	print_fields(line + length, sizeof(line) - (size_t)length, RECTEXT_SNAPSHOT_TYPE, &any);
	return snprintf(buf, size, "%s", line);
}
