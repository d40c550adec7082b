// SPDX-License-Identifier: GPL-2.0-or-later
/* Breaking lines for people. */
#include "config.h"

#include "render/table.h"

/* Bytes that do not continue a character. Wide characters count as one, which
 * at worst makes a line of foreign names longer. */
unsigned vck_text_width(const char *s, size_t n)
{
	unsigned c = 0;

	for (size_t i = 0; i < n; i++)
		c += ((unsigned char)s[i] & 0xc0) != 0x80;
	return c;
}

void vck_wrap(FILE *out, const char *text, unsigned width, unsigned column, unsigned indent)
{
	bool first = true;

	while (*text) {
		size_t n = strcspn(text, " ");
		unsigned w = vck_text_width(text, n);

		if (!first && width && column + 1 + w > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, n, out);
		column += w;
		first = false;
		text += n;
		while (*text == ' ')
			text++;
	}
	fputc('\n', out);
}
