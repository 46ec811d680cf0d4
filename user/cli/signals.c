// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "cli/signals.h"

#include <stddef.h>
#include <time.h>

void signals_take(struct signals *signals)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN },
			       usual = { .sa_handler = SIG_DFL };
	struct sigaction hangup;

	sigemptyset(&signals->requests);
	sigemptyset(&signals->set);
	sigaddset(&signals->set, SIGCHLD);
	sigaddset(&signals->set, SIGINT);
	sigaddset(&signals->set, SIGTERM);
	/* While it is blocked even an ignored signal is queued, so leave it out. */
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)
		sigaddset(&signals->set, SIGHUP);
	/* With SIGCHLD ignored there would be no status to wait for. */
	sigaction(SIGCHLD, &usual, &signals->chld);
	sigaction(SIGPIPE, &ignore, &signals->pipe);
	sigprocmask(SIG_BLOCK, &signals->set, &signals->mask);
}

void signals_give_back(const struct signals *signals)
{
	sigaction(SIGCHLD, &signals->chld, NULL);
	sigaction(SIGPIPE, &signals->pipe, NULL);
	signal(SIGXFSZ, SIG_DFL); /* main ignores it */
	sigprocmask(SIG_SETMASK, &signals->mask, NULL);
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

void signals_take_requests(struct signals *signals)
{
	sigaddset(&signals->requests, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals->requests, NULL);
}

bool signals_take_request(const struct signals *signals)
{
	const struct timespec none = { 0 };

	return sigtimedwait(&signals->requests, NULL, &none) == SIGUSR1;
}
