// SPDX-License-Identifier: GPL-2.0-or-later
/* IVRS: any bytes as a whole table. */
#include "config.h"

#include "fuzz.h"
#include "source/acpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_table(vck_acpi_ivrs, data, size);
	return 0;
}
