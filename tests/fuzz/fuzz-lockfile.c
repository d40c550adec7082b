// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of the lock: what parses is formatted and parses again, to the same text. */
#include "config.h"

#include "fuzz.h"
#include "model/lockfile.h"

static void conf(const char *text, size_t size)
{
	cleanup_buf struct vck_buf a = { 0 }, b = { 0 };
	struct vck_lock_conf c;
	unsigned line;

	if (vck_conf_parse(text, size, &c, &line) < 0)
		return;
	vck_conf_format(&a, &c);
	assert(vck_conf_parse(vck_buf_str(&a), a.len, &c, &line) == 0);
	vck_conf_format(&b, &c);
	assert(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
}

static void record(const char *text, size_t size)
{
	cleanup_buf struct vck_buf a = { 0 }, b = { 0 };
	struct vck_lock_record r;
	unsigned line;

	if (vck_record_parse(text, size, &r, &line) < 0)
		return;
	vck_record_format(&a, &r);
	assert(vck_record_parse(vck_buf_str(&a), a.len, &r, &line) == 0);
	vck_record_format(&b, &r);
	assert(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct vck_buf text = { 0 };
	struct vck_lock_holder holder;
	unsigned line;

	vck_buf_add(&text, data, size);
	conf(vck_buf_str(&text), text.len);
	record(vck_buf_str(&text), text.len);
	(void)!vck_holder_parse(vck_buf_str(&text), text.len, &holder, &line);
	(void)vck_stat_start(vck_buf_str(&text), text.len);
	return 0;
}
