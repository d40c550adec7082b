// SPDX-License-Identifier: GPL-2.0-or-later
/* The walk over AML: any bytes behind the header of a DSDT, then the same again as an
 * SSDT, so that names of the first are there. */
#include "config.h"

#include "fuzz.h"
#include "source/acpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_aml_scopes struct vck_aml_scopes scopes = { 0 };
	cleanup_host struct vck_host *h = fuzz_host();
	static const char *const names[] = { "DSDT", "SSDT" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct vck_acpi_table t = { .path = "fuzz", .read = VCK_YES };
		int r = vck_aml_walk(h, &t, (struct vck_bytes){ data, size }, names[i], &scopes);

		assert(r == 0);
	}
	h->acpi.present = h->acpi.cca_known = VCK_YES;
	vck_aml_finish(h);
	fuzz_questions(h);
	return 0;
}
