/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The clock by which the command line measures how long things take. */
#ifndef GOTRACE_CLI_CLOCK_H
#define GOTRACE_CLI_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC, ns. */
uint64_t clock_now_ns(void);
/* CPU time of this process so far, its children's not. */
uint64_t clock_cpu_ns(void);

#endif
