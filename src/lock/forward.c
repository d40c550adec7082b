// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies the data of a trapped write, takes the bit out, and writes it itself. */
#include "config.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lock/forward.h"
#include "model/pcicap.h"
#include "write/env.h"

#define IOV_LIMIT   1024u	/* UIO_MAXIOV, include/uapi/linux/uio.h */
#define WRITE_LIMIT 0x7ffff000u /* MAX_RW_COUNT, include/linux/fs.h */
#define PAGE	    65536u	/* the largest page size of any architecture here */
#define HIGH_BIT    (VCK_DEVCTL_NOSNOOP >> 8)

/* One write on its way. */
struct job {
	struct vck_forward *f;
	pid_t tid;
	int call, fd, flags;
	uint64_t offset;
	size_t n;   /* pieces in f->remote */
	bool fault; /* the last piece in f->local ends where memory ended */
	bool masked;
};

int vck_forward_init(struct vck_forward *f, const struct vck_lock_ops *ops)
{
	void *p = mmap(NULL, VCK_FORWARD_BUF + PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	if (mprotect((char *)p + VCK_FORWARD_BUF, PAGE, PROT_NONE) < 0) {
		munmap(p, VCK_FORWARD_BUF + PAGE);
		return -ENOMEM;
	}
	f->ops = ops;
	f->buf = p;
	return 0;
}

void vck_forward_done(struct vck_forward *f)
{
	if (f->buf)
		munmap(f->buf, VCK_FORWARD_BUF + PAGE);
	f->buf = NULL;
}

/* A length of more than half the address space is EINVAL before anything else of the
 * pieces is looked at (lib/iov_iter.c, import_iovec). */
static int check_pieces(const struct job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		if ((ssize_t)j->f->remote[i].iov_len < 0)
			return -EINVAL;
	}
	return 0;
}

/* The pieces that the call names, into f->remote. Return: 0, or -ESRCH and -EPERM of
 * looking; @ret_answer: the errno that the call ends with. */
static int load_pieces(struct job *j, const struct seccomp_data *d, int *ret_answer)
{
	struct vck_forward *f = j->f;
	ssize_t got;

	*ret_answer = 0;
	j->n = 1;
	if (d->nr == SYS_pwrite64) {
		f->remote[0].iov_base = (void *)(uintptr_t)d->args[1];
		f->remote[0].iov_len = d->args[2];
		/* a single one is EFAULT, after other reasons (fs/read_write.c, vfs_write) */
		if (check_pieces(j) < 0 && pwrite(j->fd, f->buf + VCK_FORWARD_BUF, 1,
						  (off_t)d->args[3]) < 0)
			*ret_answer = -errno;
		return 0;
	}
	if (d->args[2] > IOV_LIMIT) {
		*ret_answer = -EINVAL;
		return 0;
	}
	j->n = d->args[2];
	got = vck_task_read(j->tid, d->args[1], f->remote, j->n * sizeof(*f->remote));
	if (got < 0)
		return (int)got;
	*ret_answer = (size_t)got < j->n * sizeof(*f->remote) ? -EFAULT : check_pieces(j);
	return 0;
}

/* Take the bit out of bytes that go to @at of config space. */
static void mask(struct job *j, const struct vck_config_region *r, uint64_t at, uint8_t *p,
		 size_t n)
{
	unsigned high = r->devctl + 1u;

	if (!r->devctl || at > high || high - at >= n)
		return;
	if (p[high - at] & HIGH_BIT)
		j->masked = true;
	p[high - at] &= (uint8_t)~HIGH_BIT;
}

/* Bytes that were read, moved so that the next one faults. */
static uint8_t *before_fault(struct vck_forward *f, const uint8_t *p, size_t n)
{
	return memmove(f->buf + VCK_FORWARD_BUF - n, p, n);
}

/* Copy and mask the pieces, into f->local. A piece that runs over the region's end
 * is cut one byte behind it: the kernel refuses it just the same. */
static int copy_config(struct job *j, const struct vck_config_region *r, size_t *ret_n)
{
	struct vck_forward *f = j->f;
	uint64_t at = j->offset - r->offset;
	uint8_t *p = f->buf;
	size_t i;

	for (i = 0; i < j->n && !j->fault; i++) {
		size_t room = at < r->size ? (size_t)(r->size - at) + 1 : 1;
		size_t want = f->remote[i].iov_len < room ? f->remote[i].iov_len : room;
		ssize_t got = vck_task_read(j->tid, (uintptr_t)f->remote[i].iov_base, p, want);

		if (got < 0)
			return (int)got;
		mask(j, r, at, p, (size_t)got);
		j->fault = (size_t)got < want;
		f->local[i].iov_base = j->fault ? before_fault(f, p, (size_t)got) : p;
		f->local[i].iov_len = want;
		p += want;
		at += want;
		if (want < f->remote[i].iov_len) {
			i++;
			break;
		}
	}
	*ret_n = i;
	return 0;
}

static ssize_t issue(const struct job *j, const struct iovec *v, size_t n, uint64_t offset)
{
	ssize_t r;

	if (j->call == SYS_pwrite64)
		r = pwrite(j->fd, v->iov_base, v->iov_len, (off_t)offset);
	else if (j->call == SYS_pwritev)
		r = pwritev(j->fd, v, (int)n, (off_t)offset);
	else
		r = pwritev2(j->fd, v, (int)n, (off_t)offset, j->flags);
	return r < 0 ? -errno : r;
}

/* The bit may have been 1 before the first write: then it is cleared here. */
static void clear_if_set(struct job *j, const struct vck_config_region *r)
{
	off_t at = (off_t)(r->offset + r->devctl + 1u);
	uint8_t word[2], high;

	if (!r->devctl || pread(j->fd, word, 2, at - 1) != 2 || !(word[1] & HIGH_BIT) ||
	    (word[0] == 0xff && word[1] == 0xff))
		return;
	high = word[1] & (uint8_t)~HIGH_BIT;
	if (pwrite(j->fd, &high, 1, at) != 1 || pread(j->fd, &high, 1, at) != 1)
		return;
	if (high & HIGH_BIT)
		j->f->stats.stuck++;
	else
		j->f->stats.cleared++;
}

static int write_config(struct job *j, const struct vck_config_region *r,
			vck_still_waiting_fn *waiting, void *data, uint64_t id, ssize_t *ret)
{
	size_t n = 0;
	int err = copy_config(j, r, &n);

	if (err < 0)
		return err;
	if (!waiting(data, id))
		return -ENOENT;
	*ret = issue(j, j->f->local, n, j->offset);
	if (j->masked)
		j->f->stats.masked++;
	clear_if_set(j, r);
	return 0;
}

/* A file or disk, of which the window is one block in some terabytes. Copied through
 * one buffer of fixed size, aligned as O_DIRECT wants it. */
static int fill(struct job *j, size_t *i, size_t *skip, size_t *ret_n)
{
	struct vck_forward *f = j->f;
	size_t n = 0;

	while (*i < j->n && n < VCK_FORWARD_BUF && !j->fault) {
		size_t left = f->remote[*i].iov_len - *skip;
		size_t want = left < VCK_FORWARD_BUF - n ? left : VCK_FORWARD_BUF - n;
		ssize_t got = vck_task_read(j->tid, (uintptr_t)f->remote[*i].iov_base + *skip,
					    f->buf + n, want);

		if (got < 0)
			return (int)got;
		n += (size_t)got;
		*skip += (size_t)got;
		j->fault = (size_t)got < want;
		if (*skip == f->remote[*i].iov_len) {
			*skip = 0;
			++*i;
		}
	}
	*ret_n = n;
	return 0;
}

static int write_plain(struct job *j, vck_still_waiting_fn *waiting, void *data, uint64_t id,
		       ssize_t *ret)
{
	size_t i = 0, skip = 0, n = 0, total = 0;
	struct iovec v;
	ssize_t done;

	do {
		int err = fill(j, &i, &skip, &n);

		if (err < 0)
			return err;
		if (!waiting(data, id))
			return -ENOENT;
		if (n > WRITE_LIMIT - total)
			n = WRITE_LIMIT - total;
		v = (struct iovec){ j->f->buf, n };
		if (n == 0 && j->fault)
			v = (struct iovec){ j->f->buf + VCK_FORWARD_BUF, 1 };
		done = issue(j, &v, 1, j->offset + total);
		if (done > 0)
			total += (size_t)done;
	} while (done > 0 && (size_t)done == n && i < j->n && !j->fault && total < WRITE_LIMIT);
	*ret = done < 0 && total == 0 ? done : (ssize_t)total;
	return 0;
}

static int write_to(struct job *j, vck_still_waiting_fn *waiting, void *data, uint64_t id,
		    ssize_t *ret)
{
	struct vck_config_region r = { 0 };
	enum vck_fd_kind kind = j->f->ops->kind(j->fd);
	int err;

	if (kind == VCK_FD_PLAIN)
		return write_plain(j, waiting, data, id, ret);
	if (kind == VCK_FD_OTHER) {
		*ret = -EPERM;
		return 0;
	}
	err = j->f->ops->region(j->fd, &r);
	if (err < 0) {
		*ret = err; /* where Device Control is can't be told: nothing is let through */
		return 0;
	}
	if (r.size == 0 || j->offset < r.offset || j->offset - r.offset >= VCK_REGION_MAX)
		return write_plain(j, waiting, data, id, ret);
	return write_config(j, &r, waiting, data, id, ret);
}

int vck_forward_write(struct vck_forward *f, const struct seccomp_notif *n,
		      vck_still_waiting_fn *waiting, void *data, ssize_t *ret)
{
	cleanup_fd int fd = -1;
	struct job j = {
		.f = f,
		.tid = (pid_t)n->pid,
		.call = n->data.nr,
		.flags = (int)n->data.args[5],
		.offset = n->data.args[3],
	};
	int answer = 0, err;

	f->stats.writes++;
	err = vck_task_fd(&f->tasks, j.tid, (int)n->data.args[0], &fd);
	if (err == -EBADF) {
		*ret = err;
		return 0;
	}
	j.fd = fd;
	if (err == 0)
		err = load_pieces(&j, &n->data, &answer);
	if (err < 0)
		return err;
	if (answer < 0) {
		*ret = answer;
		return 0;
	}
	return write_to(&j, waiting, data, n->id, ret);
}
