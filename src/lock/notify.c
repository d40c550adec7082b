// SPDX-License-Identifier: GPL-2.0-or-later
/* The protocol of sd_notify(3): a datagram to the socket in NOTIFY_SOCKET. A manager
 * that does not read must not stop the guard, so nothing waits. */
#include "config.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"
#include "lock/notify.h"

int vck_notify(const char *state)
{
	const char *path = secure_getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	ssize_t sent;
	int fd, r = 1;

	if (!n)
		return 0;
	if ((path[0] != '/' && path[0] != '@') || n >= sizeof(a.sun_path))
		return -EINVAL;
	memcpy(a.sun_path, path, n);
	if (path[0] == '@')
		a.sun_path[0] = '\0'; /* abstract */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&a,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	if (sent < 0)
		r = -errno;
	close(fd);
	return r;
}

unsigned vck_notify_interval_ms(void)
{
	const char *text = secure_getenv("WATCHDOG_USEC");
	uint64_t us;

	if (!text || vck_parse_u64(text, 10, 3600000000u, &us) < 0)
		return 0;
	return us / 2000 ? (unsigned)(us / 2000) : 1;
}
