/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A critical path for people, and for programs: docs/report.md has the form.
 * It computes nothing.
 */
#ifndef GOTRACE_WHY_PRINT_H
#define GOTRACE_WHY_PRINT_H

#include "base/json.h"
#include "base/out.h"
#include "why/store.h"
#include "why/tree.h"

struct why_view {
	const struct why_store *store;
	const struct why_tree *tree;
	uint32_t thread;
	uint64_t from_ns, to_ns; /* since the file's start */
	size_t most;		 /* rows below one branch, and of the sum */
};

/* 0 or -ENOMEM, as the next. Errors of out stay there. */
int why_print(const struct why_view *view, struct out *out);
/* One object. */
int why_print_json(const struct why_view *view, struct json *json);

#endif
