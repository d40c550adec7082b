// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs a fuzz target over its seeds once, as a plain test (TAP): each seed whole, cut
 * at many places, and with bytes changed. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>

#include "fuzz.h"

static size_t read_hex(const char *path, uint8_t *out, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n = 0;
	int c, high = -1;

	if (!f)
		return 0;
	while ((c = getc(f)) != EOF && n < size) {
		int v;

		if (c == '#')
			while (c != '\n' && c != EOF)
				c = getc(f);
		if (!isxdigit(c))
			continue;
		v = isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
		if (high < 0) {
			high = v;
			continue;
		}
		out[n++] = (uint8_t)(high << 4 | v);
		high = -1;
	}
	fclose(f);
	return n;
}

/* A copy of exactly that length, so that a sanitizer sees one byte too many. */
static void run(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	assert(copy);
	memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void replay(uint8_t *data, size_t n)
{
	size_t step = n / 256 + 1;

	run(data, n);
	for (size_t i = 0; i < n; i += step) {
		uint8_t keep = data[i];

		run(data, i);
		data[i] ^= 0xff;
		run(data, n);
		data[i] = (uint8_t)(keep + 1);
		run(data, n);
		data[i] = keep;
	}
}

int main(int argc, char **argv)
{
	static uint8_t data[1 << 20];
	int failed = 0;

	printf("1..%d\n", argc > 1 ? argc - 1 : 1);
	if (argc < 2) {
		printf("not ok 1 - no seeds\n");
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		size_t n = read_hex(argv[i], data, sizeof(data));
		const char *name = strrchr(argv[i], '/');

		if (n)
			replay(data, n);
		failed |= !n;
		printf("%sok %d - %s\n", n ? "" : "not ", i, name ? name + 1 : argv[i]);
	}
	return failed;
}
