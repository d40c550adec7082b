// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes JSON a member at a time. No tree, no memory: the guest is small. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "json.h"

static void quoted(struct json *j, const char *text)
{
	fputc('"', j->out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(j->out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(j->out, "\\u%04x", c);
		else
			fputc(c, j->out);
	}
	fputc('"', j->out);
}

static void begin(struct json *j, const char *key)
{
	if (j->comma)
		fputc(',', j->out);
	j->comma = true;
	if (!key)
		return;
	quoted(j, key);
	fputc(':', j->out);
}

void json_string(struct json *j, const char *key, const char *value)
{
	begin(j, key);
	quoted(j, value);
}

void json_number(struct json *j, const char *key, long long value)
{
	begin(j, key);
	fprintf(j->out, "%lld", value);
}

void json_hex(struct json *j, const char *key, unsigned long long value)
{
	begin(j, key);
	fprintf(j->out, "\"0x%llx\"", value);
}

void json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->out);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	fputc(bracket, j->out);
	j->comma = true;
}

const char *errno_name(int error)
{
	const char *name = error ? strerrorname_np(error) : "ok";

	return name ? name : "unnamed";
}

bool json_step(struct json *j, const char *key, int result)
{
	json_string(j, key, errno_name(result < 0 ? errno : 0));
	return result >= 0;
}
