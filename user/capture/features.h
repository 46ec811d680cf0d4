/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the running kernel has of what the programs look at, as its type
 * information says. It loads nothing and changes nothing.
 */
#ifndef GOTRACE_CAPTURE_FEATURES_H
#define GOTRACE_CAPTURE_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

struct btf;

/* Of a program's section, "tp_btf/NAME"; true also if it is no tracepoint's. */
bool features_has_tracepoint(const struct btf *btf, const char *section);

/* A look-up of a thread's storage inside another finds nothing. */
bool features_lookups_fail(const struct btf *btf);

/* mark_victim gives the victim's task, not its pid. */
bool features_victim_is_task(const struct btf *btf);

/* enum stream_on: what is looked for on this kernel, whoever is traced. */
uint64_t features_on(const struct btf *btf);

#endif
