// SPDX-License-Identifier: GPL-2.0-or-later
/* Taking out of a recorded tree what identifies a machine. The readers look at
 * little of that kind in the first place; this is for what stands next to what they
 * need, in the same line or the same register block. What is taken out is marked as
 * not read, or replaced by a word that says so: it must not look absent. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "source/capture.h"
#include "source/capture-words.h"

/* Device tree properties and files of the same nature, wherever they stand. */
static const char *const secret_files[] = {
	"serial-number",  "local-mac-address", "mac-address",	    "kaslr-seed",
	"rng-seed",	  "product_serial",    "product_uuid",	    "board_serial",
	"chassis_serial", "board_asset_tag",   "chassis_asset_tag",
};

/* Below this a name is no more than a syllable of other words. */
#define HOST_NAME_MIN 3

/* --- texts of words --- */

static int scrub_words(struct vck_mem_node *f, const struct vck_scrub_names *names,
		       void (*put)(const struct vck_scrub_names *names, const char *s, size_t n,
				   struct vck_buf *out))
{
	cleanup_buf struct vck_buf out = {0};

	/* What a piece begins with may be the end of a secret. */
	if (!vck_mem_is_whole(f)) {
		vck_mem_forget(f);
		return 0;
	}
	if (!f->n_extents)
		return 0;
	put(names, (const char *)f->extents[0].data, f->size, &out);
	return out.failed ? -ENOMEM : vck_mem_replace(f, vck_buf_str(&out), out.len);
}

/* "HOST--vg-root\n", which mounts and swaps are found by. */
static void put_disk(const struct vck_scrub_names *names, const char *s, size_t n,
		     struct vck_buf *out)
{
	size_t len = n && s[n - 1] == '\n' ? n - 1 : n;

	vck_scrub_disk(names, s, len, out);
	vck_buf_add(out, s + len, n - len);
}

/* Of this tool's own files the lines that say something: who wrote why is in the others. They
 * stay lines, since messages count them. */
static void put_uncommented(const struct vck_scrub_names *names, const char *s, size_t n,
			    struct vck_buf *out)
{
	const char *line;
	size_t len;

	(void)names;
	while (vck_line_next(&s, &n, &line, &len)) {
		size_t blank = 0, keep = len;

		while (blank < len && isblank((unsigned char)line[blank]))
			blank++;
		if (blank < len && line[blank] == '#')
			keep = blank + 1;
		vck_buf_add(out, line, keep);
		if (s != line + len)
			vck_buf_addc(out, '\n');
	}
}

static bool is_disk_name(const struct vck_mem_node *f)
{
	return streq(f->name, "name") && streq(f->parent->name, "dm");
}

static int note_disks(struct vck_memtree *t, struct vck_scrub_names *names)
{
	int r = 0;

	for (struct vck_mem_node *n = vck_memtree_root(t); n && r == 0; n = vck_mem_next(n)) {
		const char *s;
		size_t len;

		if (n->type != VCK_MEM_FILE || !is_disk_name(n) || n->unread)
			continue;
		r = vck_mem_join(n);
		if (r < 0 || !n->n_extents || !vck_mem_is_whole(n))
			continue;
		s = (const char *)n->extents[0].data;
		len = n->size;
		r = vck_scrub_add_disk(names, s, s[len - 1] == '\n' ? len - 1 : len);
	}
	vck_scrub_sort(names);
	return r;
}

/* The first label of what was noted for this alone (vck_load()). @ret: owned, NULL: none. */
static int take_host_name(struct vck_memtree *t, struct vck_scrub_names *names, char **ret)
{
	struct vck_mem_node *n = NULL;
	int r;

	if (vck_memtree_lookup(t, NULL, VCK_CAPTURE_HOSTNAME, false, &n) < 0)
		return 0;
	r = n->type == VCK_MEM_FILE ? vck_mem_join(n) : 0;
	if (r == 0 && n->type == VCK_MEM_FILE && n->n_extents && vck_mem_is_whole(n)) {
		*ret = strndup((const char *)n->extents[0].data, n->size);
		if (!*ret)
			return -ENOMEM;
		names->host = *ret;
		names->host_len = strcspn(*ret, ". \n");
		if (names->host_len < HOST_NAME_MIN || streq(*ret, "(none)") ||
		    (names->host_len == strlen("localhost") &&
		     strncmp(*ret, "localhost", names->host_len) == 0))
			names->host_len = 0;
	}
	vck_memtree_remove(t, VCK_CAPTURE_HOSTNAME);
	return r;
}

/* --- config space --- */

/* Device Serial Number is extended capability 3, its number in the two dwords behind the
 * header (PCIe Base 7.9.3). Only what was read of the list can be followed, and what was
 * not read is not there. */
static int scrub_config(struct vck_mem_node *f)
{
	size_t pos = 0x100;

	for (unsigned n = 0; n < 480 && pos >= 0x100; n++) {
		uint8_t b[4];
		int r;

		if (vck_mem_pread(f, b, sizeof(b), pos) != (ssize_t)sizeof(b))
			return 0;
		if (b[0] == 3 && b[1] == 0) {
			r = vck_mem_punch(f, pos + 4, 8);
			if (r < 0)
				return r;
		}
		pos = (size_t)(b[3] << 4 | b[2] >> 4) & 0xffc;
	}
	return 0;
}

/* --- /proc/cpuinfo --- */

/* The first processor's vendor and flags: what readers look at. The rest is long, is read
 * only in part, and has the board's serial number on some. */
static int trim_cpuinfo(struct vck_mem_node *f)
{
	cleanup_buf struct vck_buf out = {0};
	const char *text, *line;
	size_t left, len;

	if (!f->n_extents)
		return 0;
	if (f->extents[0].off != 0) { /* nobody reads it, a serial number may be in it */
		vck_mem_forget(f);
		return 0;
	}
	text = (const char *)f->extents[0].data;
	left = f->extents[0].len;
	while (vck_line_next(&text, &left, &line, &len)) {
		bool is_flags = len > 5 && memcmp(line, "flags", 5) == 0;

		if (!is_flags && (len < 9 || memcmp(line, "vendor_id", 9) != 0))
			continue;
		if (!left && text[-1] != '\n')
			break; /* cut short: what is missing of it may matter */
		vck_buf_add(&out, line, len);
		vck_buf_addc(&out, '\n');
		if (is_flags)
			break;
	}
	return out.failed ? -ENOMEM : vck_mem_replace(f, vck_buf_str(&out), out.len);
}

/* --- /proc/interrupts and /proc/iomem --- */

/* "24:  0  17  IR-PCI-MSI…" without the counts of the processors, of which there can be
 * hundreds. */
static void put_interrupt(struct vck_buf *out, const char *line, size_t len)
{
	const char *end = line + len, *s = memchr(line, ':', len);

	if (!s || (!memmem(line, len, "MSI", 3) && !memmem(line, len, "IO-APIC", 7) &&
		   !memmem(line, len, " IR-", 4)))
		return;
	vck_buf_add(out, line, (size_t)(s + 1 - line));
	for (s++; s < end;) {
		const char *word = s;

		while (s < end && isblank((unsigned char)*s))
			s++;
		while (s < end && isdigit((unsigned char)*s))
			s++;
		if (s == end || isblank((unsigned char)*s))
			continue;
		vck_buf_add(out, word, (size_t)(end - word));
		break;
	}
	vck_buf_addc(out, '\n');
}

/* Memory, framebuffers of the boot loader (kernel.c), and the first range that has an
 * address: where none has, they are hidden. */
static void put_range(struct vck_buf *out, const char *line, size_t len)
{
	static const char *const names[] = {"System RAM",	  "BOOTFB", "simplefb",
					    "simple-framebuffer", "efifb",  "vesafb"};
	bool keep =
		!out->len && len && strcspn(line, "123456789abcdef") < strcspn(line, ":");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		keep |= memmem(line, len, names[i], strlen(names[i])) != NULL;
	if (!keep)
		return;
	vck_buf_add(out, line, len);
	vck_buf_addc(out, '\n');
}

/* "36 35 98:0 /subtree /mnt rw,noatime opt:1 - ext4 /dev/sda1 rw,addr=…": the number, where,
 * and what of (proc_pid_mountinfo(5)). Options and the subtree hold other people's paths. */
static void put_mount(struct vck_buf *out, const char *line, size_t len)
{
	const char *words[5], *end = line + len, *s = line;
	const char *dash = memmem(line, len, " - ", 3);
	size_t lens[5], type, source = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		while (s < end && isblank((unsigned char)*s))
			s++;
		words[i] = s;
		while (s < end && !isblank((unsigned char)*s))
			s++;
		lens[i] = (size_t)(s - words[i]);
	}
	if (!lens[4])
		return;
	vck_buf_addf(out, "%.*s %.*s %.*s / %.*s rw", (int)lens[0], words[0], (int)lens[1],
		     words[1], (int)lens[2], words[2], (int)lens[4], words[4]);
	if (dash) {
		s = dash + 3;
		type = strcspn(s, " \t\n");
		if (s + type < end)
			source = strcspn(s + type + 1, " \t\n");
		vck_buf_addf(out, " - %.*s", (int)(type + (source ? source + 1 : 0)), s);
		vck_buf_adds(out, source ? " rw" : "");
	}
	vck_buf_addc(out, '\n');
}

static int trim_lines(struct vck_mem_node *f,
		      void (*put)(struct vck_buf *out, const char *line, size_t len))
{
	cleanup_buf struct vck_buf out = {0}, copy = {0};
	const char *text, *line;
	size_t left = f->size, len;

	if (!f->n_extents || !vck_mem_is_whole(f))
		return 0;
	vck_buf_add(&copy, f->extents[0].data, f->size); /* ends with a NUL */
	text = vck_buf_str(&copy);
	while (vck_line_next(&text, &left, &line, &len))
		put(&out, line, len);
	if (out.failed || copy.failed)
		return -ENOMEM;
	return vck_mem_replace(f, vck_buf_str(&out), out.len);
}

/* Bridges, tunnels and taps of guests are of no device, nor are interfaces of Hyper-V itself,
 * whose place is named by their MAC address. */
static bool is_of_no_device(const char *target)
{
	return strstr(target, "/devices/virtual/") ||
	       ((strstr(target, "/MSFT1000:") || strstr(target, "/VMBUS:")) &&
		!strstr(target, "/pci"));
}

static void trim_interfaces(struct vck_memtree *t)
{
	struct vck_mem_node *dir = NULL;
	char path[320];

	if (vck_memtree_lookup(t, NULL, "sys/class/net", false, &dir) < 0)
		return;
	for (size_t i = dir->n_children; i-- > 0;) {
		const struct vck_mem_node *n = dir->children[i];

		if (n->type != VCK_MEM_LINK || !is_of_no_device(n->target))
			continue;
		snprintf(path, sizeof(path), "sys/class/net/%s", n->name);
		vck_memtree_remove(t, path);
	}
}

int vck_capture_trim(struct vck_memtree *t)
{
	static const struct {
		const char *path;
		void (*put)(struct vck_buf *out, const char *line, size_t len);
	} rows[] = {
		{"proc/cpuinfo", NULL},		    {"proc/interrupts", put_interrupt},
		{"proc/iomem", put_range},	    {"proc/1/mountinfo", put_mount},
		{"proc/self/mountinfo", put_mount},
	};
	int r = 0;

	trim_interfaces(t);
	for (size_t i = 0; i < ARRAY_SIZE(rows) && r == 0; i++) {
		struct vck_mem_node *n = NULL;

		if (vck_memtree_lookup(t, NULL, rows[i].path, false, &n) < 0 ||
		    n->type != VCK_MEM_FILE || n->unread)
			continue;
		r = vck_mem_join(n);
		if (r == 0)
			r = rows[i].put ? trim_lines(n, rows[i].put) : trim_cpuinfo(n);
	}
	return r;
}

/* --- the tree --- */

static bool is_below(const struct vck_mem_node *n, const char *dir)
{
	for (; n->parent != n; n = n->parent) {
		if (streq(n->name, dir))
			return true;
	}
	return false;
}

static bool is_secret_file(const struct vck_mem_node *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(secret_files); i++) {
		if (streq(f->name, secret_files[i]))
			return true;
	}
	return streq(f->name, "hostname") ||
	       (streq(f->name, "address") && is_below(f, "net"));
}

static int scrub_file(struct vck_mem_node *f, const struct vck_scrub_names *names)
{
	int r = vck_mem_join(f);

	if (r < 0 || f->unread)
		return r;
	if (streq(f->name, "cmdline") || streq(f->name, "bootargs"))
		return scrub_words(f, names, vck_scrub_cmdline);
	/* Names of people's directories and of their disks. */
	if (streq(f->name, "mountinfo") || streq(f->name, "swaps"))
		return scrub_words(f, names, vck_scrub_list);
	/* What the reader kept of them; the kernel command line may say the same. */
	if (is_below(f, "modprobe.d"))
		return scrub_words(f, names, vck_scrub_cmdline);
	if (is_below(f, "viommu-check.d"))
		return scrub_words(f, names, put_uncommented);
	if (is_disk_name(f))
		return scrub_words(f, names, put_disk);
	if (streq(f->name, "fdt"))
		return vck_scrub_fdt(f);
	if (is_below(f, "tables"))
		return vck_scrub_acpi(f);
	if (streq(f->name, "config"))
		return scrub_config(f);
	if (is_secret_file(f))
		vck_mem_forget(f);
	return 0;
}

int vck_capture_scrub(struct vck_memtree *t)
{
	cleanup_scrub_names struct vck_scrub_names names = {0};
	cleanup_free char *host = NULL;
	int r = take_host_name(t, &names, &host);

	if (r == 0)
		r = note_disks(t, &names);
	for (struct vck_mem_node *n = vck_memtree_root(t); n && r == 0;
	     n = vck_mem_next(n)) {
		if (n->type == VCK_MEM_FILE)
			r = scrub_file(n, &names);
	}
	return r < 0 ? r : vck_capture_rename(t);
}
