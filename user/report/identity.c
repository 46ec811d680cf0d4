// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "report/causes.h"
#include "report/labels.h"

static int take_process(struct report *report, const struct thread *thread, struct report_who *who)
{
	const struct thread_process *process = thread->process;

	if (!process || !process->command_size)
		return 0;
	return label_bytes(report, (struct gt_text){ process->command, process->command_size },
			   &who->command);
}

/* Without a path it has its id. */
static int take_cgroup(struct report *report, const struct thread *thread, struct report_who *who)
{
	const struct cgroup *cgroup = thread->cgroup;
	char id[32];
	const char *container;
	size_t size;

	if (!cgroup)
		return 0;
	if (!cgroup->path) {
		size = (size_t)snprintf(id, sizeof(id), "id %llu", (unsigned long long)cgroup->id);
		return report_add_text(report, id, size, &who->cgroup);
	}
	size = cgroup->size;
	container = container_of_path(cgroup->path, &size);
	if (label_bytes(report, (struct gt_text){ container, size }, &who->container))
		return -ENOMEM;
	return label_bytes(report, (struct gt_text){ cgroup->path, cgroup->size }, &who->cgroup);
}

int identity_tell(struct report *report, uint32_t life, const struct thread *thread)
{
	struct report_who who = {
		.tid = thread->tid, .recurs = true, .pid = thread->tgid, .attributes = thread->more
	};
	size_t size = strlen(thread->leader_comm);
	struct fact_frame frame;
	struct gt_text name = causes_name(thread, &frame);

	if (report_name(report, life, name.data, name.size))
		return -ENOMEM;
	if (thread->more.known & REC_KNOWN_NAMESPACE)
		who.ns_pid = thread->more.ns_tgid;
	if (take_process(report, thread, &who) || take_cgroup(report, thread, &who))
		return -ENOMEM;
	if (strcmp(thread->leader_comm, "?") != 0 &&
	    report_add_text(report, thread->leader_comm, size, &who.process))
		return -ENOMEM;
	return report_describe(report, life, &who);
}
