/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Makes the checksums and sequence numbers of a raw file right, whatever it
 * holds, so that what stands behind them is reached by fuzzing.
 */
#ifndef GOTRACE_TESTS_LIB_RAWSIGN_H
#define GOTRACE_TESTS_LIB_RAWSIGN_H

#include <stddef.h>

/* data is 8-aligned. Stops at the first chunk that does not fit. */
void rawsign(void *data, size_t size);

#endif
