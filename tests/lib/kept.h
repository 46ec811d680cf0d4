/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Kept files for tests: a file's bytes, and a raw capture of such bytes played
 * through a pipeline. What goes wrong here ends the program: the files are known.
 */
#ifndef GOTRACE_TESTS_LIB_KEPT_H
#define GOTRACE_TESTS_LIB_KEPT_H

#include <stdint.h>

#include "captext.h"
#include "export/exporter.h"

void kept_read(const char *path, struct captext_buffer *out);
/* exporter NULL: its trace, of that version, goes to out. */
void kept_play(const struct captext_buffer *capture, const struct exporter *exporter,
	       unsigned version, struct captext_buffer *out);
/* enum rec_arch */
uint32_t kept_arch(const struct captext_buffer *capture);

#endif
