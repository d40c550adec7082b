// SPDX-License-Identifier: GPL-2.0-or-later
/* Taking out of a recorded tree what identifies a machine. The readers look at
 * little of that kind in the first place; this is for what stands next to what they
 * need, in the same line or the same register block. What is taken out is marked as
 * not read, or replaced by a word that says so: it must not look absent. */
#include "config.h"

#include <ctype.h>
#include <errno.h>

#include "base/text.h"
#include "source/capture.h"

#define REDACTED "redacted"

/* Options of the kernel, dracut, initramfs-tools, cloud-init and installers whose value
 * is an address, a name or a key. A trailing '*' stands for any ending. */
static const char *const secret_options[] = {
	"ip",	       "nfsroot",	   "nfsaddrs",	       "ifname",
	"bootdev",     "hostname",	   "systemd.hostname", "systemd.machine_id",
	"bootif",      "netconsole",	   "netroot",	       "iscsi_*",
	"rd.iscsi.*",  "rd.luks.*",	   "luks.*",	       "luks",
	"cryptdevice", "cryptkey",	   "rd.md.uuid",       "rd.lvm.*",
	"ds",	       "cloud-config-url", "inst.*",	       "ks",
	"url",	       "preseed*",	   "nameserver",       "domain",
	"rd.znet",     "rd.nvmf.*",	   "nvmf.*",	       "zfs",
	"bootfs",      "spl_hostid",	   "spl.spl_hostid",
};

/* Device tree properties and files of the same nature, wherever they stand. */
static const char *const secret_files[] = {
	"serial-number",  "local-mac-address", "mac-address",	    "kaslr-seed",
	"rng-seed",	  "product_serial",    "product_uuid",	    "board_serial",
	"chassis_serial", "board_asset_tag",   "chassis_asset_tag",
};

/* --- kernel command line --- */

/* As the kernel compares names of parameters: '-' is '_' (parameq()). Some who read the
 * command line take capitals for small letters. */
static char plain(char c)
{
	if (c == '-')
		return '_';
	return (char)tolower((unsigned char)c);
}

static bool begins_with(const char *s, size_t n, const char *with, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (i == n || plain(s[i]) != plain(with[i]))
			return false;
	}
	return true;
}

static bool option_matches(const char *row, const char *key, size_t n)
{
	size_t len = strlen(row);

	if (len && row[len - 1] == '*')
		return begins_with(key, n, row, len - 1);
	return n == len && begins_with(key, n, row, len);
}

/* "key" and "keyfile", with or without what stands before: not "keymap". */
static bool is_end_of_key(const char *s, size_t n)
{
	return !n || !isalpha((unsigned char)*s) || begins_with(s, n, "file", 4) ||
	       begins_with(s, n, "s", 1);
}

/* A name that says what it holds. */
static bool holds_secret(const char *key, size_t n)
{
	static const char *const parts[] = {"passw", "passphrase", "secret",
					    "token", "credential", "serial"};

	for (; n; key++, n--) {
		for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
			if (begins_with(key, n, parts[i], strlen(parts[i])))
				return true;
		}
		if (begins_with(key, n, "key", 3) && is_end_of_key(key + 3, n - 3))
			return true;
	}
	return false;
}

static bool is_secret_option(const char *key, size_t n)
{
	if (n && *key == '"') { /* "name=value with blanks" */
		key++;
		n--;
	}
	for (size_t i = 0; i < ARRAY_SIZE(secret_options); i++) {
		if (option_matches(secret_options[i], key, n))
			return true;
	}
	return holds_secret(key, n);
}

/* How many hex digits stand there. */
static size_t hex_run(const char *s, size_t n)
{
	size_t len = 0;

	while (len < n && isxdigit((unsigned char)s[len]))
		len++;
	return len;
}

/* 8-4-4-4-12. */
static size_t uuid(const char *s, size_t n)
{
	static const unsigned char lengths[] = {8, 4, 4, 4, 12};
	size_t at = 0;

	for (size_t g = 0; g < ARRAY_SIZE(lengths); g++) {
		if (g && (at == n || s[at++] != '-'))
			return 0;
		if (hex_run(s + at, n - at) != lengths[g])
			return 0;
		at += lengths[g];
	}
	return at == n || !isalnum((unsigned char)s[at]) ? at : 0;
}

/* MAC addresses: six pairs; seven behind a hardware type ("01-52-54-00-12-34-56",
 * PXELINUX), eight of an EUI-64, twenty of InfiniBand. */
static size_t mac_address(const char *s, size_t n, char between)
{
	size_t at = 0, pairs = 0;

	while (hex_run(s + at, n - at) == 2) {
		at += 2;
		pairs++;
		if (at == n || s[at] != between || hex_run(s + at + 1, n - at - 1) != 2)
			break;
		at++;
	}
	return pairs >= 6 && (at == n || !isalnum((unsigned char)s[at])) ? at : 0;
}

/* Everybody's own addresses tell nothing. */
static bool is_common_address(const char *s, size_t n)
{
	return (n >= 4 && memcmp(s, "127.", 4) == 0) ||
	       (n >= 7 && memcmp(s, "0.0.0.0", 7) == 0);
}

/* Four numbers with dots; versions of kernels have at most three before their dash. */
static size_t ip_address(const char *s, size_t n)
{
	size_t at = 0;

	for (unsigned part = 0; part < 4; part++) {
		size_t digits = 0;

		if (part && (at >= n || s[at++] != '.'))
			return 0;
		while (at < n && digits < 4 && isdigit((unsigned char)s[at])) {
			at++;
			digits++;
		}
		if (!digits || digits > 3)
			return 0;
	}
	if (is_common_address(s, n))
		return 0;
	return at == n || (s[at] != '.' && !isalnum((unsigned char)s[at])) ? at : 0;
}

/* Length of an identifier at the start of @s, 0 when there is none. */
static size_t identifier(const char *s, size_t n)
{
	size_t len = uuid(s, n);

	len = len ? len : mac_address(s, n, ':');
	len = len ? len : mac_address(s, n, '-');
	return len ? len : ip_address(s, n);
}

/* "UUID=", "PARTUUID=", "LABEL=": the rest of the value names a disk. */
static size_t disk_tag(const char *s, size_t n)
{
	static const char *const tags[] = {
		"UUID=",	 "LABEL=",	   "/by-id/", "/by-uuid/", "/by-label/",
		"/by-partuuid/", "/by-partlabel/", "/home/",  "/media/",   "ZFS=",
		"zfs:"};

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		size_t len = strlen(tags[i]);

		if (n >= len && memcmp(s, tags[i], len) == 0)
			return len;
	}
	return 0;
}

static void put_value(struct vck_buf *out, const char *s, size_t n)
{
	bool word_start = true;

	for (size_t i = 0; i < n;) {
		size_t len = disk_tag(s + i, n - i);

		if (len) {
			vck_buf_add(out, s + i, len);
			vck_buf_adds(out, REDACTED);
			return;
		}
		len = word_start ? identifier(s + i, n - i) : 0;
		if (len)
			vck_buf_adds(out, REDACTED);
		else
			vck_buf_addc(out, s[i]);
		word_start = !isalnum((unsigned char)s[i]);
		i += len ? len : 1;
	}
}

/* One word of the command line; quotes hold blanks together. */
static size_t word_length(const char *s, size_t n)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < n && (quoted || !isspace((unsigned char)s[i])); i++)
		quoted ^= s[i] == '"';
	return i;
}

static void put_cmdline(struct vck_buf *out, const char *s, size_t n)
{
	while (n) {
		size_t len = word_length(s, n);
		const char *eq = memchr(s, '=', len);

		if (!len) {
			vck_buf_addc(out, *s);
			len = 1;
		} else if (eq && is_secret_option(s, (size_t)(eq - s))) {
			vck_buf_add(out, s, (size_t)(eq - s) + 1);
			vck_buf_adds(out, REDACTED);
			if (*s == '"' && s[len - 1] == '"')
				vck_buf_addc(out, '"');
		} else {
			put_value(out, s, len);
		}
		s += len;
		n -= len;
	}
}

static int scrub_cmdline(struct vck_mem_node *f)
{
	cleanup_buf struct vck_buf out = {0};

	/* What a piece begins with may be the end of a secret. */
	if (!vck_mem_is_whole(f)) {
		vck_mem_forget(f);
		return 0;
	}
	if (!f->n_extents)
		return 0;
	put_cmdline(&out, (const char *)f->extents[0].data, f->size);
	return out.failed ? -ENOMEM : vck_mem_replace(f, vck_buf_str(&out), out.len);
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

int vck_capture_trim(struct vck_memtree *t)
{
	static const char *const paths[] = {"proc/cpuinfo", "proc/interrupts",
					    "proc/iomem"};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(paths) && r == 0; i++) {
		struct vck_mem_node *n = NULL;

		if (vck_memtree_lookup(t, NULL, paths[i], false, &n) < 0 ||
		    n->type != VCK_MEM_FILE || n->unread)
			continue;
		r = vck_mem_join(n);
		if (r == 0)
			r = i == 0 ? trim_cpuinfo(n)
				   : trim_lines(n, i == 1 ? put_interrupt : put_range);
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

static int scrub_file(struct vck_mem_node *f)
{
	int r = vck_mem_join(f);

	if (r < 0 || f->unread)
		return r;
	/* Mounts and swap files stand in words like the command line's: names of people's
	 * directories and of their disks. */
	if (streq(f->name, "cmdline") || streq(f->name, "bootargs") ||
	    streq(f->name, "mountinfo") || streq(f->name, "swaps"))
		return scrub_cmdline(f);
	if (streq(f->name, "config"))
		return scrub_config(f);
	if (is_secret_file(f))
		vck_mem_forget(f);
	return 0;
}

int vck_capture_scrub(struct vck_memtree *t)
{
	int r = 0;

	for (struct vck_mem_node *n = vck_memtree_root(t); n && r == 0;
	     n = vck_mem_next(n)) {
		if (n->type == VCK_MEM_FILE)
			r = scrub_file(n);
	}
	return r < 0 ? r : vck_capture_rename(t);
}
