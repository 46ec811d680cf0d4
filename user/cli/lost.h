/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What to say about records that were lost. How many were is its callers' business. */
#ifndef GOTRACE_CLI_LOST_H
#define GOTRACE_CLI_LOST_H

#include <stdbool.h>
#include <stdint.h>

#define LOST_NO_BUFFER UINT64_MAX

/*
 * buffer_wanted: what --buffer would have kept all of them, LOST_NO_BUFFER if
 * none that memory can hold, 0 if that is not known: then nothing is said.
 * converted: a trace was made of them while they were captured.
 */
void lost_say(uint64_t buffer_wanted, bool converted);

#endif
