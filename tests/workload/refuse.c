// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * refuse SYSCALL HOW COMMAND [ARG...]: runs the command behind a seccomp filter
 * that refuses it one system call, as containers and services do.
 *
 *     SYSCALL: bpf, perf_event_open
 *     HOW: an error's number, or "kill"
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int number_of(const char *name)
{
	if (!strcmp(name, "bpf"))
		return SYS_bpf;
	return strcmp(name, "perf_event_open") ? -1 : SYS_perf_event_open;
}

int main(int argc, char **argv)
{
	int number = argc > 3 ? number_of(argv[1]) : -1;
	unsigned action = argc > 3 && !strcmp(argv[2], "kill")
				  ? SECCOMP_RET_KILL_PROCESS
				  : SECCOMP_RET_ERRNO | (argc > 3 ? strtoul(argv[2], NULL, 10) : 0);
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(rules) / sizeof(rules[0]), rules };

	if (number < 0) {
		fprintf(stderr, "usage: refuse bpf|perf_event_open ERRNO|kill COMMAND [ARG...]\n");
		return 2;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) {
		perror("refuse");
		return 1;
	}
	execvp(argv[3], &argv[3]);
	perror(argv[3]);
	return 127;
}
