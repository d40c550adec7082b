// SPDX-License-Identifier: GPL-2.0-or-later
/* Preloaded by tests/valgrind/run: valgrind up to 3.19 does not know openat2(2). This opens
 * without containment, but for symbolic links where none may be followed, so tests of what a root
 * holds in are not for it. */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/syscall.h>

long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2) {
		const char *path = (const char *)a[1];
		const struct open_how *how = (const struct open_how *)a[2];
		int flags = (int)how->flags;

		while (how->resolve & RESOLVE_IN_ROOT && *path == '/')
			path++;
		if (how->resolve & RESOLVE_NO_SYMLINKS)
			flags |= O_NOFOLLOW;
		return openat((int)a[0], *path ? path : ".", flags, how->mode);
	}
	if (!real)
		real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
