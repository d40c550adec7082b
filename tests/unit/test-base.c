// SPDX-License-Identifier: GPL-2.0-or-later
/* base/: numbers, addresses, text and bytes behave at their edges, and nothing
 * unknown is ever taken for zero. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/num.h"
#include "base/text.h"
#include "base/tri.h"

static void test_shell_word(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"/tmp/host-1.capture", "/tmp/host-1.capture"},
		{"a b", "a\\ b"},
		{"~/it's $(x) \"\\", "\\~/it\\'s\\ \\$\\(x\\)\\ \\\"\\\\"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		{"a\nb", "PATH"},
		{"\xff", "PATH"},
		{"", "''"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buf struct vck_buf b = {0};

		vck_text_shell(&b, rows[i].in);
		assert_string_equal(vck_buf_str(&b), rows[i].out);
	}
}

static void test_numbers(void **state)
{
	static const struct {
		const char *s;
		int base, ret;
		uint64_t value;
	} rows[] = {
		{ "0", 0, 0, 0 },	 { "0x1f", 0, 0, 0x1f },  { "1f", 16, 0, 0x1f },
		{ "", 0, -EINVAL, 0 },	 { "0x", 0, -EINVAL, 0 }, { "12 ", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 }, { "+1", 10, -EINVAL, 0 },
		{ "ffffffffffffffff", 16, 0, UINT64_MAX },
		{ "10000000000000000", 16, -ERANGE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t v = 0;

		assert_int_equal(vck_parse_u64(rows[i].s, rows[i].base, UINT64_MAX, &v),
				 rows[i].ret);
		assert_int_equal(v, rows[i].value);
	}
}

static void test_bdf(void **state)
{
	static const char *const bad[] = { "", "1:0.0", "01:00", "01:00.8", "01:20.0",
					   "0000:01:00.0x", "000:01:00.0", "g0:00.0",
					   "123456789:00:00.0", "01:00.0 " };
	char out[VCK_BDF_LEN];
	struct vck_bdf a;

	(void)state;
	assert_int_equal(vck_bdf_parse("01:1f.7", &a), 0);
	assert_string_equal(vck_bdf_format(a, out), "0000:01:1f.7");
	assert_int_equal(vck_bdf_parse("10000:e1:00.0", &a), 0);
	assert_string_equal(vck_bdf_format(a, out), "10000:e1:00.0");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(vck_bdf_parse(bad[i], &a), -EINVAL);
	assert_int_equal(vck_bdf_parse_typed("1:a.2", &a), 0);
	assert_string_equal(vck_bdf_format(a, out), "0000:01:0a.2");
	assert_int_equal(vck_bdf_parse_typed("0:1:00.0", &a), 0);
	assert_string_equal(vck_bdf_format(a, out), "0000:01:00.0");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		/* Two of them lack nothing but zeros. */
		if (!streq(bad[i], "1:0.0") && !streq(bad[i], "000:01:00.0"))
			assert_int_equal(vck_bdf_parse_typed(bad[i], &a), -EINVAL);
	}
}

static void test_natural_order(void **state)
{
	(void)state;
	assert_true(vck_natural_cmp("2", "10") < 0);
	assert_true(vck_natural_cmp("dmar9", "dmar10") < 0);
	assert_true(vck_natural_cmp("a", "a1") < 0);
	assert_int_equal(vck_natural_cmp("x01", "x1"), 0);
}

static void test_safe_text(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain", "plain" },
		{ "a\x1b[2Jb", "a\\x1b[2Jb" },
		{ "a\nb", "a\\x0ab" },
		{ "\xff", "\\xff" },
		{ "\xc3\xa9", "\xc3\xa9" },
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "\xc2\x9b", "\\xc2\\x9b" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buf struct vck_buf b = { 0 };

		vck_text_safe(&b, rows[i].in, strlen(rows[i].in));
		assert_string_equal(vck_buf_str(&b), rows[i].out);
	}
}

static void test_safe_lines(void **state)
{
	static const char text[] = "a\x1b[2J\n\nb\r\nc\x7f and what is behind the length";
	cleanup_buf struct vck_buf b = { 0 };

	(void)state;
	vck_text_safe_lines(&b, text, strlen("a.[2J..b..c."));
	assert_string_equal(vck_buf_str(&b), "a\\x1b[2J\n\nb\\x0d\nc\\x7f");
}

static void test_cursor(void **state)
{
	static const uint8_t data[] = { 1, 2, 3, 4, 5 };
	struct vck_bytes b = { data, sizeof(data) };
	uint32_t v = 77;

	(void)state;
	assert_true(vck_le32(b, 1, &v));
	assert_int_equal(v, 0x05040302);
	assert_true(vck_be32(b, 0, &v));
	assert_int_equal(v, 0x01020304);
	assert_false(vck_le32(b, 2, &v));
	assert_false(vck_le32(b, SIZE_MAX, &v));
	assert_int_equal(v, 0x01020304);
}

static void test_arena(void **state)
{
	struct vck_arena a = { 0 };
	int *array = NULL;
	size_t cap = 0;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		assert_int_equal(vck_arena_grow(&a, &array, n, &cap, sizeof(*array)), 0);
		array[n] = (int)n;
	}
	assert_int_equal(array[999], 999);
	assert_null(vck_arena_calloc(&a, SIZE_MAX, 2));
	assert_non_null(vck_arena_alloc(&a, 1 << 20));
	vck_arena_done(&a);
}

static void test_tri(void **state)
{
	(void)state;
	assert_int_equal(vck_tri_and(VCK_UNKNOWN, VCK_NO), VCK_NO);
	assert_int_equal(vck_tri_and(VCK_UNKNOWN, VCK_YES), VCK_UNKNOWN);
	assert_int_equal(vck_tri_or(VCK_UNKNOWN, VCK_YES), VCK_YES);
	assert_int_equal(vck_tri_not(VCK_UNKNOWN), VCK_UNKNOWN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_bdf),
		cmocka_unit_test(test_natural_order), cmocka_unit_test(test_safe_text),
		cmocka_unit_test(test_safe_lines),
		cmocka_unit_test(test_cursor), cmocka_unit_test(test_arena),
		cmocka_unit_test(test_tri),     cmocka_unit_test(test_shell_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
