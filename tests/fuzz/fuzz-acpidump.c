// SPDX-License-Identifier: GPL-2.0-or-later
/* Any file that host --table may be given: told apart, then parsed. */
#include "config.h"

#include "fuzz.h"
#include "source/acpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_aml_scopes struct vck_aml_scopes scopes = { 0 };
	cleanup_host struct vck_host *h = fuzz_host();
	int r = vck_firmware_file(h, "fuzz", (struct vck_bytes){ data, size }, &scopes);

	assert(r >= 0);
	vck_acpi_finish(h);
	fuzz_questions(h);
	return 0;
}
