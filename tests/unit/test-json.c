// SPDX-License-Identifier: GPL-2.0-or-later
/* What the writer makes of any string is JSON, says the same to a parser that is not
 * ours, and holds nothing that a terminal would act upon. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <json-c/json.h>

#include "render/json-writer.h"

/* The document {"key":value,"n":[value]}; to be freed. */
static char *written(const char *value)
{
	cleanup_json struct vck_json j = {0};
	char *text = NULL;
	size_t n = 0;

	j.out = open_memstream(&text, &n);
	assert_non_null(j.out);
	vck_json_object(&j, NULL);
	vck_json_str(&j, "key", value);
	vck_json_array(&j, "n");
	vck_json_str(&j, NULL, value);
	vck_json_end(&j);
	vck_json_object(&j, "under");
	vck_json_str_under(&j, value, value);
	vck_json_str_under(&j, "second", "");
	vck_json_end(&j);
	vck_json_end(&j);
	assert_false(j.failed);
	assert_int_equal(fclose(j.out), 0);
	return text;
}

static void check_value(struct json_object *o, const char *value)
{
	assert_non_null(o);
	assert_int_equal(json_object_get_string_len(o), (int)strlen(value));
	assert_string_equal(json_object_get_string(o), value);
}

/* @value is UTF-8, so that it comes back as it went. */
static void check(const char *value)
{
	cleanup_free char *text = written(value);
	struct json_object *doc = json_tokener_parse(text), *o = NULL;

	if (!doc)
		fail_msg("no JSON: %s", text);
	for (const char *p = text; *p; p++)
		assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	assert_true(json_object_object_get_ex(doc, "key", &o));
	check_value(o, value);
	assert_true(json_object_object_get_ex(doc, "n", &o));
	check_value(json_object_array_get_idx(o, 0), value);
	assert_true(json_object_object_get_ex(doc, "under", &o));
	assert_int_equal(json_object_object_length(o), 2);
	assert_true(json_object_object_get_ex(o, value, &o));
	check_value(o, value);
	json_object_put(doc);
}

static void test_strings(void **state)
{
	static const char *const values[] = {
		"", "a", "0000:01:00.0", "echo vfio-pci > /sys/bus\nmodprobe vfio-pci\n",
		"\"", "\\", "\n", "a\"b\\c\nd/e", "\t\r\b\f", "\x01\x1b[31m", "\x7f", "caf\xc3\xa9",
		"\xc2\x85", "\xe2\x80\xae", "\xf0\x9f\x92\xa9", "1234567\"", "12345678\"",
		"1234567\x7f", "12345678\x1f", "long enough for several steps of eight, and plain",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		check(values[i]);
}

/* Every ASCII byte at every place of a step of eight. */
static void test_every_byte(void **state)
{
	char text[20];

	(void)state;
	for (unsigned c = 1; c < 0x80; c++) {
		for (size_t at = 0; at < 17; at++) {
			memset(text, 'x', 17);
			text[17] = '\0';
			text[at] = (char)c;
			check(text);
		}
	}
}

/* What is no UTF-8 becomes U+FFFD. */
static void test_not_utf8(void **state)
{
	cleanup_free char *text = written("a\xff" "b");

	(void)state;
	assert_non_null(strstr(text, "a\xef\xbf\xbd" "b"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_not_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
