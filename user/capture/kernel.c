// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The order of attaching. Births first, then the pass that gives every task
 * its storage: from there on nobody is without one. Then the interrupt
 * depths, exits before entries, so that no entry is counted whose exit is
 * not. The scheduler and the syscalls last; none of them does a thing before
 * `recording` is set.
 *
 * Interrupt tracepoints that a kernel does not have are left out: then only
 * the address of the stack tells those interrupts.
 */
#include "capture/kernel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cpu.h"
#include "settings.h"
#include "capture/features.h"
#include "capture/rights.h"
#include "gotrace.skel.h"
#include "syscalls/classes.h"
#include "syscalls/names.h"

#define LINKS_MAX 64
#define SNAPSHOT_MAX (4U << 20) /* tasks: the kernel's own limit, PID_MAX_LIMIT */

struct kernel {
	struct gotrace_bpf *skel;
	struct bpf_link *links[LINKS_MAX];
	unsigned link_count;
	struct cpu_slot *cpus; /* mapped */
	size_t cpus_bytes;
	uint64_t on; /* enum stream_on */
};

/* ---- settings ---- */

static void settings_fill(struct settings *settings, const struct host *host,
			  const struct kernel_scope *scope)
{
	settings->scope = scope->scope;
	settings->cgroup_id = scope->cgroup_id;
	settings->cgroup_level = scope->cgroup_level;
	settings->cgroup_v1 = scope->cgroup_v1;
	if (scope->kernel_stacks) {
		settings->stacks = SETTINGS_STACKS_KERNEL;
		getrandom(&settings->stack_seed, sizeof(settings->stack_seed), 0);
	}
	settings->thread_size = host->thread_size;
	settings->child_reports_exit = host->child_reports_exit;
	for (unsigned nr = 0; nr < SETTINGS_FD_SYSCALLS; nr++) {
		const char *name = syscall_name(host->arch, false, nr);

		if (name && sys_class_on_descriptor(sys_class_of_name(name)))
			settings->fd_syscalls[nr / 64] |= 1ULL << nr % 64;
	}
}

/* ---- loading ---- */

/*
 * libbpf calls this without a context, so its first warning, the one that
 * names the culprit, has to stand in one place for the whole program.
 */
static char first_warning[256];

static int keep_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !first_warning[0])
		vsnprintf(first_warning, sizeof(first_warning), format, args);
	return 0;
}

static int explain(struct diag *diag, int err, const char *what)
{
	struct rights rights;
	char cause[384];

	first_warning[strcspn(first_warning, "\n")] = '\0';
	if (err == -EMFILE)
		return diag_set(diag, err, "%s: " CAPTURE_MANY_FILES, what);
	if (err != -ENOMEM) {
		rights_read(&rights);
		if (rights_explain(&rights, cause, sizeof(cause)))
			return diag_set(diag, -EPERM, "%s: %s", what, cause);
	}
	return diag_set(diag, err == -EACCES ? -EPERM : err,
			"%s: %s (%s); try 'gotrace-bpf doctor'", what, strerror(-err),
			first_warning);
}

static int check_btf(struct diag *diag)
{
	if (!access("/sys/kernel/btf/vmlinux", R_OK))
		return 0;
	return diag_set(diag, -ENOSYS,
			"this kernel has no type information (/sys/kernel/btf/vmlinux): it must be "
			"built with CONFIG_DEBUG_INFO_BTF, as distributions' kernels are");
}

/* Tracepoints that not every architecture and kernel has. */
static bool is_optional(const char *program)
{
	static const char *const optional[] = {
		"on_irq_handler", "on_local_timer", "on_reschedule", "on_call_function",
		"on_irq_work",	  "on_ipi",	    "on_softirq",    "on_oom",
	};

	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		if (!strncmp(program, optional[i], strlen(optional[i])))
			return true;
	}
	return false;
}

/* What this kernel has not, is left out or made up for. */
static int adapt_to_kernel(struct kernel *kernel)
{
	struct gotrace_bpf *skel = kernel->skel;
	struct btf *btf = btf__load_vmlinux_btf();
	struct bpf_program *program;
	struct settings *settings;

	if (!btf)
		return -errno;
	settings = (struct settings *)&skel->rodata->settings;
	settings->lookups_fail = features_lookups_fail(btf);
	settings->victim_is_task = features_victim_is_task(btf);
	bpf_object__for_each_program(program, skel->obj)
	{
		if (is_optional(bpf_program__name(program)) &&
		    !features_has_tracepoint(btf, bpf_program__section_name(program)))
			bpf_program__set_autoload(program, false);
	}
	kernel->on = features_on(btf);
	btf__free(btf);
	return 0;
}

static int kernel_map_cpus(struct kernel *kernel, uint32_t cpus)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t bytes = (cpus * sizeof(struct cpu_slot) + page - 1) / page * page;
	void *memory =
		mmap(NULL, bytes, PROT_READ, MAP_SHARED, bpf_map__fd(kernel->skel->maps.cpus), 0);

	if (memory == MAP_FAILED)
		return -errno;
	kernel->cpus = memory;
	kernel->cpus_bytes = bytes;
	return 0;
}

static uint32_t blocks_of(const struct ring_place *places, uint32_t cpus)
{
	return places[cpus - 1].base + places[cpus - 1].words / RING_BLOCK_WORDS;
}

/* Each CPU's slot says where its ring is. Nothing runs yet that would write there. */
static int place_rings(struct gotrace_bpf *skel, const struct ring_place *places, uint32_t cpus)
{
	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		const struct cpu_slot slot = {
			.base = places[cpu].base,
			.mask = places[cpu].words - 1,
		};

		if (bpf_map_update_elem(bpf_map__fd(skel->maps.cpus), &cpu, &slot, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int kernel_open(struct kernel *kernel, const struct host *host,
		       const struct kernel_scope *scope, const struct ring_place *places)
{
	struct gotrace_bpf *skel = gotrace_bpf__open();
	int err;

	if (!skel)
		return -errno;
	kernel->skel = skel;
	settings_fill((struct settings *)&skel->rodata->settings, host, scope);
	err = bpf_map__set_max_entries(skel->maps.cpus, host->cpus);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.tails, host->cpus);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.rings, blocks_of(places, host->cpus));
	if (!err && scope->kernel_stacks)
		err = bpf_map__set_max_entries(skel->maps.stacks_sent, host->cpus * STACK_SENT);
	if (!err)
		err = adapt_to_kernel(kernel);
	if (!err)
		err = gotrace_bpf__load(skel);
	if (!err)
		err = place_rings(skel, places, host->cpus);
	if (err)
		return err;
	/* Short of memory or descriptors libbpf takes the kernel for one without mappable maps. */
	return skel->bss ? kernel_map_cpus(kernel, host->cpus) : -ENOMEM;
}

int kernel_load(struct kernel **out, const struct host *host, const struct kernel_scope *scope,
		const struct ring_place *places, struct diag *diag)
{
	struct kernel *kernel;
	sigset_t all, before;
	int err = check_btf(diag);

	if (err)
		return err;
	first_warning[0] = '\0';
	if (rights_deadly())
		return explain(diag, -EPERM, "cannot load the BPF programs");
	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return explain(diag, -ENOMEM, "cannot start");
	libbpf_set_print(keep_warning);
	/* A load with a signal pending can fail with EAGAIN. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	err = kernel_open(kernel, host, scope, places);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (err) {
		kernel_free(kernel);
		return explain(diag, err, "cannot load the BPF programs");
	}
	*out = kernel;
	return 0;
}

void kernel_detach(struct kernel *kernel)
{
	while (kernel->link_count)
		bpf_link__destroy(kernel->links[--kernel->link_count]);
}

void kernel_free(struct kernel *kernel)
{
	if (!kernel)
		return;
	kernel_detach(kernel);
	if (kernel->cpus)
		munmap(kernel->cpus, kernel->cpus_bytes);
	gotrace_bpf__destroy(kernel->skel);
	free(kernel);
}

struct rings_maps kernel_rings(const struct kernel *kernel)
{
	return (struct rings_maps){
		.rings_fd = bpf_map__fd(kernel->skel->maps.rings),
		.tails_fd = bpf_map__fd(kernel->skel->maps.tails),
		.slots = kernel->cpus,
	};
}

uint64_t kernel_on(const struct kernel *kernel)
{
	return kernel->on;
}

int kernel_marks_fd(const struct kernel *kernel)
{
	return bpf_map__fd(kernel->skel->maps.marks);
}

void kernel_counters(const struct kernel *kernel, uint32_t cpu, struct rec_counters *out)
{
	const struct cpu_slot *slot = &kernel->cpus[cpu];
	uint32_t number =
		(uint32_t)(__atomic_load_n(&slot->head, __ATOMIC_ACQUIRE) >> CPU_NUMBER_SHIFT);

	*out = (struct rec_counters){
		.seq = out->seq + (uint32_t)(number - (uint32_t)out->seq),
		.dropped = slot->dropped,
		.no_storage = slot->no_storage,
		.retries = slot->retries,
		.unnumbered = slot->unnumbered,
		.visits = slot->visits,
		.told = slot->currents,
		.irq_ns = slot->irq_ns,
	};
}

/* ---- passes ---- */

/* Runs an iterator program over all tasks, or one; what it writes goes to *out. */
static int run_pass(struct bpf_program *program, pid_t tid, char **out, size_t *size, size_t limit)
{
	union bpf_iter_link_info one = { .task.tid = tid };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &one, .link_info_len = sizeof(one));
	struct bpf_link *link = bpf_program__attach_iter(program, tid ? &opts : NULL);
	size_t used = 0, room = 0;
	char *data = NULL;
	ssize_t got;
	int fd, err = 0;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0) {
		err = -errno;
		goto destroy;
	}
	for (;;) {
		if (room - used < 64 << 10) {
			char *grown = room * 2 > limit ? NULL
						       : realloc(data, room ? room * 2 : 256 << 10);

			if (!grown) {
				err = -ENOMEM;
				break;
			}
			data = grown;
			room = room ? room * 2 : 256 << 10;
		}
		got = read(fd, data + used, room - used);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0) {
			err = got < 0 ? -errno : 0;
			break;
		}
		used += got;
	}
	close(fd);
destroy:
	bpf_link__destroy(link);
	if (err) {
		free(data);
		return err;
	}
	*out = data;
	*size = used;
	return 0;
}

int kernel_snapshot(struct kernel *kernel, struct rec_snapshot **out, size_t *count)
{
	size_t size;
	char *data;
	int err = run_pass(kernel->skel->progs.pass_snapshot, 0, &data, &size,
			   (size_t)SNAPSHOT_MAX * sizeof(struct rec_snapshot));

	if (err)
		return err;
	*out = (struct rec_snapshot *)data;
	*count = size / sizeof(struct rec_snapshot);
	return 0;
}

int kernel_mark_thread(struct kernel *kernel, pid_t tid, uint32_t bits, struct diag *diag)
{
	size_t size;
	char *marked;
	int err;

	kernel->skel->bss->mark_bits = bits;
	err = run_pass(kernel->skel->progs.pass_mark, tid, &marked, &size, 1 << 20);
	/* Before 6.1 a pass cannot be told to look at one thread only. */
	if (err)
		return explain(diag, err, "cannot mark a single thread");
	free(marked);
	if (size)
		return 0;
	return diag_set(diag, -ESRCH, "no thread has tid %d", tid);
}

/* ---- attaching ---- */

static int attach(struct kernel *kernel, struct bpf_program *program)
{
	struct bpf_link *link;

	if (kernel->link_count == LINKS_MAX)
		return -E2BIG;
	link = bpf_program__attach(program);
	if (!link)
		return -errno;
	kernel->links[kernel->link_count++] = link;
	return 0;
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), end = strlen(suffix);

	return length >= end && !strcmp(text + length - end, suffix);
}

/* All loaded depth programs whose name ends in suffix. */
static int attach_depths(struct kernel *kernel, const char *suffix)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, kernel->skel->obj)
	{
		const char *name = bpf_program__name(program);
		int err;

		if (!is_optional(name) || !has_suffix(name, suffix) || bpf_program__fd(program) < 0)
			continue;
		err = attach(kernel, program);
		if (err)
			return err;
	}
	return 0;
}

int kernel_prepare(struct kernel *kernel, struct diag *diag)
{
	size_t size;
	char *none;
	int err = attach(kernel, kernel->skel->progs.on_birth);

	if (err)
		return explain(diag, err, "cannot attach to task_newtask");
	err = run_pass(kernel->skel->progs.pass_storage, 0, &none, &size, 1 << 20);
	if (err)
		return explain(diag, err, "cannot walk over the tasks");
	free(none);
	return 0;
}

int kernel_attach(struct kernel *kernel, struct diag *diag)
{
	struct bpf_program *const programs[] = {
		kernel->skel->progs.on_exit,	 kernel->skel->progs.on_exec,
		kernel->skel->progs.on_rename,	 kernel->skel->progs.on_wakeup_new,
		kernel->skel->progs.on_sys_exit, kernel->skel->progs.on_sys_enter,
		kernel->skel->progs.on_wakeup,	 kernel->skel->progs.on_waking,
		kernel->skel->progs.on_migrate,	 kernel->skel->progs.on_oom,
		kernel->skel->progs.on_switch,
	};
	int err = attach_depths(kernel, "_exit");
	char what[64];

	if (!err)
		err = attach_depths(kernel, "_entry");
	if (err)
		return explain(diag, err, "cannot attach to an interrupt tracepoint");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && !err; i++) {
		if (bpf_program__fd(programs[i]) < 0)
			continue; /* left out */
		err = attach(kernel, programs[i]);
		snprintf(what, sizeof(what), "cannot attach to %s",
			 bpf_program__section_name(programs[i]));
	}
	return err ? explain(diag, err, what) : 0;
}

/* Longer than any handler runs; only where there is no membarrier. */
#define GRACE_US 50000

void kernel_record(struct kernel *kernel, bool on)
{
	__atomic_store_n(&kernel->skel->bss->recording, on, __ATOMIC_SEQ_CST);
	/* Waits for an RCU grace period: handlers run with preemption off. */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(GRACE_US);
}

void kernel_forget_stacks(struct kernel *kernel)
{
	__atomic_fetch_add(&kernel->skel->bss->stack_epoch, 1, __ATOMIC_RELAXED);
}

uint32_t kernel_tracer_tgid(const struct kernel *kernel)
{
	return kernel->skel->bss->tracer_tgid;
}

/* What the kernel counts of a program; zeros if it is not loaded. */
static struct bpf_prog_info info_of(const struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	__u32 length = sizeof(info);
	int fd = bpf_program__fd(program);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length))
		return (struct bpf_prog_info){ 0 };
	return info;
}

uint64_t kernel_missed(const struct kernel *kernel)
{
	struct bpf_program *program;
	uint64_t missed = 0;

	bpf_object__for_each_program(program, kernel->skel->obj)
	{
		if (!is_optional(bpf_program__name(program)))
			missed += info_of(program).recursion_misses;
	}
	return missed;
}

void kernel_runs(const struct kernel *kernel, uint64_t *runs, uint64_t *ns)
{
	struct bpf_program *program;

	*runs = *ns = 0;
	bpf_object__for_each_program(program, kernel->skel->obj)
	{
		struct bpf_prog_info info = info_of(program);

		*runs += info.run_cnt;
		*ns += info.run_time_ns;
	}
}
