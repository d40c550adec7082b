// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs a fuzz target as a plain test (TAP): each seed (*.hex) whole, cut at many places, and
 * with bytes changed; each input of a regression corpus (*.inputs) as it is. */
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

static int digit(int c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* "text" with \n, \xNN, \" and \\ in it; false when it is not that. */
static bool unquote(const char *s, uint8_t *out, size_t *n)
{
	while (*s && *s != '"') {
		if (*s != '\\') {
			out[(*n)++] = (uint8_t)*s++;
		} else if (s[1] == 'x' && digit(s[2]) >= 0 && digit(s[3]) >= 0) {
			out[(*n)++] = (uint8_t)(digit(s[2]) << 4 | digit(s[3]));
			s += 4;
		} else if (s[1]) {
			out[(*n)++] = s[1] == 'n' ? '\n' : (uint8_t)s[1];
			s += 2;
		} else {
			return false;
		}
	}
	return streq(s, "\"\n") || streq(s, "\"");
}

/* Hex digits; "00*40." is forty times 00. */
static bool unhex(const char *s, uint8_t *out, size_t size, size_t *n)
{
	while (*s && *s != '\n') {
		unsigned long times = 1;
		char *end;

		if (*n == size || digit(s[0]) < 0 || digit(s[1]) < 0)
			return false;
		out[*n] = (uint8_t)(digit(s[0]) << 4 | digit(s[1]));
		s += 2;
		if (*s == '*') {
			times = strtoul(s + 1, &end, 10);
			if (*end != '.' || !times || times > size - *n)
				return false;
			s = end + 1;
		}
		memset(out + *n, out[*n], times);
		*n += times;
	}
	return true;
}

static bool replay_lines(const char *path, uint8_t *data, size_t size)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0, inputs = 0;
	bool good = f;

	while (good && getline(&line, &cap, f) > 0) {
		size_t n = 0;

		if (*line == '#')
			continue;
		good = strlen(line) < size && (*line == '"' ? unquote(line + 1, data, &n)
							    : unhex(line, data, size, &n));
		if (good)
			run(data, n);
		inputs++;
	}
	free(line);
	if (f)
		fclose(f);
	return good && inputs;
}

static bool replay_seed(const char *path, uint8_t *data, size_t size)
{
	size_t n = read_hex(path, data, size);

	if (n)
		replay(data, n);
	return n;
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
		const char *name = strrchr(argv[i], '/');
		bool good = str_ends(argv[i], ".inputs") ? replay_lines(argv[i], data, sizeof(data))
							 : replay_seed(argv[i], data, sizeof(data));

		failed |= !good;
		printf("%sok %d - %s\n", good ? "" : "not ", i, name ? name + 1 : argv[i]);
	}
	return failed;
}
