// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <signal.h>
#include <stdlib.h>

#include "schema.h"

FILE *schema_open(const char *definition)
{
	const char *srcdir = getenv("srcdir");
	char command[4096];
	FILE *out;

	if (system("python3 -c 'import jsonschema' 2>/dev/null") != 0) {
		fprintf(stderr, "python3-jsonschema is not installed: the schema is not looked at\n");
		return NULL;
	}
	signal(SIGPIPE, SIG_IGN);
	if (!srcdir)
		srcdir = ".";
	snprintf(command, sizeof(command), "'%s'/tests/cli/validate '%s'/data/viommu-check.schema.json %s",
		 srcdir, srcdir, definition);
	out = popen(command, "w");
	/* Valgrind flushes at _exit(2), too: a child must have nothing of it. */
	if (out)
		setvbuf(out, NULL, _IONBF, 0);
	return out;
}

int schema_close(FILE *f)
{
	return f && pclose(f) != 0;
}
