/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a file is by its first bytes, for who gave the wrong one. */
#ifndef GOTRACE_CLI_FILEKIND_H
#define GOTRACE_CLI_FILEKIND_H

#include <stdbool.h>
#include <stddef.h>

/* What to do instead, to be put after what is wrong; "" if we do not know what it is. */
const char *filekind_advice(const void *data, size_t size);

bool filekind_is_capture(const void *data, size_t size);

#endif
