/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VM_GUEST_JSON_H
#define VM_GUEST_JSON_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct json - one line of JSON being written
 * @out: where it goes
 * @comma: the next member needs a comma before it
 */
struct json {
	FILE *out;
	bool comma;
};

/* Members of the object that is open; strings come escaped. */
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, long long value);
void json_hex(struct json *j, const char *key, unsigned long long value);

/* An inner object or array of strings; NULL as key inside an array or at the top. */
void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);

/**
 * json_step() - write down how a system call ended
 * @j: the line
 * @key: the step's name
 * @result: what the call returned; errno is read if it is negative
 *
 * Return: true if the call succeeded.
 */
bool json_step(struct json *j, const char *key, int result);

/* The name of an errno ("EPERM"), "ok" for 0. */
const char *errno_name(int error);

#endif
