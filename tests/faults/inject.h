/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The injector: every call of the program that can fail goes through inject.c (the
 * linker's --wrap), which counts it, and lets one fail, or a signal come right before it. */
#ifndef VCK_TEST_INJECT_H
#define VCK_TEST_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum inject_class {
	INJECT_ALLOC = 1, /* malloc and its like */
	INJECT_READ = 2,  /* opening for reading, reading, readlink, listing, stat */
	INJECT_WRITE = 4, /* what changes something: opening for writing, write, rename, ... */
};

struct inject {
	unsigned mask;	 /* classes that are counted */
	long at;	 /* the n-th such call; 0: off */
	bool sticky;	 /* and each one after it that needs room on a disk */
	bool only_sys;	 /* calls below /sys alone are counted */
	int err;	 /* fails with this */
	int signo;	 /* or this signal comes first */
	long calls;	 /* counted so far */
	bool fired;
	char where[200]; /* call and path */
};

/* Shared with children; inject_init() before anything else. */
extern struct inject *inject;
void inject_init(void);

/* --- fakekernel.c --- */
struct fake_kernel {
	char native[64];  /* driver that matches without an override; "" none */
	char refuses[64]; /* driver whose probe fails */
	int refuses_with;
	void (*event)(const char *address, const char *action); /* bind, unbind; may be NULL */
};
extern struct fake_kernel fake_kernel;

/* A write to a file of sysfs that does something. Return: 1 not such a file, 0 or -errno. */
int fake_kernel_write(const char *path, const char *text, size_t len);

#endif
