// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "report/causes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "export/go/reasons.h"
#include "report/labels.h"
#include "syscalls/names.h"

int causes_init(struct causes *causes, struct report *report, uint32_t arch)
{
	*causes = (struct causes){ .report = report, .arch = arch };
	return sys_classes_new(&causes->classes, arch);
}

void causes_fini(struct causes *causes)
{
	sys_classes_free(causes->classes);
	cgroupmap_fini(&causes->cgroups);
	idmap_fini(&causes->sleeps);
	free(causes->sleep_texts);
}

struct gt_text causes_name(const struct thread *thread, struct fact_frame *frame)
{
	const struct fact fact = {
		.kind = FACT_THREAD_NAMED,
		.name = { thread->comm, strlen(thread->comm) },
	};

	fact_write(frame, &fact);
	return (struct gt_text){ frame->func, frame->func_size };
}

static int make_sleep(const struct causes *causes, const struct change *change, uint32_t *why)
{
	const struct thread *thread = change->thread;
	bool inside = sys_inside(change->sys), kernel = thread_is_kernel(thread);
	enum reason reason = reason_of_sleep(reason_class(causes->classes, thread), change->out.fd,
					     change->out.prev_state, kernel);
	const char *name = sleep_name(change->out.prev_state, inside, kernel);
	char buffer[SYSCALL_TEXT_MAX];

	if (!name)
		name = syscall_text(buffer, causes->arch, change->sys);
	return label_sleep(causes->report, label_of(name), label_of(reason_text(reason)), why);
}

int causes_asleep(struct causes *causes, const struct change *change, uint32_t *why)
{
	uint64_t key = (uint64_t)change->sys | (uint64_t)change->out.fd << 16 |
		       (uint64_t)change->out.prev_state << 24 |
		       (uint64_t)thread_is_kernel(change->thread) << 40 |
		       (uint64_t)reason_class(causes->classes, change->thread) << 41;
	uint32_t slot = idmap_find(&causes->sleeps, key), *grown;

	if (slot == IDMAP_NONE) {
		grown = grow_array(causes->sleep_texts, &causes->sleep_room,
				   causes->sleeps.slots + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		causes->sleep_texts = grown;
		if (make_sleep(causes, change, why) || idmap_add(&causes->sleeps, key, &slot))
			return -ENOMEM;
		grown[slot] = *why;
	}
	*why = causes->sleep_texts[slot];
	return 0;
}

int causes_unknown(const struct causes *causes, enum change_gap gap, uint32_t *why)
{
	static const char *const texts[] = { [GAP_NONE] = "",
					     [GAP_LOST] = "records lost",
					     [GAP_UNSEEN] = "unseen",
					     [GAP_SCOPE] = "left scope" };

	*why = 0;
	return report_add_text(causes->report, texts[gap], strlen(texts[gap]), why);
}

/* Its text, made once. */
static int text_of(const struct causes *causes, const char *text, uint32_t *id)
{
	return *id ? 0 : label_unknown(causes->report, text, id);
}

int causes_idle(struct causes *causes, bool woken, uint32_t *why)
{
	static const char *const texts[] = { "(CPU idle, it is not known why)",
					     "(CPU idle: the wakeup's latency)" };
	int err = text_of(causes, texts[woken], &causes->idle[woken]);

	*why = causes->idle[woken];
	return err;
}

int causes_nobody(struct causes *causes, bool woken, uint32_t *why)
{
	int err = 0;

	if (causes->told & TOLD_ALL)
		return causes_idle(causes, woken, why);
	if (causes->told & TOLD_STRANGERS)
		err = text_of(causes, "(not traced, it is not known who)", &causes->stranger);
	*why = causes->stranger;
	return err;
}

int causes_limit(const struct causes *causes, enum fact_kind kind, uint64_t group, uint32_t *why)
{
	const struct cgroup *cgroup = cgroupmap_find(&causes->cgroups, group);
	struct fact fact = { .kind = kind, .number = group };
	struct fact_frame frame;

	if (cgroup && (kind == FACT_LIMIT_CPU || kind == FACT_LIMIT_RT))
		fact.text = (struct gt_text){ cgroup->path, cgroup->size };
	fact_write(&frame, &fact);
	return label_limit(causes->report, (struct gt_text){ frame.func, frame.func_size }, why);
}

bool causes_is_limit(enum change_cause cause)
{
	return cause >= CAUSE_THROTTLED && cause <= CAUSE_LIMIT;
}

int causes_stopped(struct causes *causes, const struct change *change, uint32_t *why)
{
	static const uint8_t limits[] = { [CAUSE_THROTTLED] = FACT_LIMIT_CPU,
					  [CAUSE_DEADLINE] = FACT_LIMIT_DEADLINE,
					  [CAUSE_REALTIME] = FACT_LIMIT_RT,
					  [CAUSE_LIMIT] = FACT_LIMIT };
	struct fact_frame frame;

	*why = 0;
	if (causes_is_limit(change->cause))
		return causes_limit(causes, limits[change->cause], change->out.group, why);
	if (causes->told & (TOLD_ALL | TOLD_STRANGERS) || change->cause != CAUSE_PREEMPTED)
		return causes_nobody(causes, false, why);
	return label_preempted(causes->report, causes_name(change->other, &frame), why);
}
