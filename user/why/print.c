// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "why/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "why/label.h"

#define TIME_WIDTH 8
#define INDENT 2
#define LEAST_PART 1000 /* less than this part of the span is not shown by itself */

struct page {
	const struct why_view *view;
	struct out *out;
};

static void put_time(const struct page *page, uint64_t ns)
{
	char text[32], line[64];
	int size;

	quantity_format_time(text, sizeof(text), ns);
	size = snprintf(line, sizeof(line), "%*s  ", TIME_WIDTH, text);
	out_bytes(page->out, line, (size_t)size);
}

static void put_share(const struct page *page, uint64_t ns)
{
	uint64_t all = page->view->to_ns - page->view->from_ns;
	char line[32];
	int size = snprintf(line, sizeof(line), "%5.1f%%  ", 100.0 * (double)ns / (double)all);

	out_bytes(page->out, line, (size_t)size);
}

static void put_node(const struct page *page, uint32_t number, unsigned depth)
{
	const struct why_node *node = &page->view->tree->nodes[number];
	char label[WHY_LABEL_MAX];

	put_time(page, node->ns);
	put_share(page, node->ns);
	for (unsigned i = 0; i < depth * INDENT; i++)
		out_char(page->out, ' ');
	why_label_thread(label, page->view->store, node->key.thread);
	out_str(page->out, label);
	out_char(page->out, ' ');
	why_label_what(label, page->view->store, node);
	out_str(page->out, label);
	if (node->times > 1 && number >= WHY_ROOTS && node->own_ns) {
		out_str(page->out, " (");
		out_u64(page->out, node->times);
		out_str(page->out, " times)");
	}
	out_char(page->out, '\n');
}

static void put_rest(const struct page *page, const struct why_shown *shown, unsigned depth)
{
	if (!shown->rest)
		return;
	put_time(page, shown->rest_ns);
	put_share(page, shown->rest_ns);
	for (unsigned i = 0; i < depth * INDENT; i++)
		out_char(page->out, ' ');
	out_str(page->out, "and ");
	out_u64(page->out, shown->rest);
	out_str(page->out, " more\n");
}

/* As deep as WHY_DEPTH_MAX at most. */
static int put_children(const struct page *page, uint32_t node, unsigned depth)
{
	const struct why_view *view = page->view;
	struct why_shown shown = { .most = view->most,
				   .least_ns = (view->to_ns - view->from_ns) / LEAST_PART };
	int err = why_tree_children(view->tree, node, &shown);

	if (err)
		return err;
	for (size_t i = 0; i < shown.count && !err; i++) {
		put_node(page, shown.nodes[i], depth);
		err = put_children(page, shown.nodes[i], depth + 1);
	}
	free(shown.nodes);
	put_rest(page, &shown, depth);
	return err;
}

static void put_title(const struct page *page)
{
	const struct why_view *view = page->view;
	char thread[WHY_LABEL_MAX], from[32], to[32], span[32];

	why_label_thread(thread, view->store, view->thread);
	out_str(page->out, thread);
	out_str(page->out, ", from ");
	out_str(page->out, quantity_format_time(from, sizeof(from), view->from_ns));
	out_str(page->out, " to ");
	out_str(page->out, quantity_format_time(to, sizeof(to), view->to_ns));
	out_str(page->out, ": ");
	out_str(page->out, quantity_format_time(span, sizeof(span), view->to_ns - view->from_ns));
	out_char(page->out, '\n');
}

int why_print(const struct why_view *view, struct out *out)
{
	const struct page page = { view, out };
	int err;

	put_title(&page);
	out_str(out, "\n    TIME   SHARE  WHAT IT WAS DUE TO\n");
	err = put_children(&page, WHY_TREE, 0);
	if (err)
		return err;
	out_str(out, "\n    TIME   SHARE  IN SUM\n");
	return put_children(&page, WHY_SUM, 0);
}

/* ---- JSON ---- */

static void json_number(struct json *json, const char *name, uint64_t value, bool known)
{
	json_name(json, name);
	if (known)
		json_u64(json, value);
	else
		json_null(json);
}

static void json_word(struct json *json, const char *name, struct gt_text text)
{
	json_name(json, name);
	if (text.size)
		json_text(json, text.data, text.size);
	else
		json_null(json);
}

static void json_thread(struct json *json, const struct why_store *store, const char *tid,
			const char *comm, uint32_t thread)
{
	static const struct why_thread nobody;
	const struct why_thread *it =
		thread == WHY_NONE ? &nobody : why_store_thread_at(store, thread);

	json_number(json, tid, it->tid, it->tid);
	json_word(json, comm, why_store_text(store, it->name));
}

static void json_node(struct json *json, const struct why_view *view, uint32_t number)
{
	const struct why_node *node = &view->tree->nodes[number];
	bool has_cpu = node->key.cpu != WHY_NONE;
	char label[WHY_LABEL_MAX];

	json_object(json);
	json_number(json, "depth", node->depth - 1, true);
	json_thread(json, view->store, "tid", "comm", node->key.thread);
	json_name(json, "state");
	json_str(json, why_kind_name(node->key.kind));
	json_word(json, "in", why_store_text(view->store, node->key.in));
	json_number(json, "cpu", has_cpu ? why_store_cpu(view->store, node->key.cpu) : 0, has_cpu);
	json_thread(json, view->store, "other_tid", "other_comm", node->key.other);
	json_word(json, "context", slice_text(slice_context_name(node->key.context)));
	json_number(json, "ns", node->ns, true);
	json_number(json, "own_ns", node->own_ns, true);
	json_number(json, "times", node->times, true);
	why_label_what(label, view->store, node);
	json_name(json, "text");
	json_str(json, label);
	json_end_object(json);
}

static int json_children(struct json *json, const struct why_view *view, uint32_t node)
{
	struct why_shown shown = { .most = SIZE_MAX };
	int err = why_tree_children(view->tree, node, &shown);

	if (err)
		return err;
	for (size_t i = 0; i < shown.count && !err; i++) {
		json_node(json, view, shown.nodes[i]);
		err = json_children(json, view, shown.nodes[i]);
	}
	free(shown.nodes);
	return err;
}

static int json_list(struct json *json, const struct why_view *view, const char *name,
		     uint32_t root)
{
	int err;

	json_name(json, name);
	json_array(json);
	err = json_children(json, view, root);
	json_end_array(json);
	return err;
}

int why_print_json(const struct why_view *view, struct json *json)
{
	int err;

	json_object(json);
	json_thread(json, view->store, "tid", "comm", view->thread);
	json_number(json, "from_ns", view->from_ns, true);
	json_number(json, "to_ns", view->to_ns, true);
	json_number(json, "span_ns", view->to_ns - view->from_ns, true);
	err = json_list(json, view, "path", WHY_TREE);
	if (!err)
		err = json_list(json, view, "sum", WHY_SUM);
	json_end_object(json);
	return err;
}
