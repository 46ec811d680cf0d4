// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The text is cut into words, and matched with each form word by word. The form
 * that goes furthest says what was expected where the match ends.
 */
#include "flight/condition.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "options/near.h"
#include "options/units.h"
#include "record.h"
#include "syscalls/names.h"

/* clang-format off */
const struct condition_form condition_forms[] = {
	{ CONDITION_WAITING, "waiting > T", "woken or preempted, and not yet on a CPU" },
	{ CONDITION_THROTTLED, "throttled > T", "kept off its CPU by a cgroup's limit, in one wait" },
	{ CONDITION_BLOCKED, "blocked > T", "asleep" },
	{ CONDITION_BLOCKED, "blocked in SYSCALL > T", "asleep inside that syscall" },
	{ CONDITION_SYSCALL, "syscall SYSCALL > T", "inside that syscall, from entry to return" },
	{ CONDITION_RUNNING, "running > T", "on a CPU without a switch" },
	{ CONDITION_WAKEUPS, "wakeups > N/s", "woken more often, within one second" },
	{ CONDITION_EXIT, "exit", "a process ends" },
	{ CONDITION_FAILED, "exit != 0", "a process ends with another status than 0, or by a signal" },
	{ CONDITION_KILLED, "killed", "a process ends by a signal" },
	{ CONDITION_LOST, "lost > N", "more records are lost, since the last dump" },
	{ .words = NULL },
};
/* clang-format on */

#define WORDS_MAX 8

struct word {
	const char *at;
	size_t size;
};

static bool is_sign(char c)
{
	return c == '>' || c == '<' || c == '!' || c == '=';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* The next word: signs in a row, or what is none. size 0: there is no more. */
static struct word next_word(const char **text)
{
	struct word word;

	while (is_blank(**text))
		++*text;
	word = (struct word){ .at = *text };
	while (**text && !is_blank(**text) && is_sign(**text) == is_sign(*word.at))
		++*text;
	word.size = (size_t)(*text - word.at);
	return word;
}

static bool is_word(const struct word *word, const char *text)
{
	return word->size == strlen(text) && !memcmp(word->at, text, word->size);
}

/* What a word in capitals stands for. */
struct value {
	uint64_t limit;
	uint16_t sys;
};

static bool read_number(const char *text, uint64_t *out)
{
	return !units_parse_count(text, out);
}

static bool read_syscall(const char *name, uint32_t arch, uint16_t *out)
{
	const struct syscall_table *table = syscall_table_get(arch, false);

	for (unsigned nr = 0; table && nr < table->count; nr++) {
		if (table->names[nr] && !strcmp(table->names[nr], name)) {
			*out = (uint16_t)(nr + REC_SYS_BASE);
			return true;
		}
	}
	return false;
}

/* A word of the text for a word of a form. */
static bool match_word(const struct word *word, const char *form, uint32_t arch,
		       struct value *value)
{
	char text[64];

	if (form[0] < 'A' || form[0] > 'Z')
		return is_word(word, form);
	if (word->size == 0 || word->size >= sizeof(text))
		return false;
	memcpy(text, word->at, word->size);
	text[word->size] = '\0';
	if (!strcmp(form, "T"))
		return !units_parse_duration(text, &value->limit);
	if (!strcmp(form, "SYSCALL"))
		return read_syscall(text, arch, &value->sys);
	if (!strcmp(form, "N/s")) {
		if (word->size < 3 || strcmp(&text[word->size - 2], "/s") != 0)
			return false;
		text[word->size - 2] = '\0';
	}
	return read_number(text, &value->limit);
}

static const char *name_of_value(const char *form)
{
	if (!strcmp(form, "T"))
		return "a time (20ms, 1.5s, 100us)";
	if (!strcmp(form, "N"))
		return "a number";
	if (!strcmp(form, "N/s"))
		return "a number a second (1000/s)";
	return "the name of a syscall of this machine";
}

/* How far a form matches, and what it would have there. */
struct match {
	unsigned words;
	bool whole;
	char expected[32];
	struct value value;
};

static struct match match_form(const struct condition_form *form, const struct word *words,
			       uint32_t arch)
{
	struct match match = { 0 };
	const char *rest = form->words;

	for (;;) {
		size_t size = strcspn(rest, " ");

		if (!size) {
			match.whole = words[match.words].size == 0;
			match.expected[0] = '\0';
			return match;
		}
		snprintf(match.expected, sizeof(match.expected), "%.*s", (int)size, rest);
		if (!match_word(&words[match.words], match.expected, arch, &match.value))
			return match;
		match.words++;
		rest += size;
		rest += *rest == ' ';
	}
}

static const char *name_at(size_t i, const void *names)
{
	return ((const char *const *)names)[i];
}

static int complain_first(const char *text, const struct word *word, struct diag *diag)
{
	static const char *const names[] = { "waiting", "throttled", "blocked",
					     "syscall", "running",   "wakeups",
					     "exit",	"killed",    "lost" };
	char given[32];
	const char *near;

	if (!word->size)
		return diag_set(diag, -EINVAL,
				"--when '%s': what is to happen is missing; --when help lists it",
				text);
	snprintf(given, sizeof(given), "%.*s", (int)word->size, word->at);
	near = near_find(given, sizeof(names) / sizeof(names[0]), name_at, names);
	return diag_set(diag, -EINVAL,
			"--when '%s': '%s' is nothing that can happen%s%s%s; "
			"--when help lists what is",
			text, given, near ? ": '" : "", near ? near : "", near ? "' is" : "");
}

static int complain(const char *text, const struct word *words, const struct match *match,
		    struct diag *diag)
{
	const struct word *word = &words[match->words];
	bool is_value = match->expected[0] >= 'A' && match->expected[0] <= 'Z';

	if (!match->expected[0])
		return diag_set(diag, -EINVAL, "--when '%s': '%.*s' is too much", text,
				(int)word->size, word->at);
	if (!word->size)
		return diag_set(diag, -EINVAL, "--when '%s': %s%s%s is missing at the end", text,
				is_value ? "" : "'",
				is_value ? name_of_value(match->expected) : match->expected,
				is_value ? "" : "'");
	if (is_value)
		return diag_set(diag, -EINVAL, "--when '%s': '%.*s' is not %s", text,
				(int)word->size, word->at, name_of_value(match->expected));
	return diag_set(diag, -EINVAL, "--when '%s': '%s' belongs where '%.*s' stands", text,
			match->expected, (int)word->size, word->at);
}

/* The words about whom; *text moves behind them. */
static int parse_who(struct filter *who, const char **text, struct diag *diag)
{
	size_t skip, size;

	for (;;) {
		filter_next_word(*text, &skip, &size);
		if (!size || !filter_is_term(*text + skip, size))
			return 0;
		if (who->count == FILTER_TERMS_MAX)
			return diag_set(diag, -EINVAL, "--when: more than %d conditions on threads",
					FILTER_TERMS_MAX);
		if (filter_parse_term(&who->terms[who->count], *text + skip, size, diag))
			return -EINVAL;
		who->count++;
		*text += skip + size;
	}
}

int condition_parse(struct condition *out, const char *text, uint32_t arch, struct diag *diag)
{
	struct condition condition = { 0 };
	struct word words[WORDS_MAX + 1] = { { 0 } };
	struct match best = { 0 };
	const char *rest = text;

	if (strlen(text) >= sizeof(condition.text))
		return diag_set(diag, -EINVAL, "--when: a condition has at most %zu characters",
				sizeof(condition.text) - 1);
	if (parse_who(&condition.who, &rest, diag))
		return -EINVAL;
	for (unsigned i = 0; i < WORDS_MAX; i++)
		words[i] = next_word(&rest);
	for (const struct condition_form *form = condition_forms; form->words; form++) {
		struct match match = match_form(form, words, arch);

		if (match.whole) {
			condition.kind = form->kind;
			condition.limit = match.value.limit;
			condition.sys = match.value.sys;
			memcpy(condition.text, text, strlen(text) + 1);
			*out = condition;
			return 0;
		}
		if (match.words > best.words)
			best = match;
	}
	return best.words ? complain(text, words, &best, diag)
			  : complain_first(text, &words[0], diag);
}
