/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The clock by which the command line measures how long things take. */
#ifndef GOTRACE_CLI_CLOCK_H
#define GOTRACE_CLI_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC, ns. */
uint64_t clock_now_ns(void);

#endif
