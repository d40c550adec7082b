/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text form of a file tree: what `capture` writes and --root reads.
 *
 *	# viommu-check capture 1
 *	d PATH                  a directory
 *	f PATH "text\n"         a text file; more pieces may follow on indented lines
 *	l PATH -> TARGET        a symbolic link
 *	x PATH SIZE             a file as bytes, on indented lines "  OFFSET: 86 80 00 …";
 *	                        bytes between them were not taken
 *	x PATH                  the same, on top of what the file held before
 *	u PATH                  a file that is there and was not read
 *	e PATH EACCES           reading it failed
 *	- PATH                  removes what an earlier line made
 *
 * OFFSET is hex without 0x, SIZE decimal; "OFFSET+LENGTH: 00" repeats the bytes up to
 * LENGTH (hex), VCK_CAPTURE_FILL_MAX in one capture. Blank lines and lines that start
 * with # say nothing. PATH is relative to the root of the host; one with blanks, quotes or
 * control characters is written as a C string. Directories on the way need no line of
 * their own. A later line about the same path takes precedence, so two captures can be
 * laid over each other. */
#ifndef VCK_SOURCE_CAPTURE_H
#define VCK_SOURCE_CAPTURE_H

#include "base/buf.h"
#include "source/memtree.h"
#include "source/root.h"

/* First line of every capture file. */
#define VCK_CAPTURE_MAGIC "# viommu-check capture 1"
/* Repeated bytes ("0+1000: ff") may grow a capture to this much and no more: the whole config
 * space of 4,096 functions that fell off the bus. What is above that is written in full. */
#define VCK_CAPTURE_FILL_MAX (16u << 20)

/* Whether the text says that it is a capture, of this or another version of the format.
 */
bool vck_capture_is(const char *text, size_t n);

/**
 * vck_capture_parse - read the text form into a tree
 * @text, @n: the file
 * @t: the tree to fill; text read earlier is overlaid
 * @notes: what had to be skipped; both numbers zero when nothing was
 *
 * A damaged line is skipped, counted and the rest still read.
 * Return: 0, -EPROTO (a capture, but of another version of the format), -ENOMEM.
 */
int vck_capture_parse(const char *text, size_t n, struct vck_memtree *t,
		      struct vck_text_notes *notes) must_check;

/**
 * vck_capture_format - write a tree as text
 * @t: the tree; its directories get sorted, pieces of files that touch get joined
 * @out: appended to; check out->failed
 *
 * The same tree gives the same text, and reading the text gives the same tree.
 */
void vck_capture_format(struct vck_memtree *t, struct vck_buf *out);

/* What is noted of the host's name, for vck_capture_scrub() to take it out of everything else. */
#define VCK_CAPTURE_HOSTNAME "proc/sys/kernel/hostname"

/* --- capture-scrub.c --- */
/* Take out what no reader looks at of files that are read for a line or two. Return: 0 or
 * -ENOMEM. */
int vck_capture_trim(struct vck_memtree *t) must_check;
/**
 * vck_capture_scrub - take out what identifies a machine rather than describes it
 * @t: a recorded tree, changed in place
 *
 * Values of the kernel command line that are a UUID, a MAC address, an IP address, a world
 * wide name, the host's name or belong to an option known to hold a name, key or address; names
 * of mapped disks, the same ones wherever they stand; serial numbers and MAC addresses in the
 * device tree, in AML, in network devices and in PCI Device Serial Number capabilities; MAC
 * addresses in names of interfaces (vck_capture_rename()). Return: 0 or -ENOMEM.
 */
int vck_capture_scrub(struct vck_memtree *t) must_check;

/* --- capture-names.c --- */
/* Give other names to network interfaces that are called after their MAC address
 * ("enx525400123456": "enxredact000001"), everywhere in the tree. Names that were told
 * apart still are, and sort as before. Return: 0 or -ENOMEM. */
int vck_capture_rename(struct vck_memtree *t) must_check;

#endif
