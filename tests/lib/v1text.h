/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Small traces before Go 1.22, by hand. A line is an event: its name, and its
 * values as they stand on the wire, the time since the last event first.
 *
 *   Batch 0 100               a batch of P 0, at 100 ticks; -1: of no P
 *   GoStart 1 7 1
 *   String 1 main.main
 *   UserLog 1 0 2 0 a message
 *   raw 63 1                  these bytes as they are
 */
#ifndef GOTRACE_TESTS_LIB_V1TEXT_H
#define GOTRACE_TESTS_LIB_V1TEXT_H

#include <stddef.h>
#include <stdint.h>

struct v1_trace {
	uint8_t data[1 << 14];
	size_t size;
};

/* A trace of Go 1.version; a line that is none of these fails the test. */
void v1_trace_make(struct v1_trace *trace, unsigned version, const char *text);

#endif
