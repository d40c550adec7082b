// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of errno values. glibc's strerrorname_np() knows the one direction only
 * and musl none, and captures need both. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/errname.h"
#include "base/util.h"

#define E(n) { n, #n }
static const struct {
	int value;
	const char *name;
} names[] = {
	E(EPERM),	E(ENOENT),	E(ESRCH),	 E(EINTR),	E(EIO),
	E(ENXIO),	E(E2BIG),	E(EBADF),	 E(EAGAIN),	E(ENOMEM),
	E(EACCES),	E(EFAULT),	E(EBUSY),	 E(EEXIST),	E(EXDEV),
	E(ENODEV),	E(ENOTDIR),	E(EISDIR),	 E(EINVAL),	E(ENFILE),
	E(EMFILE),	E(ENOTTY),	E(ETXTBSY),	 E(EFBIG),	E(ENOSPC),
	E(ESPIPE),	E(EROFS),	E(EMLINK),	 E(EPIPE),	E(EDOM),
	E(ERANGE),	E(EDEADLK),	E(ENAMETOOLONG), E(ENOSYS),	E(ENOTEMPTY),
	E(ELOOP),	E(ENODATA),	E(ETIME),	 E(EPROTO),	E(EBADMSG),
	E(EOVERFLOW),	E(EILSEQ),	E(EOPNOTSUPP),	 E(EADDRINUSE), E(ETIMEDOUT),
	E(EALREADY),	E(ESTALE),	E(EREMOTEIO),	 E(EMEDIUMTYPE), E(ECANCELED),
	E(EBADFD),	E(EKEYREJECTED), { VCK_ENOMEM_THERE, "ENOMEM" },
};
#undef E

int vck_errno_there(int err)
{
	if (err == ENOMEM)
		return VCK_ENOMEM_THERE;
	return err == -ENOMEM ? -VCK_ENOMEM_THERE : err;
}

const char *vck_errno_name(int err)
{
	if (err < 0)
		err = -err;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].value == err)
			return names[i].name;
	}
	return "E?";
}

int vck_errno_value(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (streq(names[i].name, name))
			return names[i].value;
	}
	return 0;
}

const char *vck_errno_text(int err)
{
	if (err < 0)
		err = -err;
	return strerror(err == VCK_ENOMEM_THERE ? ENOMEM : err);
}
