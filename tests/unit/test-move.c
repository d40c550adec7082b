// SPDX-License-Identifier: GPL-2.0-or-later
/* What `bind` and `probe --bind` refuse for safety: what would hurt the host, and what
 * could not be read and might. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "check/rules.h"
#include "cmd/move.h"

/* A display of the host whose everything was read, and nothing speaks against. */
static struct vck_device safe(void)
{
	return (struct vck_device){
		.address = "0000:01:00.0",
		.bus = VCK_BUS_PCI,
		.class = 0x030000,
		.driver = "nouveau",
		.have = VCK_EV_IDS | VCK_EV_DRIVER | VCK_EV_SRIOV | VCK_EV_HEADER,
		.boot_vga = VCK_NO,
	};
}

static void expect(const struct vck_host *h, const struct vck_device *d, const char *text)
{
	cleanup_buf struct vck_buf b = {0};

	assert_int_equal(vck_move_dangers(h, d, &b), 0);
	assert_string_equal(vck_buf_str(&b), text);
}

static void test_none(void **state)
{
	struct vck_host h = {0};
	struct vck_device d = safe();

	(void)state;
	expect(&h, &d, "");
	d.bus = VCK_BUS_PLATFORM; /* none of them has virtual functions or a console */
	d.have = VCK_EV_DRIVER;
	d.boot_vga = VCK_UNKNOWN;
	expect(&h, &d, "");
}

static void test_use(void **state)
{
	struct vck_host h = {.usage_unread = true};
	struct vck_device d = safe();

	(void)state;
	expect(&h, &d, "what this host uses it for could not be read");
	d.in_use = "mounted at /";
	expect(&h, &d, "in use by this host: mounted at /");
}

static void test_virtual_functions(void **state)
{
	struct vck_host h = {0};
	struct vck_device d = safe();

	(void)state;
	d.sriov_numvfs = 4;
	expect(&h, &d,
	       "a physical function with 4 virtual functions (echo 0 > "
	       "/sys/bus/pci/devices/0000:01:00.0/sriov_numvfs first)");
	d.have &= ~(unsigned)VCK_EV_SRIOV;
	expect(&h, &d, "whether it has virtual functions could not be read");
}

static void test_console(void **state)
{
	struct vck_host h = {0};
	struct vck_device d = safe();

	(void)state;
	d.boot_vga = VCK_YES;
	expect(&h, &d, "the boot console is on it");
	d.driver = "vfio-pci"; /* gone already */
	expect(&h, &d, "");
	d.driver = NULL;
	expect(&h, &d, "");
	d.have &= ~(unsigned)VCK_EV_DRIVER; /* a driver that could not be read may be the console's */
	expect(&h, &d, "the boot console is on it");
	d.boot_vga = VCK_UNKNOWN;
	expect(&h, &d, "whether the boot console is on it could not be read");
	d.class = 0x030200; /* a 3D controller has no such file */
	expect(&h, &d, "");
}

/* All of them at once: who forces it should know. */
static void test_all(void **state)
{
	struct vck_host h = {.usage_unread = true};
	struct vck_device d = safe();

	(void)state;
	d.have = VCK_EV_IDS;
	d.boot_vga = VCK_UNKNOWN;
	d.driver = NULL;
	expect(&h, &d,
	       "what this host uses it for could not be read; whether it has virtual functions "
	       "could not be read; whether the boot console is on it could not be read");
	d.cap.header_known = VCK_YES;
	d.cap.header_type = 1;
	expect(&h, &d, "a bridge; VFIO takes endpoints only, and a bridge need not be bound");
}

static void test_driver(void **state)
{
	struct vck_device d = safe();

	(void)state;
	assert_string_equal(vck_device_best_driver(&d), "vfio-pci");
	d.vfio_driver = "mlx5-vfio-pci";
	assert_string_equal(vck_device_best_driver(&d), "mlx5-vfio-pci");
	d.vfio_driver = NULL; /* variants are drivers of PCI functions */
	d.bus = VCK_BUS_PLATFORM;
	assert_string_equal(vck_device_best_driver(&d), "vfio-platform");
	d.bus = VCK_BUS_AMBA;
	assert_string_equal(vck_device_best_driver(&d), "vfio-amba");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_virtual_functions),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
