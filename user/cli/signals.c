// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/signals.h"

#include <stddef.h>
#include <time.h>

void signals_take(struct signals *signals)
{
	struct sigaction hangup;

	sigemptyset(&signals->set);
	sigaddset(&signals->set, SIGCHLD);
	sigaddset(&signals->set, SIGINT);
	sigaddset(&signals->set, SIGTERM);
	/* While it is blocked even an ignored signal is queued, so leave it out. */
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)
		sigaddset(&signals->set, SIGHUP);
	/* With SIGCHLD ignored there would be no status to wait for. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &signals->set, &signals->mask);
}

struct signal_seen signals_wait(const struct signals *signals, uint64_t ns)
{
	struct timespec timeout = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
	siginfo_t info;
	int number = sigtimedwait(&signals->set, &info, &timeout);

	if (number < 0)
		return (struct signal_seen){ 0 };
	return (struct signal_seen){ number, info.si_code == SI_KERNEL };
}
