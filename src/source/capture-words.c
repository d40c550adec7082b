// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts of words, as the kernel command line and the lists of mounts and swaps are: what
 * in them names a machine, its people or its disks, and writing them without it. Nothing
 * looks at a tree here. */
#include "config.h"

#include <ctype.h>
#include <errno.h>

#include "base/buf.h"
#include "base/num.h"
#include "source/capture-words.h"

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
	"bootfs",      "spl_hostid",	   "spl.spl_hostid",   "host",
	"smb",	       "gateway",	   "nbdroot",	       "cifsroot",
	"fcoe",	       "aoe",		   "ceph",	       "user",
	"username",    "userfullname",	   "live_config.user*", "proxy",
};

/* What rules read: no word of theirs is a name of the host, whatever that is called. */
static const char *const read_options[] = {"iommu", "vfio", "pci", "smmu", "remap", "probe"};

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
	static const char *const parts[] = {"passw",   "passphrase", "secret", "token",
					    "credential", "serial",  "hostname", "hostid",
					    "hostnqn", "macaddr",    "mac_addr", "hwaddr",
					    "guid",    "wwn",	     "wwpn",	 "initiator"};

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

/* 2001:db8::7: of those that are somebody's, the first group has four digits. PCI ids have
 * colons as well, and neither two in a row nor seven. */
static size_t ipv6_address(const char *s, size_t n)
{
	size_t at = 0, colons = 0;
	bool gap = false;

	if (hex_run(s, n) != 4 || !strchr("23fF", *s))
		return 0;
	while (at < n && (s[at] == ':' || isxdigit((unsigned char)s[at]))) {
		size_t digits = hex_run(s + at, n - at);

		if (digits > 4)
			return 0;
		at += digits;
		if (at < n && s[at] == ':') {
			colons++;
			gap |= at + 1 < n && s[at + 1] == ':';
			at++;
		}
	}
	return (gap || colons == 7) && (at == n || !isalnum((unsigned char)s[at])) ? at : 0;
}

/* Without anything between the digits: MAC addresses (12), EUI-64 and world wide names (16, of
 * which addresses of memory have the first digit 0), machine ids and GUIDs (32); and
 * "5254.0012.3456". */
static size_t bare_number(const char *s, size_t n)
{
	size_t at = n > 2 && s[0] == '0' && tolower((unsigned char)s[1]) == 'x' ? 2 : 0;
	size_t len = hex_run(s + at, n - at);
	bool ends = at + len == n || !isalnum((unsigned char)s[at + len]);

	if (at)
		return ends && (len == 32 || (len == 16 && s[at] != '0')) ? at + len : 0;
	if (ends && (len == 12 || len == 16 || len == 32))
		return len;
	if (len == 4 && n >= 14 && s[4] == '.' && hex_run(s + 5, n - 5) == 4 && s[9] == '.' &&
	    hex_run(s + 10, n - 10) == 4 && (n == 14 || s[14] != '.'))
		return 14;
	return 0;
}

/* Length of an identifier at the start of @s, 0 when there is none. */
static size_t identifier(const char *s, size_t n)
{
	size_t len = uuid(s, n);

	len = len ? len : mac_address(s, n, ':');
	len = len ? len : mac_address(s, n, '-');
	len = len ? len : ip_address(s, n);
	len = len ? len : ipv6_address(s, n);
	return len ? len : bare_number(s, n);
}

/* The host's name at the start of @s, with the domain behind it. */
static size_t host_name(const struct vck_scrub_names *names, const char *s, size_t n)
{
	size_t len = names->host_len;

	if (!len || n < len || strncasecmp(s, names->host, len) != 0 ||
	    (n > len && isalnum((unsigned char)s[len])))
		return 0;
	while (len + 1 < n && s[len] == '.' && isalpha((unsigned char)s[len + 1])) {
		len++;
		while (len < n && (isalnum((unsigned char)s[len]) || s[len] == '-'))
			len++;
	}
	return len;
}

/* "UUID=", "PARTUUID=", "LABEL=": the rest of the value names a disk. */
static size_t disk_tag(const char *s, size_t n)
{
	static const char *const tags[] = {
		"UUID=",	 "LABEL=",	   "/by-id/", "/by-uuid/", "/by-label/",
		"/by-partuuid/", "/by-partlabel/", "/home/",  "/media/",   "ZFS=",
		"zfs:",		 "/by-path/",	   "/by-dname/", "iqn.",   "nqn.",
		"eui.",		 "naa.",	   "wwn-",    "nfs:",	   "nfs4:",
		"iscsi:",	 "nbd:",	   "fcoe:",   "smb:"};

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		size_t len = strlen(tags[i]);

		if (n >= len && memcmp(s, tags[i], len) == 0)
			return len;
	}
	return 0;
}

/* --- names of disks --- */

static int name_cmp(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	int r = vck_natural_cmp(*x, *y);

	return r ? r : strcmp(*x, *y);
}

int vck_scrub_add_disk(struct vck_scrub_names *names, const char *s, size_t n)
{
	char *name = strndup(s, n), **p;

	if (name && names->n_disks == names->cap_disks) {
		size_t cap = names->cap_disks ? 2 * names->cap_disks : 16;

		p = reallocarray(names->disks, cap, sizeof(*p));
		if (!p) {
			free(name);
			return -ENOMEM;
		}
		names->disks = p;
		names->cap_disks = cap;
	}
	if (!name)
		return -ENOMEM;
	names->disks[names->n_disks++] = name;
	return 0;
}

void vck_scrub_sort(struct vck_scrub_names *names)
{
	size_t kept = 0;

	if (names->n_disks)
		qsort(names->disks, names->n_disks, sizeof(*names->disks), name_cmp);
	for (size_t i = 0; i < names->n_disks; i++) {
		if (kept && streq(names->disks[kept - 1], names->disks[i]))
			free(names->disks[i]);
		else
			names->disks[kept++] = names->disks[i];
	}
	names->n_disks = kept;
}

void vck_scrub_done(struct vck_scrub_names *names)
{
	for (size_t i = 0; i < names->n_disks; i++)
		free(names->disks[i]);
	free(names->disks);
}

void vck_scrub_disk(const struct vck_scrub_names *names, const char *s, size_t n,
		    struct vck_buf *out)
{
	cleanup_free char *name = strndup(s, n);
	char **row;

	if (!name) {
		out->failed = true;
		return;
	}
	row = names->n_disks
		      ? bsearch(&name, names->disks, names->n_disks, sizeof(name), name_cmp)
		      : NULL;
	vck_buf_adds(out, REDACTED);
	if (row)
		vck_buf_addf(out, "%zu", (size_t)(row - names->disks) + 1);
}

/* "/dev/mapper/HOST--vg-root" is another name there, "/dev/HOST-vg/root" and "/dev/md/HOST:0"
 * are none; "/dev/sda1" is as it was. Return: how much of @s that was. */
static size_t put_node(const struct vck_scrub_names *names, const char *s, size_t n,
		       const char *ends, struct vck_buf *out)
{
	static const char dev[] = "/dev/", mapper[] = "/dev/mapper/", disk[] = "/dev/disk/";
	size_t len = sizeof(dev) - 1, word = sizeof(mapper) - 1;

	if (n <= len || memcmp(s, dev, len) != 0)
		return 0;
	while (len < n && !isspace((unsigned char)s[len]) && !strchr(ends, s[len]))
		len++;
	if (len > word && memcmp(s, mapper, word) == 0) {
		vck_buf_add(out, s, word);
		vck_scrub_disk(names, s + word, len - word, out);
		return len;
	}
	if (!memchr(s + sizeof(dev) - 1, '/', len - (sizeof(dev) - 1)) ||
	    (len >= sizeof(disk) - 1 && memcmp(s, disk, sizeof(disk) - 1) == 0))
		return 0;
	vck_buf_adds(out, dev);
	vck_buf_adds(out, REDACTED);
	return len;
}

/* "/dev/sda1": which mounts and swaps are found by, and which no host is called. */
static size_t node_name(const char *s, size_t n, const char *ends)
{
	static const char dev[] = "/dev/";
	size_t len = sizeof(dev) - 1;

	if (n < len || memcmp(s, dev, len) != 0)
		return 0;
	while (len < n && s[len] != '/' && !isspace((unsigned char)s[len]) && !strchr(ends, s[len]))
		len++;
	return len;
}

/* --- writing --- */

/* @named: from here on words may be the host's name. */
static void put_value(const struct vck_scrub_names *names, const char *s, size_t n, size_t named,
		      const char *ends, struct vck_buf *out)
{
	bool word_start = true;

	for (size_t i = 0; i < n;) {
		size_t len = disk_tag(s + i, n - i);

		if (len) {
			vck_buf_add(out, s + i, len);
			vck_buf_adds(out, REDACTED);
			return;
		}
		len = put_node(names, s + i, n - i, ends, out);
		if (len) {
			i += len;
			continue;
		}
		len = node_name(s + i, n - i, ends);
		if (len) {
			vck_buf_add(out, s + i, len);
			i += len;
			word_start = true;
			continue;
		}
		len = word_start ? identifier(s + i, n - i) : 0;
		if (!len && word_start && i >= named)
			len = host_name(names, s + i, n - i);
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

static bool is_read_option(const char *key, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(read_options); i++) {
		if (memmem(key, n, read_options[i], strlen(read_options[i])))
			return true;
	}
	return false;
}

/* "server:/path", "https://server/path", "user@server". */
static bool is_remote(const char *s, size_t n)
{
	for (size_t i = 1; i + 1 < n; i++) {
		if (s[i] == ':' && s[i + 1] == '/')
			return true;
		if (s[i] == '@' && isalpha((unsigned char)s[i - 1]) &&
		    isalpha((unsigned char)s[i + 1]))
			return true;
	}
	return false;
}

static void put_option(const struct vck_scrub_names *names, const char *s, size_t n,
		       struct vck_buf *out)
{
	const char *eq = memchr(s, '=', n);
	size_t key = eq ? (size_t)(eq - s) : n, value = eq ? key + 1 : 0;
	bool is_read = is_read_option(s, key);

	if (eq && (is_secret_option(s, key) ||
		   (!is_read && is_remote(s + value, n - value)))) {
		vck_buf_add(out, s, value);
		vck_buf_adds(out, REDACTED);
		if (*s == '"' && s[n - 1] == '"')
			vck_buf_addc(out, '"');
		return;
	}
	put_value(names, s, n, is_read ? n : value, ",:\"", out);
}

void vck_scrub_cmdline(const struct vck_scrub_names *names, const char *s, size_t n,
		       struct vck_buf *out)
{
	while (n) {
		size_t len = word_length(s, n);

		if (len) {
			put_option(names, s, len, out);
		} else {
			vck_buf_addc(out, *s);
			len = 1;
		}
		s += len;
		n -= len;
	}
}

void vck_scrub_list(const struct vck_scrub_names *names, const char *s, size_t n,
		    struct vck_buf *out)
{
	while (n) {
		size_t len = 0;

		while (len < n && !isspace((unsigned char)s[len]))
			len++;
		if (len) {
			put_value(names, s, len, 0, "", out);
		} else {
			vck_buf_addc(out, *s);
			len = 1;
		}
		s += len;
		n -= len;
	}
}
