// SPDX-License-Identifier: GPL-2.0-or-later
/* Every way known to write Device Control through a VFIO device, one row each. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "try-nosnoop.h"

static ssize_t result(ssize_t n)
{
	return n < 0 ? -errno : n;
}

static off_t place(const struct target *t)
{
	return (off_t)(t->config + t->devctl);
}

static ssize_t two_bytes(const struct target *t)
{
	return result(pwrite(t->fd, &t->word, 2, place(t)));
}

static ssize_t high_byte(const struct target *t)
{
	uint8_t high = (uint8_t)(t->word >> 8);

	return result(pwrite(t->fd, &high, 1, place(t) + 1));
}

/* Device Status is in the upper half; zeros there change nothing. */
static ssize_t four_bytes(const struct target *t)
{
	uint32_t both = t->word;

	return result(pwrite(t->fd, &both, 4, place(t)));
}

/* From Device Capabilities to Link Capabilities, with what is there now. */
static ssize_t sixteen_bytes(const struct target *t)
{
	uint8_t bytes[16];
	ssize_t n = pread(t->fd, bytes, sizeof(bytes), place(t) - 4);

	if (n < 0)
		return -errno;
	memcpy(bytes + 4, &t->word, 2);
	memset(bytes + 6, 0, 2);
	return result(pwrite(t->fd, bytes, sizeof(bytes), place(t) - 4));
}

static ssize_t odd_three_bytes(const struct target *t)
{
	uint8_t bytes[3] = {(uint8_t)(t->word >> 8), 0, 0};

	return result(pwrite(t->fd, bytes, sizeof(bytes), place(t) + 1));
}

static ssize_t vector(const struct target *t)
{
	uint16_t word = t->word;
	struct iovec one = {.iov_base = &word, .iov_len = 2};

	return result(pwritev(t->fd, &one, 1, place(t)));
}

static ssize_t vector_of_bytes(const struct target *t)
{
	uint8_t low = (uint8_t)t->word, high = (uint8_t)(t->word >> 8);
	struct iovec two[] = {
		{.iov_base = &low, .iov_len = 1},
		{.iov_base = &high, .iov_len = 1},
	};

	return result(pwritev(t->fd, two, 2, place(t)));
}

static ssize_t vector_with_flags(const struct target *t)
{
	uint16_t word = t->word;
	struct iovec one = {.iov_base = &word, .iov_len = 2};

	return result(pwritev2(t->fd, &one, 1, place(t), 0));
}

static ssize_t io_uring(const struct target *t)
{
	return uring_write(t->fd, &t->word, 2, (uint64_t)place(t));
}

static ssize_t duplicate(const struct target *t)
{
	int fd = dup(t->fd);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = result(pwrite(fd, &t->word, 2, place(t)));
	close(fd);
	return n;
}

static ssize_t child(const struct target *t)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(pwrite(t->fd, &t->word, 2, place(t)) == 2 ? 0 : errno);
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status))
		return -EINTR;
	return WEXITSTATUS(status) ? -WEXITSTATUS(status) : 2;
}

static ssize_t seek_and_write(const struct target *t)
{
	if (lseek(t->fd, place(t), SEEK_SET) < 0)
		return -errno;
	return result(write(t->fd, &t->word, 2));
}

static ssize_t through_pipe(const struct target *t)
{
	off_t offset = place(t);
	int pipes[2];
	ssize_t n;

	if (pipe(pipes) < 0)
		return -errno;
	n = result(write(pipes[1], &t->word, 2));
	if (n == 2)
		n = result(splice(pipes[0], NULL, t->fd, &offset, 2, 0));
	close(pipes[0]);
	close(pipes[1]);
	return n;
}

static ssize_t memory_map(const struct target *t)
{
	uint8_t *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd,
			    (off_t)t->config);

	if (map == MAP_FAILED)
		return -errno;
	memcpy(map + t->devctl, &t->word, 2);
	munmap(map, 4096);
	return 2;
}

struct job {
	const struct target *target;
	ssize_t result;
};

static void *write_often(void *data)
{
	struct job *job = data;
	int i;

	for (i = 0; i < 50; i++)
		job->result = i % 2 ? high_byte(job->target) : two_bytes(job->target);
	return NULL;
}

static ssize_t threads(const struct target *t)
{
	struct job jobs[4];
	pthread_t ids[4];
	int i;

	for (i = 0; i < 4; i++) {
		jobs[i] = (struct job){.target = t};
		if (pthread_create(&ids[i], NULL, write_often, &jobs[i]))
			return -EAGAIN;
	}
	for (i = 0; i < 4; i++)
		pthread_join(ids[i], NULL);
	return jobs[0].result;
}

/* A second thread turns a harmless buffer into a harmful one and back all the time. */
struct race {
	const struct target *target;
	volatile uint16_t word;
	volatile int stop;
};

static void *flip(void *data)
{
	struct race *race = data;

	while (!race->stop)
		race->word ^= DEVCTL_NOSNOOP;
	return NULL;
}

static ssize_t changing_buffer(const struct target *t)
{
	struct race race = {.target = t, .word = t->word};
	pthread_t id;
	ssize_t n = 0;
	int i;

	if (pthread_create(&id, NULL, flip, &race))
		return -EAGAIN;
	for (i = 0; i < 200; i++)
		n = result(pwrite(t->fd, (const void *)&race.word, 2, place(t)));
	race.stop = 1;
	pthread_join(id, NULL);
	/* end with the bit set, so that the outcome does not hang on chance */
	race.word = t->word;
	return n < 0 ? n : result(pwrite(t->fd, (const void *)&race.word, 2, place(t)));
}

#if defined(__x86_64__)
static ssize_t old_system_call(const struct target *t)
{
	/* the 32-bit entry: numbers of i386, pointers below 4 GiB */
	uint16_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	uint64_t offset = (uint64_t)place(t);
	long r;

	if (low == MAP_FAILED)
		return -errno;
	*low = t->word;
	asm volatile("int $0x80"
		     : "=a"(r)
		     : "a"(181), "b"(t->fd), "c"(low), "d"(2), "S"((uint32_t)offset),
		       "D"((uint32_t)(offset >> 32))
		     : "memory", "r8", "r9", "r10", "r11");
	munmap(low, 4096);
	return r;
}

static ssize_t x32_system_call(const struct target *t)
{
	return result(syscall(0x40000000 + SYS_pwrite64, t->fd, &t->word, 2, place(t)));
}
#endif

const struct attempt attempts[] = {
	{"pwrite of 2 bytes", two_bytes},
	{"pwrite of the high byte", high_byte},
	{"pwrite of 4 bytes", four_bytes},
	{"pwrite of 16 bytes across", sixteen_bytes},
	{"pwrite of 3 bytes, odd", odd_three_bytes},
	{"pwritev", vector},
	{"pwritev of 1 and 1", vector_of_bytes},
	{"pwritev2", vector_with_flags},
	{"io_uring", io_uring},
	{"a duplicated descriptor", duplicate},
	{"a child process", child},
	{"four threads", threads},
	{"a buffer that changes", changing_buffer},
	{"lseek and write", seek_and_write},
	{"splice", through_pipe},
	{"mmap", memory_map},
#if defined(__x86_64__)
	{"int 0x80", old_system_call},
	{"x32", x32_system_call},
#endif
	{NULL, NULL},
};
