// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities, seccomp and Landlock for commands that only read. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/sandbox.h"
#include "source/root.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_SECCOMP 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define WITH_SECCOMP 0
#endif
#endif
#ifndef WITH_SECCOMP
#define WITH_SECCOMP 1
#endif

/* linux/fcntl.h, which does not go with fcntl.h */
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

#define CAP_BIT(c) (UINT64_C(1) << (c))

int vck_sandbox_drop_capabilities(unsigned keep)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint64_t caps = CAP_BIT(CAP_DAC_READ_SEARCH);

	if (keep & VCK_KEEP_LIVE)
		caps |= CAP_BIT(CAP_SYS_ADMIN) | CAP_BIT(CAP_SYS_PTRACE);
	if (keep & VCK_KEEP_CHILD)
		caps |= CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_KILL);
	if (keep & VCK_KEEP_OUTPUT)
		caps |= CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_FOWNER);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		data[i].permitted &= (uint32_t)(caps >> 32 * i);
		data[i].effective &= (uint32_t)(caps >> 32 * i);
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int vck_sandbox_seal(const char *path)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			    MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOATIME,
		.attr_clr = MOUNT_ATTR__ATIME,
		.propagation = MS_PRIVATE,
	};
	cleanup_free char *dir = NULL;
	int fd, err;

	/* Of a file there is no such thing: -ENOTDIR. */
	if (asprintf(&dir, "%s/.", path) < 0)
		return -ENOMEM;
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, dir,
			  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
		    sizeof(attr)) == 0)
		return fd;
	err = errno;
	close(fd);
	return -err;
}

/* struct landlock_ruleset_attr and rights of include/uapi/linux/landlock.h in Linux 6.12, which
 * the header that this is built with may not have. */
struct ruleset {
	uint64_t fs, net, scoped;
};

#define FS_FIRST     ((UINT64_C(1) << 13) - 1) /* up to MAKE_SYM */
#define FS_READ	     (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_REFER     (UINT64_C(1) << 13)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define NET_TCP	     UINT64_C(3) /* to bind, to connect */
#define SCOPED_ALL   UINT64_C(3) /* abstract sockets, signals */

/* A kernel refuses what it does not know, as a bit and as a longer structure. TRUNCATE (ABI 3) is
 * left out: where it is handled the kernel asks at every opening whether the file may be
 * truncated later, by a walk from the file up to the root (landlock/fs.c, hook_file_open, since
 * 6.2), a tenth of the time that `list` takes. The filter refuses each way to truncate. */
static size_t ruleset_for(int abi, struct ruleset *rs)
{
	*rs = (struct ruleset){ .fs = FS_FIRST & ~(uint64_t)FS_READ };
	if (abi >= 2)
		rs->fs |= FS_REFER;
	if (abi >= 4)
		rs->net = NET_TCP;
	if (abi >= 5)
		rs->fs |= FS_IOCTL_DEV;
	if (abi >= 6)
		rs->scoped = SCOPED_ALL;
	return abi >= 6 ? sizeof(*rs)
	       : abi >= 4 ? offsetof(struct ruleset, scoped)
			  : offsetof(struct ruleset, net);
}

/* No rule is added: every handled right is refused everywhere. */
static int enter_landlock(void)
{
	int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset rs;
	int fd, r = 0;

	if (abi < 0) /* not compiled in, or switched off at boot: the filter stands alone */
		return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM ? 0 : -errno;
	fd = (int)syscall(SYS_landlock_create_ruleset, &rs, ruleset_for(abi, &rs), 0);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		r = -errno;
	close(fd);
	return r;
}

/* Allowed whatever the arguments are: they read, tell the process about itself, or change what
 * is its own.
 *
 * close: a lower descriptor becomes free, but nothing that can be written comes into its place:
 *	no dup(2), no opening for writing.
 * madvise, futex, set_robust_list, rseq: on memory of the process, which shares none with
 *	anybody (add_memory_rules()); what of madvise(2) harms others wants CAP_SYS_ADMIN.
 * rt_sigaction, rt_sigprocmask, sigaltstack, rt_sigreturn: what is done at signals that come;
 *	none can be sent. abort(3) ends the process without tgkill(2) as well.
 * restart_syscall: goes on with one that was allowed.
 * lseek: a descriptor of the caller's is moved too, as reading it does.
 * sched_getaffinity, sysinfo, getrusage, times: tell of load and nothing else.
 * fadvise64: at worst pages leave the cache.
 *
 * What reads goes anywhere that the caller's rights go: it is writing that comes to nothing. */
static const int plain[] = {
	SCMP_SYS(read),		 SCMP_SYS(pread64),	    SCMP_SYS(close),
	SCMP_SYS(fstat),	 SCMP_SYS(newfstatat),	    SCMP_SYS(statx),
	SCMP_SYS(stat),		 SCMP_SYS(lstat),	    SCMP_SYS(lseek),
	SCMP_SYS(getdents64),	 SCMP_SYS(readlink),	    SCMP_SYS(readlinkat),
	SCMP_SYS(access),	 SCMP_SYS(faccessat),	    SCMP_SYS(faccessat2),
	SCMP_SYS(brk),		 SCMP_SYS(madvise),	    SCMP_SYS(futex),
	SCMP_SYS(rt_sigaction),	 SCMP_SYS(rt_sigprocmask),  SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),	 SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(getrandom),	    SCMP_SYS(getpid),
	SCMP_SYS(gettid),	 SCMP_SYS(getuid),	    SCMP_SYS(geteuid),
	SCMP_SYS(getgid),	 SCMP_SYS(getegid),	    SCMP_SYS(uname),
	SCMP_SYS(sysinfo),	 SCMP_SYS(sched_getaffinity), SCMP_SYS(getrusage),
	SCMP_SYS(times),	 SCMP_SYS(exit),	    SCMP_SYS(exit_group),
	SCMP_SYS(fadvise64),	 SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(getcwd),
};

#if WITH_SECCOMP
/* What libraries ask about a descriptor. Others send any signal to anybody (F_SETOWN, F_SETSIG,
 * F_SETFL with O_ASYNC), put a descriptor of the caller's in the place of standard output
 * (F_DUPFD), or hold other processes up (leases, locks, F_SETPIPE_SZ). */
static const int fcntls[] = { F_GETFD, F_SETFD, F_GETFL };

/* What opens for writing or creates. */
#define OPEN_WRITES (O_ACCMODE | O_CREAT | O_TRUNC)

/* How far below the ways memory may be changed, and how much of it at once. */
#define BELOW (UINT64_C(64) << 30)

/* A call that changes memory from its first argument on, as many bytes as its second says, and
 * where @more holds: anywhere but at the ways. The kernel maps a program below all else; with
 * the layout of old (personality(2), ADDR_COMPAT_LAYOUT) its heap lies far below. */
static int add_memory_rule(scmp_filter_ctx f, int call, const struct scmp_arg_cmp *more)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t first = (uintptr_t)vck_root_ways & ~(page - 1);
	uint64_t last = ((uintptr_t)vck_root_ways + sizeof(vck_root_ways) - 1) & ~(page - 1);
	struct scmp_arg_cmp above[] = {
		SCMP_A0_64(SCMP_CMP_GT, last + page - 1),
		*more,
	};
	struct scmp_arg_cmp below[] = {
		SCMP_A0_64(SCMP_CMP_LT, first - BELOW),
		SCMP_A1_64(SCMP_CMP_LE, BELOW),
		*more,
	};
	int r = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, call, ARRAY_SIZE(above), above);

	if (r == 0 && first > BELOW)
		r = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, call, ARRAY_SIZE(below), below);
	return r;
}

/* Neither code that the process wrote, nor a shared mapping of a file, nor other content where
 * openat2(2) looks for its flags: those pages are read-only and stay. */
static int add_memory_rules(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp any = SCMP_A2_32(SCMP_CMP_MASKED_EQ, 0, 0);
	const struct scmp_arg_cmp no_code = SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp not_onto =
		SCMP_A3_32(SCMP_CMP_MASKED_EQ, ~(unsigned)MREMAP_MAYMOVE, 0);
	int r = seccomp_rule_add(
		f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_code,
		SCMP_A3_32(SCMP_CMP_MASKED_EQ, MAP_TYPE | MAP_FIXED, MAP_PRIVATE));

	if (r == 0)
		r = add_memory_rule(f, SCMP_SYS(mprotect), &no_code);
	if (r == 0)
		r = add_memory_rule(f, SCMP_SYS(mremap), &not_onto);
	if (r == 0)
		r = add_memory_rule(f, SCMP_SYS(munmap), &any);
	return r;
}

static int add_rules(scmp_filter_ctx f)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(plain); i++) {
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, plain[i], 0);
		if (r == -EDOM || r == -EFAULT) /* not a call of this architecture */
			r = 0;
	}
	for (int fd = STDOUT_FILENO; r == 0 && fd <= STDERR_FILENO; fd++) {
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
				     SCMP_A0_32(SCMP_CMP_EQ, (unsigned)fd));
		if (r == 0)
			r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1,
					     SCMP_A0_32(SCMP_CMP_EQ, (unsigned)fd));
	}
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				     SCMP_A2_32(SCMP_CMP_MASKED_EQ, OPEN_WRITES, O_RDONLY));
	for (size_t way = 0; r == 0 && way < VCK_N_WAYS; way++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(openat2), 1,
				     SCMP_A2_64(SCMP_CMP_EQ, (uintptr_t)&vck_root_ways[way]));
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				     SCMP_A1_32(SCMP_CMP_EQ, TIOCGWINSZ));
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				     SCMP_A1_32(SCMP_CMP_EQ, TCGETS));
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(fcntls); i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				     SCMP_A1_32(SCMP_CMP_EQ, (unsigned)fcntls[i]));
	return r == 0 ? add_memory_rules(f) : r;
}

static int enter_seccomp(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!f)
		return -ENOMEM;
	r = add_rules(f);
	/* A tree instead of a list; a library that cannot makes the same filter, slower. */
	(void)seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r;
}
#else
static int enter_seccomp(void)
{
	(void)plain;
	return 0;
}
#endif

int vck_sandbox_enter(void)
{
	int r = enter_landlock();

	return r < 0 ? r : enter_seccomp();
}
