// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A row is put together in memory that has room for any, and handed over at
 * once: this is what most of the time of `slices` goes to. Both formats have
 * the same columns; they differ in what stands before a value, in what stands
 * for one that is not known, and in how a text is quoted.
 */
#include "export/slices/print.h"

#include <string.h>

#include "base/utf8.h"

/* No text is longer in a row; the rest is cut. As JSON a byte may take six. */
#define TEXT_MAX 1024
#define TEXTS 11
#define ROW_MAX (TEXTS * (6 * TEXT_MAX + 32) + 512)

enum column {
	HOST,
	START_NS,
	WALL_NS,
	DUR_NS,
	CPU,
	TID,
	PID,
	COMM,
	CGROUP,
	STATE,
	REASON,
	SYSCALL,
	ERROR,
	WAKER_TID,
	WAKER_COMM,
	WAKER_CONTEXT,
	BY,
	COLUMNS
};

#define NAME(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}
static const struct gt_text names[COLUMNS] = {
	[HOST] = NAME("host"),
	[START_NS] = NAME("start_ns"),
	[WALL_NS] = NAME("wall_ns"),
	[DUR_NS] = NAME("dur_ns"),
	[CPU] = NAME("cpu"),
	[TID] = NAME("tid"),
	[PID] = NAME("pid"),
	[COMM] = NAME("comm"),
	[CGROUP] = NAME("cgroup"),
	[STATE] = NAME("state"),
	[REASON] = NAME("reason"),
	[SYSCALL] = NAME("syscall"),
	[ERROR] = NAME("error"),
	[WAKER_TID] = NAME("waker_tid"),
	[WAKER_COMM] = NAME("waker_comm"),
	[WAKER_CONTEXT] = NAME("waker_context"),
	[BY] = NAME("by"),
};

struct row {
	enum slice_format format;
	char *at;
	char text[ROW_MAX];
};

static void put(struct row *row, const char *text, size_t size)
{
	memcpy(row->at, text, size);
	row->at += size;
}

/* What stands before a value. */
static void put_name(struct row *row, enum column column)
{
	if (row->format == SLICE_CSV) {
		if (column != HOST)
			*row->at++ = ',';
		return;
	}
	*row->at++ = column == HOST ? '{' : ',';
	*row->at++ = '"';
	put(row, names[column].data, names[column].size);
	put(row, "\":", 2);
}

static void put_unknown(struct row *row, enum column column)
{
	put_name(row, column);
	if (row->format == SLICE_JSON)
		put(row, "null", 4);
}

/* Two digits at a time: half of the divisions. */
static void put_digits(struct row *row, uint64_t value)
{
	char digits[20];
	char *first = digits + sizeof(digits);

	while (value >= 100) {
		unsigned pair = value % 100;

		value /= 100;
		*--first = (char)('0' + pair % 10);
		*--first = (char)('0' + pair / 10);
	}
	if (value >= 10)
		*--first = (char)('0' + value % 10);
	*--first = (char)('0' + (value >= 10 ? value / 10 : value));
	put(row, first, (size_t)(digits + sizeof(digits) - first));
}

static void put_number(struct row *row, enum column column, uint64_t value, bool known)
{
	if (!known) {
		put_unknown(row, column);
		return;
	}
	put_name(row, column);
	put_digits(row, value);
}

static void put_wall(struct row *row, int64_t ns)
{
	if (ns == SLICE_NO_WALL) {
		put_unknown(row, WALL_NS);
		return;
	}
	put_name(row, WALL_NS);
	if (ns < 0)
		*row->at++ = '-';
	put_digits(row, ns < 0 ? -(uint64_t)ns : (uint64_t)ns);
}

/* ---- texts ---- */

/*
 * Most texts are words that neither format takes for more than themselves:
 * they are looked at while they are copied. False: it is none of them, and
 * nothing was put.
 */
static bool put_plain(struct row *row, struct gt_text text)
{
	char *at = row->at;

	/* Some readers trim. */
	if (text.size > TEXT_MAX || text.data[0] == ' ' || text.data[text.size - 1] == ' ')
		return false;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c < ' ' || c == '"' || c == ',' || c == '\\' || c >= 0x7f)
			return false;
		*at++ = (char)c;
	}
	row->at = at;
	return true;
}

static void put_escaped(struct row *row, char c)
{
	static const char hex[] = "0123456789abcdef";

	if (row->format == SLICE_CSV) {
		if (c == '"')
			*row->at++ = '"';
		*row->at++ = c ? c : '?'; /* a NUL ends a text in most readers */
	} else if ((unsigned char)c < ' ') {
		put(row, "\\u00", 4);
		*row->at++ = hex[(unsigned char)c >> 4];
		*row->at++ = hex[c & 15];
	} else {
		if (c == '"' || c == '\\')
			*row->at++ = '\\';
		*row->at++ = c;
	}
}

static void put_quoted(struct row *row, struct gt_text text)
{
	char fit[TEXT_MAX];
	size_t size;

	*row->at++ = '"';
	if (!put_plain(row, text)) {
		size = utf8_repair(fit, sizeof(fit), text.data, text.size);
		for (size_t i = 0; i < size; i++)
			put_escaped(row, fit[i]);
	}
	*row->at++ = '"';
}

static void put_text(struct row *row, enum column column, struct gt_text text)
{
	if (!text.size) {
		put_unknown(row, column);
		return;
	}
	put_name(row, column);
	if (row->format == SLICE_JSON || !put_plain(row, text))
		put_quoted(row, text);
}

/* ---- rows ---- */

void slice_print_header(struct slice_printer *printer)
{
	for (int i = 0; i < COLUMNS && printer->format == SLICE_CSV; i++) {
		out_bytes(printer->out, names[i].data, names[i].size);
		out_char(printer->out, i + 1 < COLUMNS ? ',' : '\n');
	}
}

static void put_row(struct row *row, struct gt_text host, const struct slice *slice)
{
	put_text(row, HOST, host);
	put_number(row, START_NS, slice->start_ns, true);
	put_wall(row, slice->wall_ns);
	put_number(row, DUR_NS, slice->end_ns - slice->start_ns, true);
	put_number(row, CPU, slice->cpu, slice->cpu != SLICE_NO_CPU);
	put_number(row, TID, slice->who.tid, true);
	put_number(row, PID, slice->who.pid, slice->who.pid);
	put_text(row, COMM, slice->who.comm);
	put_text(row, CGROUP, slice->cgroup);
	put_text(row, STATE, slice_text(slice_state_name(slice->state)));
	put_text(row, REASON, slice->reason);
	put_text(row, SYSCALL, slice->syscall);
	put_text(row, ERROR, slice->error);
	put_number(row, WAKER_TID, slice->waker.tid, slice->waker.tid);
	put_text(row, WAKER_COMM, slice->waker.comm);
	put_text(row, WAKER_CONTEXT, slice_text(slice_context_name(slice->context)));
	put_text(row, BY, slice->by.comm);
	if (row->format == SLICE_JSON)
		*row->at++ = '}';
	*row->at++ = '\n';
}

int slice_print(void *ctx, const struct slice *slice)
{
	struct slice_printer *printer = ctx;
	struct row row;

	if (slice->state == SLICE_STRANGER)
		return 0;
	row.format = printer->format;
	row.at = row.text;
	put_row(&row, printer->host, slice);
	out_bytes(printer->out, row.text, (size_t)(row.at - row.text));
	printer->rows++;
	return printer->out->err;
}
