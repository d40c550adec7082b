/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents that a unit test makes, held against the schema as tests/cli/json.bats holds
 * those of the program: the test writes them to a stream, one process reads them all. */
#ifndef VCK_TEST_SCHEMA_H
#define VCK_TEST_SCHEMA_H

#include <stdio.h>

/* @definition: one of $defs of the schema, "" for the document. NULL after a message where
 * python3-jsonschema is not installed. */
FILE *schema_open(const char *definition);
/* 0, or 1 after messages when a document was wrong or none came; 0 for NULL. */
int schema_close(FILE *f);

#endif
