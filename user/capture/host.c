// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "capture/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

#define CPU_DIR "/sys/devices/system/cpu/"
#define CPU_LIST_MAX 4096

int host_parse_cpus(const char *list, bool *set, uint32_t count)
{
	const char *at = list;
	long highest = -1;

	while (*at && *at != '\n') {
		char *end;
		long first = strtol(at, &end, 10);
		long last = first;

		if (end == at || first < 0)
			return -EINVAL;
		if (*end == '-') {
			at = end + 1;
			last = strtol(at, &end, 10);
			if (end == at || last < first)
				return -EINVAL;
		}
		if (last > 1 << 16)
			return -EINVAL;
		for (long cpu = first; set && cpu <= last && cpu < (long)count; cpu++)
			set[cpu] = true;
		highest = last > highest ? last : highest;
		at = *end == ',' ? end + 1 : end;
	}
	return highest < 0 ? -EINVAL : (int)highest + 1;
}

static int read_cpu_list(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t length;

	if (!file)
		return -errno;
	length = fread(out, 1, size - 1, file);
	fclose(file);
	out[length] = '\0';
	return 0;
}

static int host_read_cpus(struct host *host)
{
	char list[CPU_LIST_MAX];
	int count;

	int err = read_cpu_list(CPU_DIR "possible", list, sizeof(list));

	if (err)
		return err;
	count = host_parse_cpus(list, NULL, 0);
	if (count < 0)
		return count;
	host->cpus = count;
	host->online = calloc(count, sizeof(*host->online));
	if (!host->online)
		return -ENOMEM;
	err = read_cpu_list(CPU_DIR "online", list, sizeof(list));
	if (err)
		return err;
	err = host_parse_cpus(list, host->online, host->cpus);
	if (err < 0)
		return err;
	for (uint32_t cpu = 0; cpu < host->cpus; cpu++)
		host->cpus_online += host->online[cpu];
	return 0;
}

/*
 * THREAD_SIZE: x86-64 has 16 KiB (asm/page_64_types.h); arm64 16 KiB, or a
 * page if pages are larger (asm/memory.h). Sanitizer kernels double it: then
 * the upper half counts as an interrupt's, and only the depth is right.
 */
static uint32_t host_thread_size(uint32_t arch)
{
	uint32_t page = sysconf(_SC_PAGESIZE);
	uint32_t usual = 16 << 10;

	return arch == REC_ARCH_ARM64 && page > usual ? page : usual;
}

int host_init(struct host *host)
{
	struct utsname name;

	memset(host, 0, sizeof(*host));
	if (uname(&name))
		return -errno;
#if defined(__x86_64__)
	host->arch = REC_ARCH_X86_64;
	host->child_reports_exit = true;
#elif defined(__aarch64__)
	host->arch = REC_ARCH_ARM64;
#endif
	host->thread_size = host_thread_size(host->arch);
	snprintf(host->release, sizeof(host->release), "%.63s", name.release);
	snprintf(host->hostname, sizeof(host->hostname), "%.63s", name.nodename);
	return host_read_cpus(host);
}

void host_fini(struct host *host)
{
	free(host->online);
	host->online = NULL;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

uint64_t host_mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#define CLOCK_TRIES 8

void host_clocks(uint64_t *mono_ns, uint64_t *wall_ns)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < CLOCK_TRIES; i++) {
		uint64_t before = host_mono_ns();
		uint64_t wall = clock_ns(CLOCK_REALTIME);
		uint64_t after = host_mono_ns();

		if (after - before >= best)
			continue;
		best = after - before;
		*mono_ns = before + best / 2;
		*wall_ns = wall;
	}
}
