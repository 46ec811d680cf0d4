// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/hierarchy.h"
#include "capture/host.h"
#include "capture/rights.h"

/* The inode of the first pid namespace (include/linux/proc_ns.h). */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU
/* How long the trial capture lasts. */
#define TRIAL_US 100000

/* The first line of a file, or -errno. */
static int read_line(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "re");
	char *line;

	if (!file)
		return -errno;
	line = fgets(out, size, file);
	fclose(file);
	if (!line)
		return -ENODATA;
	out[strcspn(out, "\n")] = '\0';
	return 0;
}

__attribute__((format(printf, 3, 4))) static void
finding_set(struct probe_finding *finding, enum probe_verdict verdict, const char *format, ...)
{
	va_list args;

	finding->verdict = verdict;
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

static void probe_kernel(struct probe_finding *finding)
{
	struct host host;
	bool realtime = !access("/sys/kernel/realtime", F_OK);
	int err = host_init(&host);

	if (err)
		finding_set(finding, PROBE_FAILURE, "cannot be read: %s", strerror(-err));
	else if (!host.arch)
		finding_set(finding, PROBE_FAILURE, "%s: only x86-64 and arm64 are supported",
			    host.release);
	else
		finding_set(finding, PROBE_OK, "%s%s, %u of %u CPUs online", host.release,
			    realtime ? " (realtime)" : "", host.cpus_online, host.cpus);
	host_fini(&host);
}

static void probe_btf(struct probe_finding *finding)
{
	struct stat stat_buf;

	if (stat("/sys/kernel/btf/vmlinux", &stat_buf))
		finding_set(finding, PROBE_FAILURE,
			    "no /sys/kernel/btf/vmlinux: the kernel must be built with "
			    "CONFIG_DEBUG_INFO_BTF, as distributions' kernels are");
	else
		finding_set(finding, PROBE_OK, "/sys/kernel/btf/vmlinux, %ld KiB",
			    (long)stat_buf.st_size >> 10);
}

static void probe_privilege(struct probe_finding *finding)
{
	struct rights rights;

	rights_read(&rights);
	if (rights_lacks_privilege(&rights, finding->text, sizeof(finding->text)))
		finding->verdict = PROBE_FAILURE;
	else
		finding_set(finding, PROBE_OK, "%s",
			    rights.effective >> CAP_SYS_ADMIN & 1 ? "CAP_SYS_ADMIN"
								  : "CAP_BPF and CAP_PERFMON");
}

static void probe_seccomp(struct probe_finding *finding)
{
	struct rights rights;

	rights_read(&rights);
	if (rights_filter_refuses(&rights, finding->text, sizeof(finding->text)))
		finding->verdict = PROBE_FAILURE;
	else
		finding_set(finding, PROBE_OK, "%s",
			    rights.filtered ? "a filter, which lets bpf() pass" : "none");
}

static void probe_lockdown(struct probe_finding *finding)
{
	struct rights rights;
	char line[128];

	rights_read(&rights);
	if (rights_locked_down(&rights, finding->text, sizeof(finding->text)))
		finding->verdict = PROBE_FAILURE;
	else if (read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		finding_set(finding, PROBE_OK, "none (no such file in securityfs)");
	else
		finding_set(finding, PROBE_OK, "%s", line);
}

static void probe_tracepoints(struct probe_finding *finding)
{
	static const char *const needed[] = {
		"sched_switch",	    "sched_waking",	  "sched_wakeup",
		"sched_wakeup_new", "sched_process_exec", "sched_process_exit",
		"task_newtask",	    "task_rename",	  "sys_enter",
		"sys_exit",	    "sched_migrate_task",
	};
	struct btf *btf = btf__load_vmlinux_btf();
	size_t found = 0;
	char name[64];

	if (!btf) {
		finding_set(finding, PROBE_FAILURE, "unknown without type information");
		return;
	}
	finding->text[0] = '\0';
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		size_t end = strlen(finding->text);

		snprintf(name, sizeof(name), "btf_trace_%s", needed[i]);
		if (btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF) > 0)
			found++;
		else
			snprintf(finding->text + end, sizeof(finding->text) - end, " %s",
				 needed[i]);
	}
	btf__free(btf);
	if (found == sizeof(needed) / sizeof(needed[0]))
		finding_set(finding, PROBE_OK, "all %zu that are needed", found);
	else
		finding->verdict = PROBE_FAILURE; /* the text names those missing */
}

static void probe_jit(struct probe_finding *finding)
{
	char line[16];

	if (read_line("/proc/sys/net/core/bpf_jit_enable", line, sizeof(line)))
		finding_set(finding, PROBE_OK, "unknown (needs root to be read)");
	else if (line[0] == '0')
		finding_set(finding, PROBE_WARNING,
			    "off: programs are interpreted and cost many times more; sysctl "
			    "net.core.bpf_jit_enable=1");
	else
		finding_set(finding, PROBE_OK, "on");
}

static void probe_namespace(struct probe_finding *finding)
{
	struct stat stat_buf;

	if (stat("/proc/self/ns/pid", &stat_buf))
		finding_set(finding, PROBE_WARNING, "/proc is not mounted");
	else if (stat_buf.st_ino != FIRST_PID_NAMESPACE)
		finding_set(finding, PROBE_WARNING,
			    "not the host's: threads outside of it are only named once they make a "
			    "syscall; run on the host");
	else
		finding_set(finding, PROBE_OK, "the host's");
}

static void probe_cgroup(struct probe_finding *finding)
{
	if (hierarchy_describe(finding->text, sizeof(finding->text)))
		finding->verdict = PROBE_OK;
	else
		finding_set(finding, PROBE_WARNING, "none is mounted: --cgroup cannot be used");
}

static void probe_memory(struct probe_finding *finding)
{
	size_t wanted = capture_default_buffer() >> 20;
	struct sysinfo info;
	size_t free_mib;

	if (sysinfo(&info)) {
		finding_set(finding, PROBE_WARNING, "unknown");
		return;
	}
	free_mib = (info.freeram + info.bufferram) * info.mem_unit >> 20;
	finding_set(finding, free_mib < 2 * wanted ? PROBE_WARNING : PROBE_OK,
		    "%zu MiB for rings by default, %zu MiB free%s", wanted, free_mib,
		    free_mib < 2 * wanted ? ": give a smaller --buffer" : "");
}

static int count_threads(void *ctx, const struct rec_snapshot *threads, size_t count,
			 uint64_t end_ns)
{
	(void)threads;
	(void)end_ns;
	*(size_t *)ctx = count;
	return 0;
}

#define CHUNKS 64
#define CALLS 200

/* What a system call takes here, at the least: what disturbs one chunk spares another. */
static double call_ns(void)
{
	uint64_t least = UINT64_MAX;

	for (int chunk = 0; chunk < CHUNKS; chunk++) {
		uint64_t begin = host_mono_ns(), took;

		for (int i = 0; i < CALLS; i++)
			syscall(SYS_getppid);
		took = host_mono_ns() - begin;
		least = took < least ? took : least;
	}
	return (double)least / CALLS;
}

/* A call makes two records. Switches and wakeups are somewhat dearer. */
static void say_cost(struct probe_finding *finding, double untraced_ns, double traced_ns)
{
	size_t used = strlen(finding->text);
	double record_ns = traced_ns > untraced_ns ? (traced_ns - untraced_ns) / 2 : 0;

	snprintf(finding->text + used, sizeof(finding->text) - used,
		 "; a system call takes %.0f ns, recorded %.0f more: a million records a second "
		 "take %.0f %% of a CPU",
		 untraced_ns, 2 * record_ns, record_ns / 10);
}

/* A capture of a moment. */
static void try_capture(struct capture *capture, struct probe_finding *finding)
{
	double untraced_ns = call_ns(), traced_ns;
	static const struct stream_ops ops = { .snapshot = count_threads };
	size_t threads = 0;
	const struct stream stream = { &ops, &threads };
	struct diag diag = { "" };
	struct capture_usage usage;

	if (capture_start(capture, &diag)) {
		finding_set(finding, PROBE_FAILURE, "%s", diag.text);
		return;
	}
	capture_begin(capture, &stream); /* counting cannot fail */
	usleep(TRIAL_US);
	traced_ns = call_ns();
	capture_stop(capture, &stream);
	capture_usage(capture, &usage);
	finding_set(finding, usage.records && threads ? PROBE_OK : PROBE_FAILURE,
		    "%zu threads, %llu records, %llu dropped", threads,
		    (unsigned long long)usage.records, (unsigned long long)usage.dropped);
	if (finding->verdict == PROBE_OK)
		say_cost(finding, untraced_ns, traced_ns);
}

static void probe_capture(struct probe_finding *finding)
{
	const struct capture_options options = { .scope = REC_SCOPE_SYSTEM };
	struct diag diag = { "" };
	struct capture *capture;

	if (capture_open(&capture, &options, &diag)) {
		finding_set(finding, PROBE_FAILURE, "%s", diag.text);
		return;
	}
	try_capture(capture, finding);
	capture_close(capture);
}

size_t probe_run(struct probe_finding *out)
{
	static const struct {
		const char *name;
		void (*run)(struct probe_finding *finding);
	} probes[] = {
		{ "kernel", probe_kernel },	     { "type information (BTF)", probe_btf },
		{ "privilege", probe_privilege },    { "seccomp filter", probe_seccomp },
		{ "lockdown", probe_lockdown },	     { "tracepoints", probe_tracepoints },
		{ "BPF compiler (JIT)", probe_jit }, { "pid namespace", probe_namespace },
		{ "cgroups", probe_cgroup },	     { "memory", probe_memory },
		{ "trial capture", probe_capture },
	};
	size_t count = sizeof(probes) / sizeof(probes[0]);

	_Static_assert(sizeof(probes) / sizeof(probes[0]) <= PROBE_MAX, "they fit");
	libbpf_set_print(NULL);
	for (size_t i = 0; i < count; i++) {
		out[i].name = probes[i].name;
		probes[i].run(&out[i]);
	}
	return count;
}
