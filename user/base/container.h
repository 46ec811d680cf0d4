/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a cgroup's path says of who put it there: the short id of a container
 * (docker, containerd, cri-o, podman, kubernetes), the name of one of lxc or
 * systemd-nspawn, else the innermost unit or slice of systemd.
 */
#ifndef GOTRACE_BASE_CONTAINER_H
#define GOTRACE_BASE_CONTAINER_H

#include <stddef.h>

/* A part of path[size], *size bytes of it. *size 0: it says nothing of the kind. */
const char *container_of_path(const char *path, size_t *size);

#endif
