/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from outside made safe to print, and lines cut out of text. */
#ifndef VCK_BASE_TEXT_H
#define VCK_BASE_TEXT_H

#include "base/buf.h"

/**
 * vck_text_safe - append @s as it may be shown on a terminal
 *
 * Control characters, bytes that are not UTF-8, bidirectional controls
 * (U+061C, U+200E/F, U+202A-202E, U+2066-2069) and line separators are written as \xNN
 * byte by byte; a backslash as itself.
 */
void vck_text_safe(struct vck_buf *b, const char *s, size_t n);
/* The same for several lines: their newlines stay. */
void vck_text_safe_lines(struct vck_buf *b, const char *s, size_t n);
/* One line into a fixed buffer, cut at a character when it does not fit; returns @out. */
const char *vck_text_safe_into(const char *s, char *out, size_t size);
/* Append @s as one word that a POSIX shell reads back as @s, outside of quotes. What cannot be
 * shown on a terminal has no such word: "PATH" stands for it. */
void vck_text_shell(struct vck_buf *b, const char *s);
/* Append @s as UTF-8 for JSON: bytes that are not UTF-8 become U+FFFD. */
void vck_text_utf8(struct vck_buf *b, const char *s, size_t n);
/* Bytes of the valid UTF-8 sequence at @s (1..4), 0 when there is none; code point in @ret. */
size_t vck_utf8_next(const char *s, size_t n, uint32_t *ret);

/* The next line of *text (without its newline); false at the end. The last line
 * may lack its newline. @line is not NUL-terminated. */
bool vck_line_next(const char **text, size_t *left, const char **line, size_t *len);
/* Remove blanks and newlines at both ends, in place; returns the start. */
char *vck_strip(char *s);

#endif
