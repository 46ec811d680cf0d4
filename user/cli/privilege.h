/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Privilege: what root may do and this program no longer needs once the BPF
 * programs are attached.
 */
#ifndef GOTRACE_CLI_PRIVILEGE_H
#define GOTRACE_CLI_PRIVILEGE_H

/*
 * Gives up every capability but those by which root gives its output a name in
 * another user's folder and signals its command (CAP_DAC_OVERRIDE, CAP_FOWNER,
 * CAP_KILL, as far as it has them), and the way to get any back. Its files are
 * open by then, and their user's. A user with CAP_BPF and CAP_PERFMON is a
 * plain user from then on. Children that were forked before keep theirs. 0 or
 * -errno.
 */
int privilege_drop(void);

#endif
