// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the command and runs it. The first word that is not an option is the
 * command; without one it is `list`. */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "write/env.h"

static void print_help(void)
{
	puts("Usage: viommu-check [GLOBAL OPTION...] [COMMAND] [OPTION...] [DEVICE...]\n\n"
	     "Says, device by device, whether VFIO will accept it, whether its DMA is coherent\n"
	     "and what to do about it; clears Enable No Snoop and keeps it cleared.\n\n"
	     "Commands (list is the default):");
	for (size_t i = 0; vck_commands[i]; i++) {
		if (!vck_commands[i]->hidden)
			printf("  %-10s %s\n", vck_commands[i]->name, vck_commands[i]->summary);
	}
	puts("\n'viommu-check COMMAND --help' lists the options of a command.\n"
	     "See viommu-check(8).");
}

/* Does the word name an option that takes its value from the next word? */
static bool is_open(const struct vck_option *rows, const char *word)
{
	const char *name = str_after(word, "--");

	for (const struct vck_option *o = rows; o->name; o++) {
		if (name ? streq(o->name, name)
			 : o->letter && word[1] == o->letter && !word[2])
			return o->arg && o->arg[0] != '[';
	}
	return false;
}

/* Before the command stand global options, and those of `list` where it is left out. */
static bool takes_next_word(const char *word)
{
	return is_open(vck_global_options, word) ||
	       is_open(vck_command_find("list")->options, word);
}

/* Index of the command's word, 0 when there is none. */
static int command_index(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' || streq(argv[i], "-"))
			return i;
		if (streq(argv[i], "--"))
			return 0;
		if (takes_next_word(argv[i]))
			i++;
	}
	return 0;
}

/* The command's own argv: its name, then the options that stood before it, then the rest. */
static int run(const struct vck_command *c, int at, int argc, char **argv)
{
	struct vck_global g = { .color = "auto", .keeps_rights = c->writes };
	char **args = calloc((size_t)argc + 2, sizeof(*args));
	char name[] = "viommu-check"; /* argv[0] may be missing */
	int n = 0, status;

	if (!args) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	/* What `run` starts gets its signals as they came */
	if (c != &vck_cmd_run)
		vck_ignore_write_signals();
	if (!c->writes)
		vck_expect_much();
	args[n++] = name;
	for (int i = 1; i < argc; i++) {
		if (i != at)
			args[n++] = argv[i];
	}
	status = c->run(c, &g, n, args);
	vck_arena_done(&g.arena);
	free(args);
	return vck_flush_stdout(status);
}

int main(int argc, char **argv)
{
	const struct vck_command *c = vck_command_find("list");
	int at;

	vck_stdio_secure();
	setlocale(LC_CTYPE, "");
	if (argc == 2 && (streq(argv[1], "--help") || streq(argv[1], "-h"))) {
		vck_ignore_write_signals();
		print_help();
		return vck_flush_stdout(VCK_EXIT_OK);
	}
	if (argc == 2 && (streq(argv[1], "--version") || streq(argv[1], "-V"))) {
		vck_ignore_write_signals();
		puts(PACKAGE_STRING);
		return vck_flush_stdout(VCK_EXIT_OK);
	}
	at = command_index(argc, argv);
	if (at) {
		c = vck_command_find(argv[at]);
		if (!c) {
			vck_error("'%s' is not a command (see 'viommu-check --help')", argv[at]);
			return VCK_EXIT_FAILED;
		}
	}
	return run(c, at, argc, argv);
}
