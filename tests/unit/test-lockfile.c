// SPDX-License-Identifier: GPL-2.0-or-later
/* The text of the lock's files: what is written parses back to the same, what is
 * wrong is refused with its line, and a place has one key whatever its bus numbers. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/lockfile.h"

static void test_key(void **state)
{
	static const struct {
		const char *path, *key;
		int ret;
	} rows[] = {
		{ "sys/devices/pci0000:00/0000:00:1c.4/0000:03:00.0", "pci0000:00/1c.4/00.0", 0 },
		{ "sys/devices/pci0000:00/0000:00:1c.4/0000:07:00.0", "pci0000:00/1c.4/00.0", 0 },
		{ "devices/pci0000:00/0000:00:02.1", "pci0000:00/02.1", 0 },
		{ "sys/devices/platform/40000000.pcie/pci0000:00/0000:00:01.0/0000:01:1f.7",
		  "pci0000:00/01.0/1f.7", 0 },
		{ "sys/devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0",
		  "pci0000:00/0e.0/pci10000:e0/06.0/00.0", 0 },
		{ "sys/devices/platform/9050000.smmuv3", "", -EINVAL },
		{ "sys/devices/pci0000:00", "", -EINVAL },
		{ "sys/devices/pci0000:00/0000:00:01.0/net/eth0", "", -EINVAL },
		{ "", "", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char key[VCK_PCI_KEY_LEN] = "";

		assert_int_equal(vck_pci_key(rows[i].path, key, sizeof(key)), rows[i].ret);
		assert_string_equal(key, rows[i].key);
	}
	char small[8];

	assert_int_equal(vck_pci_key(rows[0].path, small, sizeof(small)), -ENAMETOOLONG);
}

static void test_conf(void **state)
{
	static const struct {
		const char *text;
		int ret;
		unsigned line;
	} rows[] = {
		{ "path=pci0000:00/01.0\nvendor=10de\ndevice=2204\n", 0, 0 },
		{ "# note\n\n path = pci0000:00/01.0\nvendor=0x10de\ndevice=2204\nnosnoop=guarded", 0, 0 },
		{ "path=x\nvendor=10de\n", -EINVAL, 0 },
		{ "path=x\nvendor=10de\ndevice=2204\nnosnoop=perhaps\n", -EINVAL, 4 },
		{ "path=x\nvendor=10dex\ndevice=2204\n", -EINVAL, 2 },
		{ "path=x\nvendor=10de\nvendor=10de\ndevice=2204\n", -EINVAL, 3 },
		{ "path=x\nvendor=10de\ndevice=2204\nwhat=1\n", -EINVAL, 4 },
		{ "path=x\nvendor=10de\ndevice=22\00104\n", -EINVAL, 3 },
		{ "just text\n", -EINVAL, 1 },
		{ "", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_lock_conf c = { 0 };
		unsigned line = 0;

		assert_int_equal(vck_conf_parse(rows[i].text, strlen(rows[i].text), &c, &line),
				 rows[i].ret);
		assert_int_equal(line, rows[i].line);
		assert_int_equal(c.vendor, rows[i].ret ? 0 : 0x10de);
	}
}

static void test_round_trip(void **state)
{
	const struct vck_lock_conf c = { .path = "pci0000:00/01.0",
					 .vendor = 1,
					 .device = 0xffff,
					 .nosnoop = VCK_CONF_PERSISTENT,
					 .native = true,
					 .driver = "vfio-pci" };
	const struct vck_lock_record r = { .address = "0000:00:01.0",
					   .path = "pci0000:00/01.0",
					   .vendor = 1,
					   .device = 2,
					   .reg_vendor = 1,
					   .reg_device = 3,
					   .position = 0x80,
					   .state = VCK_RECORD_TESTING,
					   .before = true,
					   .wanted = false,
					   .power = "auto",
					   .drift = 7,
					   .hardwired = VCK_NO };
	const struct vck_lock_holder h = { .pid = 4242, .start = 1234567890123 };
	cleanup_buf struct vck_buf b = { 0 };
	struct vck_lock_conf c2 = { 0 };
	struct vck_lock_record r2 = { 0 };
	struct vck_lock_holder h2 = { 0 };
	unsigned line;

	(void)state;
	vck_conf_format(&b, &c);
	assert_int_equal(vck_conf_parse(b.data, b.len, &c2, &line), 0);
	assert_string_equal(c.path, c2.path);
	assert_string_equal(c.driver, c2.driver);
	assert_int_equal(c.vendor, c2.vendor);
	assert_int_equal(c.device, c2.device);
	assert_int_equal(c.nosnoop, c2.nosnoop);
	assert_int_equal(c.native, c2.native);
	vck_buf_reset(&b);
	vck_record_format(&b, &r);
	assert_int_equal(vck_record_parse(b.data, b.len, &r2, &line), 0);
	assert_string_equal(r.address, r2.address);
	assert_string_equal(r.path, r2.path);
	assert_string_equal(r.power, r2.power);
	assert_int_equal(r.vendor, r2.vendor);
	assert_int_equal(r.device, r2.device);
	assert_int_equal(r.reg_vendor, r2.reg_vendor);
	assert_int_equal(r.reg_device, r2.reg_device);
	assert_int_equal(r.position, r2.position);
	assert_int_equal(r.state, r2.state);
	assert_int_equal(r.before, r2.before);
	assert_int_equal(r.wanted, r2.wanted);
	assert_int_equal(r.drift, r2.drift);
	assert_int_equal(r.hardwired, r2.hardwired);
	vck_buf_reset(&b);
	vck_holder_format(&b, &h);
	assert_int_equal(vck_holder_parse(b.data, b.len, &h2, &line), 0);
	assert_int_equal(h.pid, h2.pid);
	assert_int_equal(h.start, h2.start);
}

static void test_start_time(void **state)
{
	static const struct {
		const char *stat;
		uint64_t start;
	} rows[] = {
		{ "12 (qemu) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21\n", 4711 },
		{ "12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20\n", 4711 },
		{ "12 (qemu) S 1 2 3\n", 0 },
		{ "12 (qemu)", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(vck_stat_start(rows[i].stat, strlen(rows[i].stat)),
				 rows[i].start);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_conf),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_start_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
