// SPDX-License-Identifier: GPL-2.0-or-later
/* One write through an io_uring, with bare system calls. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "try-nosnoop.h"

enum { RING_BYTES = 4096 };

static unsigned int *at(void *ring, unsigned int offset)
{
	return (unsigned int *)((char *)ring + offset);
}

static ssize_t submit(int ring, const struct io_uring_params *p, const struct io_uring_sqe *want)
{
	void *sq, *cq, *sqes;
	struct io_uring_cqe *done;

	sq = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	cq = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
	sqes = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || sqes == MAP_FAILED)
		return -errno;
	*(struct io_uring_sqe *)sqes = *want;
	*at(sq, p->sq_off.array) = 0;
	atomic_thread_fence(memory_order_seq_cst);
	*at(sq, p->sq_off.tail) += 1;
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -errno;
	done = (struct io_uring_cqe *)((char *)cq + p->cq_off.cqes);
	return done->res;
}

ssize_t uring_write(int fd, const void *data, unsigned int size, uint64_t offset)
{
	struct io_uring_params params = {0};
	struct io_uring_sqe want = {
		.opcode = IORING_OP_WRITE,
		.fd = fd,
		.addr = (uintptr_t)data,
		.len = size,
		.off = offset,
	};
	int ring = (int)syscall(SYS_io_uring_setup, 1, &params);
	ssize_t n;

	if (ring < 0)
		return -errno;
	n = submit(ring, &params, &want);
	close(ring);
	return n;
}
