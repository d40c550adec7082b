/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes one JSON value at a time, so that a document over any number of devices
 * needs the memory of one. Structure and plain text are written as they come; a
 * tree of json-c objects for each device cost more than reading the device. What
 * needs escaping is json-c's: see string() in json-writer.c. Foreign text becomes
 * valid UTF-8; control characters and bidirectional controls are written as \u00NN. */
#ifndef VCK_RENDER_JSON_WRITER_H
#define VCK_RENDER_JSON_WRITER_H

#include <stdio.h>

#include "base/buf.h"
#include "base/tri.h"

#define VCK_JSON_DEPTH 8

struct vck_json {
	FILE *out; /* borrowed */
	struct vck_buf text; /* of the value that is open */
	char close[VCK_JSON_DEPTH]; /* what ends each of the open objects and arrays */
	unsigned depth;
	bool follows; /* another member stands before */
	bool failed; /* memory ran out: the value is left out */
};

void vck_json_done(struct vck_json *j);
#define cleanup_json cleanup(vck_json_done)

/* Begin an object or array under @key (a string literal; NULL inside of an array and
 * for the outermost value). vck_json_end() of the outermost one writes it to @out. */
void vck_json_object(struct vck_json *j, const char *key);
void vck_json_array(struct vck_json *j, const char *key);
void vck_json_end(struct vck_json *j);

/* Members; @key as above. A NULL string is null. */
void vck_json_str(struct vck_json *j, const char *key, const char *value);
void vck_json_strf(struct vck_json *j, const char *key, const char *fmt, ...) printf_like(3, 4);
void vck_json_num(struct vck_json *j, const char *key, uint64_t value);
void vck_json_bool(struct vck_json *j, const char *key, bool value);
void vck_json_tri(struct vck_json *j, const char *key, enum vck_tri value);
void vck_json_null(struct vck_json *j, const char *key);
/* @digits hex digits as they are ("10de") when @known, else null. */
void vck_json_digits(struct vck_json *j, const char *key, bool known, uint32_t value,
		     unsigned digits);
/* "0x1f" when @known, else null. */
void vck_json_hex(struct vck_json *j, const char *key, bool known, uint64_t value);
/* A key that is not a literal and is copied (names of parameters). */
void vck_json_str_under(struct vck_json *j, const char *key, const char *value);

#endif
