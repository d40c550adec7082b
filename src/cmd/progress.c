// SPDX-License-Identifier: GPL-2.0-or-later
/* One line on standard error, written by a signal handler: what takes long is a
 * single call of some other room, and those say nothing. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "cmd/progress.h"

#define FIRST_SECOND 2
#define CLEAR_LINE   "\r\033[K"

static const char *volatile phase; /* NULL: not started, or stopped */
static volatile sig_atomic_t seconds;
static struct sigaction before; /* what was to be done at SIGALRM */

static char *put(char *p, const char *end, const char *s)
{
	while (*s && p < end)
		*p++ = *s++;
	return p;
}

/* Only what signal-safety(7) allows. */
static void tick(int sig)
{
	char line[160], digits[12], *p = line, *d = digits + sizeof(digits) - 1;
	int saved = errno;
	const char *what = phase;

	(void)sig;
	if (!what)
		return;
	*d = '\0';
	for (unsigned v = (unsigned)seconds; v || !*d; v /= 10)
		*--d = (char)('0' + v % 10);
	seconds = seconds + 1;
	p = put(p, line + sizeof(line), CLEAR_LINE "viommu-check: ");
	p = put(p, line + sizeof(line), what);
	p = put(p, line + sizeof(line), ", ");
	p = put(p, line + sizeof(line), d);
	p = put(p, line + sizeof(line), " s");
	if (write(STDERR_FILENO, line, (size_t)(p - line)) < 0)
		phase = NULL;
	errno = saved;
}

void vck_progress_start(const char *what)
{
	const struct itimerval each = {.it_value.tv_sec = FIRST_SECOND,
				       .it_interval.tv_sec = 1};
	struct sigaction act = {.sa_handler = tick, .sa_flags = SA_RESTART};

	if (phase)
		phase = what;
	if (phase || !isatty(STDERR_FILENO))
		return;
	sigemptyset(&act.sa_mask);
	seconds = FIRST_SECOND;
	phase = what;
	if (sigaction(SIGALRM, &act, &before) < 0 || setitimer(ITIMER_REAL, &each, NULL) < 0)
		phase = NULL;
}

void vck_progress_phase(const char *what)
{
	if (phase)
		phase = what;
}

void vck_progress_hide(void)
{
	if (phase && seconds > FIRST_SECOND)
		(void)!write(STDERR_FILENO, CLEAR_LINE, sizeof(CLEAR_LINE) - 1);
}

void vck_progress_stop(void)
{
	const struct itimerval never = {.it_value.tv_sec = 0};

	if (!phase)
		return;
	/* The sandbox has no timers: there it goes on and comes to nothing. Elsewhere all is as it
	 * was, for a program that is started later would inherit it. */
	if (setitimer(ITIMER_REAL, &never, NULL) == 0)
		(void)sigaction(SIGALRM, &before, NULL);
	else
		(void)signal(SIGALRM, SIG_IGN);
	vck_progress_hide();
	phase = NULL;
}
