// SPDX-License-Identifier: GPL-2.0-or-later
/* libpci that runs out of memory: it says so to a callback that must not return. */
#include "config.h"

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/oom.h"
#include "source/gather.h"

static unsigned asked, fail_at; /* at which of the questions; 0: never */

char *__wrap_pci_lookup_name(struct pci_access *a, char *buf, int size, int flags, ...);
char *__wrap_pci_lookup_name(struct pci_access *a, char *buf, int size, int flags, ...)
{
	(void)flags;
	if (++asked == fail_at)
		a->error((char *)"Out of memory (allocation of %d bytes failed)", 40);
	snprintf(buf, (size_t)size, "kind %u", asked);
	return buf;
}

static struct vck_host *two_kinds(void)
{
	struct vck_host *h = vck_host_new();

	assert_non_null(h);
	for (uint16_t i = 0; i < 2; i++) {
		struct vck_device *d = vck_host_add_device(h, i ? "0000:00:02.0" : "0000:00:01.0");

		assert_non_null(d);
		d->vendor_id = 0x1b36;
		d->device_id = i;
		d->have = VCK_EV_IDS;
	}
	return h;
}

static void names_are_read(void **state)
{
	struct vck_host *h = two_kinds();

	(void)state;
	asked = fail_at = 0;
	assert_int_equal(vck_read_names(h), 0);
	assert_string_equal(h->devices[0]->name, "kind 1");
	assert_string_equal(h->devices[1]->name, "kind 2");
	assert_false(vck_oom_seen());
	vck_host_free(h);
}

static void libpci_gives_up(void **state)
{
	(void)state;
	for (fail_at = 1; fail_at <= 2; fail_at++) {
		struct vck_host *h = two_kinds();

		asked = 0;
		assert_int_equal(vck_read_names(h), -ENOMEM);
		assert_true(vck_oom_seen());
		vck_host_free(h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),
		cmocka_unit_test(libpci_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
