/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The running kernel's functions, as /proc/kallsyms has them for who may know them. */
#ifndef GOTRACE_CAPTURE_KERNELNAMES_H
#define GOTRACE_CAPTURE_KERNELNAMES_H

#include "base/diag.h"
#include "stream/stream.h"

/*
 * Reads them all. 0 (kallsyms_free() then), or -errno with diag; -EPERM: the
 * kernel keeps the addresses from this process.
 */
int kernelnames_read(struct stream_symbols *out, struct diag *diag);

#endif
