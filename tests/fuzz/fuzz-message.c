// SPDX-License-Identifier: GPL-2.0-or-later
/* What is pasted to `explain`: patterns with many asterisks must not take for ever. */
#include "config.h"

#include "check/explain.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct vck_buf text = { 0 };
	const struct vck_rule *rules[8];
	struct vck_bdf a;
	const char *s;
	char group[16];
	size_t n;

	vck_buf_add(&text, data, size);
	s = vck_buf_str(&text);
	n = vck_explain_message(s, rules, ARRAY_SIZE(rules));
	assert(n <= ARRAY_SIZE(rules));
	while (vck_explain_next_address(&s, &a))
		assert(a.dev < 32 && a.fn < 8);
	(void)vck_explain_group(vck_buf_str(&text), group);
	return 0;
}
