// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of the lock's files from and to plain data, by one table of fields each. */
#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <inttypes.h>

#include "base/text.h"
#include "model/lockfile.h"

enum field_type {
	FIELD_STRING,
	FIELD_HEX16,
	FIELD_U32,
	FIELD_U64,
	FIELD_BOOL, /* 0 or 1 */
	FIELD_NAME, /* one of names[], stored as its index */
};

struct field {
	const char *key;
	enum field_type type;
	size_t offset, size; /* size: of strings */
	const char *const *names;
	size_t n_names;
	bool required, omit_zero;
};

#define STRING(s, m) FIELD_STRING, offsetof(struct s, m), sizeof(((struct s *)0)->m), NULL, 0
#define PLAIN(t, s, m) t, offsetof(struct s, m), 0, NULL, 0
#define NAMED(s, m, names) FIELD_NAME, offsetof(struct s, m), 0, names, ARRAY_SIZE(names)

static const char *const lock_names[] = { "none", "persistent", "guarded" };
static const char *const state_names[] = { "pending", "testing", "done" };
static const char *const tri_names[] = { "unknown", "no", "yes" };

static_assert(ARRAY_SIZE(lock_names) == VCK_CONF_GUARDED + 1, "name missing");
static_assert(ARRAY_SIZE(state_names) == VCK_RECORD_DONE + 1, "name missing");
static_assert(ARRAY_SIZE(tri_names) == VCK_YES + 1, "name missing");
/* A FIELD_NAME is read and written as an unsigned int. */
static_assert(sizeof(enum vck_conf_lock) == sizeof(unsigned), "enum size");
static_assert(sizeof(enum vck_record_state) == sizeof(unsigned), "enum size");
static_assert(sizeof(enum vck_tri) == sizeof(unsigned), "enum size");

static const struct field conf_fields[] = {
	{ "path", STRING(vck_lock_conf, path), true, false },
	{ "vendor", PLAIN(FIELD_HEX16, vck_lock_conf, vendor), true, false },
	{ "device", PLAIN(FIELD_HEX16, vck_lock_conf, device), true, false },
	{ "nosnoop", NAMED(vck_lock_conf, nosnoop, lock_names), false, true },
	{ "native", PLAIN(FIELD_BOOL, vck_lock_conf, native), false, true },
	{ "driver", STRING(vck_lock_conf, driver), false, true },
};

static const struct field record_fields[] = {
	{ "address", STRING(vck_lock_record, address), true, false },
	{ "path", STRING(vck_lock_record, path), true, false },
	{ "vendor", PLAIN(FIELD_HEX16, vck_lock_record, vendor), true, false },
	{ "device", PLAIN(FIELD_HEX16, vck_lock_record, device), true, false },
	{ "register_vendor", PLAIN(FIELD_HEX16, vck_lock_record, reg_vendor), true, false },
	{ "register_device", PLAIN(FIELD_HEX16, vck_lock_record, reg_device), true, false },
	{ "position", PLAIN(FIELD_HEX16, vck_lock_record, position), true, false },
	{ "state", NAMED(vck_lock_record, state, state_names), true, false },
	{ "before", PLAIN(FIELD_BOOL, vck_lock_record, before), true, false },
	{ "wanted", PLAIN(FIELD_BOOL, vck_lock_record, wanted), true, false },
	{ "power", STRING(vck_lock_record, power), false, true },
	{ "drift", PLAIN(FIELD_U32, vck_lock_record, drift), false, true },
	{ "hardwired", NAMED(vck_lock_record, hardwired, tri_names), false, true },
};

static const struct field holder_fields[] = {
	{ "pid", PLAIN(FIELD_U32, vck_lock_holder, pid), true, false },
	{ "start", PLAIN(FIELD_U64, vck_lock_holder, start), false, true },
};

/* --- reading --- */

static int set_string(const struct field *f, char *at, const char *value)
{
	if (strlen(value) >= f->size)
		return -EINVAL;
	strcpy(at, value);
	return 0;
}

static int set_number(const struct field *f, void *at, const char *value)
{
	static const uint64_t max[] = { [FIELD_HEX16] = UINT16_MAX,
					[FIELD_U32] = UINT32_MAX,
					[FIELD_U64] = UINT64_MAX,
					[FIELD_BOOL] = 1 };
	uint64_t v;
	int r = vck_parse_u64(value, f->type == FIELD_HEX16 ? 16 : 10, max[f->type], &v);

	if (r < 0)
		return -EINVAL;
	if (f->type == FIELD_HEX16)
		*(uint16_t *)at = (uint16_t)v;
	else if (f->type == FIELD_U32)
		*(uint32_t *)at = (uint32_t)v;
	else if (f->type == FIELD_U64)
		*(uint64_t *)at = v;
	else
		*(bool *)at = v;
	return 0;
}

static int set_name(const struct field *f, unsigned *at, const char *value)
{
	for (size_t i = 0; i < f->n_names; i++) {
		if (streq(f->names[i], value)) {
			*at = (unsigned)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int set_field(const struct field *f, void *object, const char *value)
{
	void *at = (char *)object + f->offset;

	if (f->type == FIELD_STRING)
		return set_string(f, at, value);
	if (f->type == FIELD_NAME)
		return set_name(f, at, value);
	return set_number(f, at, value);
}

static const struct field *field_find(const struct field *fields, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		if (streq(fields[i].key, key))
			return &fields[i];
	}
	return NULL;
}

/* One line into @copy, cut at "="; false when it is no "key=value" of printable text. */
static bool split_line(const char *line, size_t len, char *copy, size_t size, char **key,
		       char **value)
{
	char *equal;

	if (len >= size)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isprint((unsigned char)line[i]) && line[i] != '\t')
			return false;
	}
	memcpy(copy, line, len);
	copy[len] = '\0';
	equal = strchr(copy, '=');
	if (!equal)
		return false;
	*equal = '\0';
	*key = vck_strip(copy);
	*value = vck_strip(equal + 1);
	return true;
}

static bool is_blank(const char *line, size_t len)
{
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	return len == 0 || *line == '#';
}

static int take_line(const struct field *fields, size_t n, const char *line, size_t len,
		     void *object, uint32_t *seen)
{
	char copy[512], *key, *value;
	const struct field *f;
	uint32_t bit;

	if (!split_line(line, len, copy, sizeof(copy), &key, &value))
		return -EINVAL;
	f = field_find(fields, n, key);
	if (!f)
		return -EINVAL;
	bit = 1u << (f - fields);
	if (*seen & bit)
		return -EINVAL;
	*seen |= bit;
	return set_field(f, object, value);
}

static int parse(const struct field *fields, size_t n, const char *text, size_t len,
		 void *object, unsigned *reterr_line)
{
	const char *line;
	size_t line_len;
	uint32_t seen = 0;
	unsigned number = 0;

	while (vck_line_next(&text, &len, &line, &line_len)) {
		number++;
		if (is_blank(line, line_len))
			continue;
		if (take_line(fields, n, line, line_len, object, &seen) < 0) {
			*reterr_line = number;
			return -EINVAL;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (fields[i].required && !(seen & 1u << i)) {
			*reterr_line = 0;
			return -EINVAL;
		}
	}
	return 0;
}

int vck_conf_parse(const char *text, size_t len, struct vck_lock_conf *ret,
		   unsigned *reterr_line)
{
	struct vck_lock_conf c = { 0 };
	int r = parse(conf_fields, ARRAY_SIZE(conf_fields), text, len, &c, reterr_line);

	if (r == 0)
		*ret = c;
	return r;
}

int vck_record_parse(const char *text, size_t len, struct vck_lock_record *ret,
		     unsigned *reterr_line)
{
	struct vck_lock_record c = { 0 };
	int r = parse(record_fields, ARRAY_SIZE(record_fields), text, len, &c, reterr_line);

	if (r == 0)
		*ret = c;
	return r;
}

int vck_holder_parse(const char *text, size_t len, struct vck_lock_holder *ret,
		     unsigned *reterr_line)
{
	struct vck_lock_holder c = { 0 };
	int r = parse(holder_fields, ARRAY_SIZE(holder_fields), text, len, &c, reterr_line);

	if (r == 0)
		*ret = c;
	return r;
}

/* --- writing --- */

static bool is_zero(const struct field *f, const void *at)
{
	switch (f->type) {
	case FIELD_STRING:
		return *(const char *)at == '\0';
	case FIELD_HEX16:
		return *(const uint16_t *)at == 0;
	case FIELD_U32:
		return *(const uint32_t *)at == 0;
	case FIELD_U64:
		return *(const uint64_t *)at == 0;
	case FIELD_BOOL:
		return !*(const bool *)at;
	case FIELD_NAME:
		return *(const unsigned *)at == 0;
	}
	return false;
}

static void add_value(struct vck_buf *b, const struct field *f, const void *at)
{
	switch (f->type) {
	case FIELD_STRING:
		vck_buf_adds(b, at);
		return;
	case FIELD_HEX16:
		vck_buf_addf(b, "%04x", *(const uint16_t *)at);
		return;
	case FIELD_U32:
		vck_buf_addf(b, "%" PRIu32, *(const uint32_t *)at);
		return;
	case FIELD_U64:
		vck_buf_addf(b, "%" PRIu64, *(const uint64_t *)at);
		return;
	case FIELD_BOOL:
		vck_buf_addc(b, *(const bool *)at ? '1' : '0');
		return;
	case FIELD_NAME:
		vck_buf_adds(b, f->names[*(const unsigned *)at]);
		return;
	}
}

static void format(struct vck_buf *b, const struct field *fields, size_t n,
		   const void *object)
{
	for (size_t i = 0; i < n; i++) {
		const void *at = (const char *)object + fields[i].offset;

		if (fields[i].omit_zero && is_zero(&fields[i], at))
			continue;
		vck_buf_addf(b, "%s=", fields[i].key);
		add_value(b, &fields[i], at);
		vck_buf_addc(b, '\n');
	}
}

void vck_conf_format(struct vck_buf *b, const struct vck_lock_conf *c)
{
	vck_buf_adds(b, "# Written by viommu-check; see viommu-check-nosnoop(7).\n");
	format(b, conf_fields, ARRAY_SIZE(conf_fields), c);
}

void vck_record_format(struct vck_buf *b, const struct vck_lock_record *r)
{
	vck_buf_adds(b, "# Enable No Snoop of this function, as viommu-check found and left it.\n");
	format(b, record_fields, ARRAY_SIZE(record_fields), r);
}

void vck_holder_format(struct vck_buf *b, const struct vck_lock_holder *h)
{
	format(b, holder_fields, ARRAY_SIZE(holder_fields), h);
}

/* --- keys --- */

/* A key that grows; without memory of its own, which could run out and make a function look
 * like another. */
struct key {
	char text[VCK_PCI_KEY_LEN];
	size_t len; /* as it would be with room for all of it */
};

/* One component of a canonical path as the key has it; false when the key has no such. */
static bool key_component(struct key *k, const char *s, size_t n)
{
	size_t room = k->len < sizeof(k->text) ? sizeof(k->text) - k->len : 0;
	char *end = room ? k->text + k->len : NULL;
	char word[32];
	struct vck_bdf a;

	if (n >= sizeof(word))
		return false;
	memcpy(word, s, n);
	word[n] = '\0';
	if (vck_bdf_parse(word, &a) == 0) {
		k->len += (size_t)snprintf(end, room, "/%02x.%x", a.dev, a.fn);
		return true;
	}
	if (!str_after(word, "pci") || !strchr(word, ':'))
		return false;
	k->len += (size_t)snprintf(end, room, "%s%s", k->len ? "/" : "", word);
	return true;
}

int vck_pci_key(const char *syspath, char *out, size_t size)
{
	struct key k = { .len = 0 };
	bool last = false;

	for (const char *s = syspath; *s;) {
		size_t n = strcspn(s, "/");

		last = n && (k.len || str_after(s, "pci")) && key_component(&k, s, n);
		s += n;
		s += *s == '/';
	}
	if (!last || !strchr(k.text, '/'))
		return -EINVAL;
	if (k.len >= sizeof(k.text) || k.len >= size)
		return -ENAMETOOLONG;
	memcpy(out, k.text, k.len + 1);
	return 0;
}

int vck_conf_name(const char *key, char *out, size_t size)
{
	size_t n = strlen(key);

	if (n + sizeof(".conf") > size)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < n; i++)
		out[i] = key[i] == '/' ? '-' : key[i];
	memcpy(out + n, ".conf", sizeof(".conf"));
	return 0;
}

uint64_t vck_stat_start(const char *stat, size_t len)
{
	const char *end = stat + len, *p = memrchr(stat, ')', len);
	char number[24];
	size_t n = 0;

	/* Behind the name: field 3 first. Start time is field 22 (proc_pid_stat(5)). */
	for (int field = 2; p && field < 22; field++) {
		p = memchr(p, ' ', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	while (p && p + n < end && n < sizeof(number) - 1 && isdigit((unsigned char)p[n])) {
		number[n] = p[n];
		n++;
	}
	number[n] = '\0';

	uint64_t v;

	return vck_parse_u64(number, 10, UINT64_MAX, &v) < 0 ? 0 : v;
}
