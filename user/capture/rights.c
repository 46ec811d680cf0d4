// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/rights.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The inode of the first user namespace (include/linux/proc_ns.h). */
#define FIRST_USER_NAMESPACE 0xEFFFFFFDU
/* No command of bpf(): the kernel says EINVAL, whoever asks (since 5.19). */
#define NO_COMMAND 0x7fffffff

/* ---- trying ---- */

static void read_capabilities(struct rights *rights)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (!syscall(SYS_capget, &header, sets))
		rights->effective = (uint64_t)sets[1].effective << 32 | sets[0].effective;
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) > 0)
			rights->bounding |= 1ULL << cap;
	}
}

static bool in_user_namespace(void)
{
	struct stat stat_buf;

	return !stat("/proc/self/ns/user", &stat_buf) && stat_buf.st_ino != FIRST_USER_NAMESPACE;
}

/* AppArmor says "docker-default (enforce)", SELinux "system_u:system_r:container_t:s0". */
static void read_label(struct rights *rights)
{
	FILE *file = fopen("/proc/self/attr/current", "re");

	if (!file)
		return;
	if (!fgets(rights->label, sizeof(rights->label), file))
		rights->label[0] = '\0';
	fclose(file);
	rights->label[strcspn(rights->label, "\n")] = '\0';
	if (strstr(rights->label, "unconfined") || !strcmp(rights->label, "kernel"))
		rights->label[0] = '\0';
}

/* In a child, for a filter may kill. 0, -errno or the signal. */
static int try_filter(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		char attr[128] = { 0 };

		syscall(SYS_bpf, NO_COMMAND, attr, sizeof(attr));
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 0;
	if (WIFSIGNALED(status))
		return WTERMSIG(status);
	return WEXITSTATUS(status) == EINVAL ? 0 : -WEXITSTATUS(status);
}

static bool has_filter(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER;
}

bool rights_deadly(void)
{
	return has_filter() && try_filter() > 0;
}

static int try_load(const struct bpf_insn *program, size_t count)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (uintptr_t)program,
		.insn_cnt = count,
		.license = (uintptr_t) "GPL",
	};
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void try_loads(struct rights *rights)
{
	/* return 0 */
	static const struct bpf_insn least[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	/* bpf_probe_read_kernel(stack - 8, 8, NULL); return 0 */
	static const struct bpf_insn reader[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X,
		  .dst_reg = BPF_REG_1,
		  .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_1, .imm = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	rights->load = try_load(least, sizeof(least) / sizeof(least[0]));
	rights->read = try_load(reader, sizeof(reader) / sizeof(reader[0]));
}

void rights_read(struct rights *rights)
{
	*rights = (struct rights){ .load = -EPERM, .read = -EPERM };
	read_capabilities(rights);
	rights->user_namespace = in_user_namespace();
	rights->filtered = has_filter();
	rights->filter = rights->filtered ? try_filter() : 0;
	read_label(rights);
	if (rights->filter <= 0)
		try_loads(rights);
}

/* ---- judging ---- */

#define HAS(set, cap) ((set) >> (cap)&1)

static bool set_suffices(uint64_t set)
{
	return HAS(set, CAP_SYS_ADMIN) || (HAS(set, CAP_BPF) && HAS(set, CAP_PERFMON));
}

/* What set lacks, of the two that are needed. */
static const char *lacking(uint64_t set)
{
	if (HAS(set, CAP_BPF))
		return "CAP_PERFMON";
	return HAS(set, CAP_PERFMON) ? "CAP_BPF" : "CAP_BPF and CAP_PERFMON";
}

static bool is_refusal(int err)
{
	return err == -EPERM || err == -EACCES;
}

bool rights_lacks_privilege(const struct rights *rights, char *text, size_t size)
{
	if (!rights->load)
		return false;
	if (rights->user_namespace)
		snprintf(text, size,
			 "in a user namespace (a rootless container, unshare -U) root is not the "
			 "machine's root, and the kernel lets only that one trace: run on the host "
			 "itself, with sudo");
	else if (!set_suffices(rights->effective) && !set_suffices(rights->bounding))
		snprintf(text, size,
			 "%s cannot be had here, not even by root: a container without it? Start "
			 "the container with --cap-add BPF --cap-add PERFMON, or run on the host",
			 lacking(rights->bounding));
	else if (!set_suffices(rights->effective))
		snprintf(text, size,
			 "missing %s: run with sudo, or 'sudo setcap cap_bpf,cap_perfmon+ep' the "
			 "program",
			 lacking(rights->effective));
	else if (is_refusal(rights->load) && !rights->filter)
		snprintf(text, size,
			 "the capabilities are there, but bpf() is refused%s%s: by a security "
			 "module (SELinux, AppArmor)? The kernel's log may say (dmesg, ausearch)",
			 *rights->label ? " to " : "", rights->label);
	else
		return false;
	return true;
}

bool rights_filter_refuses(const struct rights *rights, char *text, size_t size)
{
	if (!rights->filter)
		return false;
	snprintf(text, size,
		 "a seccomp filter refuses bpf() (%s): run outside the container or service that "
		 "has it, or without it (docker, podman: --security-opt seccomp=unconfined; "
		 "systemd: SystemCallFilter=)",
		 rights->filter < 0 ? strerror(-rights->filter) : strsignal(rights->filter));
	return true;
}

bool rights_locked_down(const struct rights *rights, char *text, size_t size)
{
	if (rights->load || !rights->read)
		return false;
	snprintf(text, size,
		 "the kernel is locked down (confidentiality): BPF may not read its memory; boot "
		 "with lockdown=integrity or less (cat /sys/kernel/security/lockdown)");
	return true;
}

/*
 * What can be mended least is told first. A container's usual filter goes when
 * the capabilities are given, so it comes after them.
 */
bool rights_explain(const struct rights *rights, char *text, size_t size)
{
	bool taken = rights->user_namespace || !set_suffices(rights->bounding);

	if (taken && rights_lacks_privilege(rights, text, size))
		return true;
	return rights_filter_refuses(rights, text, size) ||
	       rights_lacks_privilege(rights, text, size) || rights_locked_down(rights, text, size);
}
