// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/features.h"

#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

#include "stream/stream.h"

bool features_has_tracepoint(const struct btf *btf, const char *section)
{
	char name[128];
	const char *tracepoint = strchr(section, '/');

	if (!tracepoint)
		return true;
	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint + 1);
	return btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF) > 0;
}

/*
 * A CPU has a busy counter for task storage, and at first an interrupt's
 * look-up on top of another failed because of it. Commit e8b02296a6b8 (6.2)
 * mended that and split the helper; later kernels have no counter.
 */
bool features_lookups_fail(const struct btf *btf)
{
	return btf__find_by_name_kind(btf, "bpf_task_storage_busy", BTF_KIND_VAR) > 0 &&
	       btf__find_by_name_kind(btf, "bpf_task_storage_get_recur", BTF_KIND_FUNC) < 0;
}

/* The typedef names a pointer to a function, whose first argument is not the tracepoint's. */
bool features_victim_is_task(const struct btf *btf)
{
	int id = btf__find_by_name_kind(btf, "btf_trace_mark_victim", BTF_KIND_TYPEDEF);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;

	while (type && (btf_is_typedef(type) || btf_is_ptr(type)))
		type = btf__type_by_id(btf, type->type);
	if (!type || !btf_is_func_proto(type) || btf_vlen(type) < 2)
		return false;
	return btf_is_ptr(btf__type_by_id(btf, btf_params(type)[1].type));
}

/* Not in an anonymous struct or union inside it. */
static bool has_member(const struct btf *btf, const char *type, const char *member)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);
	const struct btf_type *found = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;

	for (int i = 0; found && i < btf_vlen(found); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(found)[i].name_off), member))
			return true;
	return false;
}

/* As bpf/throttle.bpf.h decides. */
static uint64_t throttled_on(const struct btf *btf)
{
	if (!has_member(btf, "cfs_rq", "throttle_count") ||
	    !has_member(btf, "sched_entity", "parent"))
		return 0;
	if (has_member(btf, "cfs_rq", "throttled_clock_self_time"))
		return STREAM_ON_THROTTLED;
	return has_member(btf, "cfs_rq", "throttled_clock_pelt_time")
		       ? STREAM_ON_THROTTLED | STREAM_ON_ESTIMATED
		       : 0;
}

uint64_t features_on(const struct btf *btf)
{
	return STREAM_ON_COMMANDS | STREAM_ON_MIGRATE | throttled_on(btf) |
	       (features_has_tracepoint(btf, "tp_btf/mark_victim") ? STREAM_ON_OOM : 0);
}
