/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Small traces from a few lines, legal or not, for tests of the reading side:
 *
 *   1.23                      the header's version (the first line)
 *   5 10 GoStart 7 1          an event: M, time, name, arguments after dt
 *   string 1 text to the end  a table's entries; "stack ID PC FUNC FILE LINE"
 *   stack 2 4096 1 1 10       has one frame; four more numbers are another
 *   sample 10 5 0 7 2         a CPU sample: time, M, P, G, stack
 *   frequency 1000000000      instead of this one; "no frequency": none
 *   raw 52 1 0                these bytes as they are, between batches
 *   --                        the next generation
 *
 * Each event has a batch of its own. "-" is no M, P or G. A line that is none
 * of these fails the test.
 */
#ifndef GOTRACE_TESTS_LIB_MINITRACE_H
#define GOTRACE_TESTS_LIB_MINITRACE_H

#include <stddef.h>
#include <stdint.h>

struct minitrace {
	uint8_t data[1 << 16];
	size_t size;
};

void minitrace_make(struct minitrace *trace, const char *text);

#endif
