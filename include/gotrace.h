/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * libgotrace: reads and writes Go execution traces (v2, headers 1.22, 1.23,
 * 1.25 and 1.26) from C and C++. It reads those before (v1, 1.11, 1.19, 1.21), too, and
 * writes 1.19 and 1.21.
 *
 *   gotrace/wire.h    event types, limits, what the others share
 *   gotrace/reader.h  events of a trace in their order, checked as Go checks
 *   gotrace/writer.h  a trace from events, or from what happens to Gs and Ps
 *   gotrace/text.h    a trace as text, and back
 *   gotrace/cut.h     parts of a trace that stand alone
 *
 * The library prints nothing, opens nothing and has no globals. A handle may
 * be used by one thread at a time, different handles by different threads.
 * Functions return 0 or -errno. Memory is bounded, whatever the input.
 *
 * Structs of options begin with their size, which the caller sets to sizeof:
 * an option that a later library adds is then its default for programs that
 * were built before. 0 as size means the struct as it was in 0.1. An option
 * that the library does not know is refused with -EINVAL unless it is 0.
 *
 * While the version is 0.x, another minor may change any of it; the library's
 * soname holds the minor, so a program never meets another one unasked.
 */
#ifndef GOTRACE_GOTRACE_H
#define GOTRACE_GOTRACE_H

#include "gotrace/cut.h"
#include "gotrace/reader.h"
#include "gotrace/text.h"
#include "gotrace/wire.h"
#include "gotrace/writer.h"

#endif
