// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints what the parsers make of firmware tables, one fact a line, for the suites
 * that compare it with other programs (check-acpi, check-dt). Several files are read
 * into one host, in order, as the tables of one machine. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "source/acpi.h"
#include "source/root.h"

static int read_file(const char *path, struct vck_blob *ret)
{
	FILE *f = fopen(path, "rb");
	size_t cap = 64u << 20, n;
	uint8_t *data;

	if (!f)
		return -errno;
	data = malloc(cap);
	n = data ? fread(data, 1, cap, f) : 0;
	fclose(f);
	*ret = (struct vck_blob){ data, n };
	return data ? 0 : -ENOMEM;
}

static void print_acpi(const struct vck_acpi *a)
{
	static const char *const kinds[] = { "name", "method-const", "method", "other",
					     "evaluated" };

	for (size_t i = 0; i < a->n_tables; i++)
		printf("table %s checksum %d complete %d: %s\n", a->tables[i].signature,
		       a->tables[i].checksum_ok, a->tables[i].complete,
		       a->tables[i].summary ? a->tables[i].summary : "-");
	for (size_t i = 0; i < a->n_ccas; i++)
		printf("cca %s %s 0x%" PRIx64 "\n", a->ccas[i].path, kinds[a->ccas[i].kind],
		       a->ccas[i].value);
	if (a->dmar)
		printf("dmar units %zu rmrrs %zu atsrs %zu satcs %zu\n", a->dmar->n_units,
		       a->dmar->n_rmrrs, a->dmar->n_atsrs, a->dmar->n_satcs);
	if (a->ivrs) {
		size_t n[3] = { 0 }, entries = 0;

		for (size_t i = 0; i < a->ivrs->n_ivhds; i++) {
			uint8_t type = a->ivrs->ivhds[i].type;

			n[type == 0x10 ? 0 : type == 0x11 ? 1 : 2]++;
			entries += a->ivrs->ivhds[i].n_entries;
		}
		printf("ivrs ivhd10 %zu ivhd11 %zu ivhd40 %zu ivmds %zu entries %zu\n", n[0], n[1],
		       n[2], a->ivrs->n_ivmds, entries);
	}
	if (a->iort)
		printf("iort nodes %zu\n", a->iort->n_nodes);
	if (a->viot)
		printf("viot nodes %zu\n", a->viot->n_nodes);
	if (a->rimt)
		printf("rimt nodes %zu\n", a->rimt->n_nodes);
}

int main(int argc, char **argv)
{
	cleanup_aml_scopes struct vck_aml_scopes scopes = { 0 };
	cleanup_host struct vck_host *h = vck_host_new();
	struct timespec a, b;

	if (!h)
		return 2;
	for (int i = 1; i < argc; i++) {
		cleanup_blob struct vck_blob blob = { 0 };

		if (read_file(argv[i], &blob) < 0)
			return 2;
		clock_gettime(CLOCK_MONOTONIC, &a);
		int n = vck_firmware_file(h, argv[i], vck_blob_bytes(&blob), &scopes);
		clock_gettime(CLOCK_MONOTONIC, &b);
		printf("file %s tables %d microseconds %ld\n", argv[i], n,
		       (b.tv_sec - a.tv_sec) * 1000000 + (b.tv_nsec - a.tv_nsec) / 1000);
		if (n <= 0)
			return 2;
	}
	vck_aml_finish(h);
	print_acpi(&h->acpi);
	printf("dt nodes %zu phandles %zu\n", h->dt.n_nodes, h->dt.n_phandles);
	for (size_t i = 0; i < h->n_problems; i++)
		printf("problem %s: %s\n", h->problems[i].path, h->problems[i].unknown);
	return 0;
}
