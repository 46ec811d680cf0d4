/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a thread sleeps on when it sleeps in a syscall on a descriptor: a pipe,
 * a socket of which family, a file. Facts only; what they mean is the model's.
 */
#ifndef GOTRACE_BPF_DESCRIPTOR_BPF_H
#define GOTRACE_BPF_DESCRIPTOR_BPF_H

#include "compat.bpf.h"
#include "settings.h"

/* File types (stat.h) and address families (socket.h). */
#define S_TYPE_MASK 0170000
#define S_TYPE_FIFO 0010000
#define S_TYPE_CHAR 0020000
#define S_TYPE_SOCKET 0140000
#define FAMILY_UNIX 1
#define FAMILY_INET 2
#define FAMILY_INET6 10

static __always_inline u8 descriptor_of_socket(struct file *file)
{
	struct socket *socket = BPF_CORE_READ(file, private_data);

	switch (BPF_CORE_READ(socket, sk, __sk_common.skc_family)) {
	case FAMILY_UNIX:
		return REC_FD_UNIX;
	case FAMILY_INET:
	case FAMILY_INET6:
		return REC_FD_INET;
	default:
		return REC_FD_SOCKET;
	}
}

static __always_inline u8 descriptor_of_file(struct file *file)
{
	switch (BPF_CORE_READ(file, f_inode, i_mode) & S_TYPE_MASK) {
	case S_TYPE_FIFO:
		return REC_FD_FIFO;
	case S_TYPE_SOCKET:
		return descriptor_of_socket(file);
	case S_TYPE_CHAR:
		return REC_FD_CHAR;
	case 0: /* anonymous inodes have no type */
		return REC_FD_ANON;
	default:
		return REC_FD_FILE;
	}
}

/* enum rec_fd of the first argument of the syscall that task is inside. */
static __always_inline u8 descriptor_of_task(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct fdtable *table = task->files->fdt;
	u32 fd = regs_first_argument(regs);
	struct file *file = NULL;

	if (fd >= table->max_fds) /* 0 without files */
		return REC_FD_NONE;
	bpf_probe_read_kernel(&file, sizeof(file), table->fd + fd);
	return file ? descriptor_of_file(file) : REC_FD_NONE;
}

#endif
