/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: one file each, and the table that main.c dispatches by. */
#ifndef VCK_CMD_CMD_H
#define VCK_CMD_CMD_H

#include <getopt.h>
#include <stdio.h>

#include "base/util.h"
#include "model/host.h"
#include "render/render.h"
#include "source/root.h"

/* Exit statuses, design.md section 3. */
enum vck_exit {
	VCK_EXIT_OK = 0,
	VCK_EXIT_NOT_READY = 1,
	VCK_EXIT_FAILED = 2,
	VCK_EXIT_UNDETERMINED = 3,
	VCK_EXIT_WRITE = 4,
	VCK_EXIT_REFUSED = 5,
};

/* Options before or behind the command that every command takes. */
struct vck_global {
	const char *root;   /* --root */
	const char *kernel; /* --kernel */
	const char *arch;   /* --arch */
	const char *color;  /* --color=auto|always|never */
	bool ascii, no_sandbox, debug;
	bool only_open_findings; /* the command shows nothing that passed: less memory */
	bool no_numa; /* the command shows no NUMA nodes */
	bool acpiexec; /* evaluate _CCA methods before reading */
	bool keeps_rights;  /* the command writes to the host */
	bool writes_output; /* a reading command that was told to write a file */
	struct vck_style style; /* made from the above */
	struct vck_arena arena; /* of the command line; whoever made this struct frees it */
};

/* What becomes of an option: its command looks at the id, or it goes into the command's request. */
enum vck_option_kind {
	VCK_OPTION_ID = 0,
	VCK_OPTION_FLAG, /* a bool becomes true */
	VCK_OPTION_TEXT, /* a const char * becomes the argument */
};

/* The end of a row, without an id. */
#define VCK_FLAG(type, member) VCK_OPTION_FLAG, offsetof(type, member)
#define VCK_TEXT(type, member) VCK_OPTION_TEXT, offsetof(type, member)

/* One option: drives getopt, --help, completion and the test that holds the man page. */
struct vck_option {
	const char *name;  /* long name */
	char letter;	   /* 0: none */
	const char *arg;   /* name of the argument, NULL: none; "[WHEN]" optional */
	int id;		   /* for what takes it; unique within the command, 0 with VCK_FLAG and VCK_TEXT */
	const char *help;
	const char *values; /* for completion: "auto always never", "@device", "@file", "@column", "@driver", "@rule" … */
	unsigned exclusive; /* options that share a bit here exclude each other */
	enum vck_option_kind kind;
	size_t at; /* where in the request */
};

struct vck_command {
	const char *name;
	const char *args;    /* "[DEVICE...]" */
	const char *summary; /* one line for --help and the man page */
	const struct vck_option *options; /* ends with name == NULL */
	bool writes;	     /* refuses --root */
	bool hidden;	     /* not in --help: for completion and units */
	const char *operands; /* for completion: "@device", "@rule" or NULL */
	int (*run)(const struct vck_command *c, struct vck_global *g, int argc, char **argv);
};

extern const struct vck_command *const vck_commands[]; /* NULL-terminated */
extern const struct vck_option vck_global_options[];
const struct vck_command *vck_command_find(const char *name);

struct vck_filter;

/* --- options.c --- */
/**
 * vck_options_take - all options of a command
 * Global options and --help are dealt with inside. argv[0] is the command's name.
 * @request: what its rows fill
 * @filter: filled by VCK_FILTER_OPTIONS and the operands, or NULL: those begin at argv[optind]
 * @own: what takes the options that have an id, negative after a message; NULL: there are none
 * Return: 0, or -1: done, exit with *ret_exit.
 */
int vck_options_take(const struct vck_command *c, struct vck_global *g, int argc, char **argv,
		     void *request, struct vck_filter *filter,
		     int (*own)(void *request, int id, const char *arg), int *ret_exit) must_check;
/* Usage text of a command to @out. */
void vck_usage(FILE *out, const struct vck_command *c);

/* --- common.c --- */
/* Memory and standard output for a command that reads a whole host and prints it; before the first
 * output. */
void vck_expect_much(void);
/* Fills g->style from --color, --ascii, the locale and the terminal; 0, or -EINVAL after a message. */
int vck_style_init(struct vck_global *g) must_check;
/* "viommu-check: …" to stderr. */
void vck_error(const char *fmt, ...) printf_like(1, 2);
/* "viommu-check: warning: …" */
void vck_warn(const char *fmt, ...) printf_like(1, 2);
/* Lines to @out, with names of the host made safe for a terminal. False: not all of them were. */
bool vck_print(FILE *out, const char *fmt, ...) printf_like(2, 3);

/* An option's values, as often as it was given; each may hold several, comma-separated. */
struct vck_words {
	const char *text; /* of argv */
	struct vck_words *next;
};

/* Filters shared by the commands that take devices: OR within one, AND across. */
struct vck_filter {
	/* -s -d -g -c --driver --verdict; NULL: not given */
	struct vck_words *slot, *id, *group, *class, *driver, *verdict;
	char **operands; /* DEVICE words */
	int n_operands;
};

/* Rows to put into a command's option table, with the ids VCK_OPT_*. */
#define VCK_FILTER_OPTIONS                                                                      \
	{ "slot", 's', "SLOT", VCK_OPT_SLOT, "functions at these addresses, as lspci -s", "@device", 0 }, \
	{ "id", 'd', "VENDOR:DEVICE", VCK_OPT_ID, "functions with these ids, as lspci -d", NULL, 0 },     \
	{ "group", 'g', "GROUP", VCK_OPT_GROUP, "members of these IOMMU groups", "@group", 0 },	\
	{ "class", 'c', "CLASS", VCK_OPT_CLASS, "functions of these classes (hex, leading digits)", NULL, 0 }, \
	{ "driver", 0, "DRIVER", VCK_OPT_DRIVER, "devices bound to these drivers (none: unbound)", "@driver", 0 }, \
	{ "verdict", 0, "VERDICT", VCK_OPT_VERDICT, "devices with these verdicts", "ready conditional unsuitable unknown", 0 }

enum {
	VCK_OPT_SLOT = 0x400,
	VCK_OPT_ID,
	VCK_OPT_GROUP,
	VCK_OPT_CLASS,
	VCK_OPT_DRIVER,
	VCK_OPT_VERDICT,
};

/* Takes an option of VCK_FILTER_OPTIONS; what notes it lives in @words. Return: 1, 0 when @id is
 * none of them, -ENOMEM. */
int vck_filter_option(struct vck_filter *f, struct vck_arena *words, int id,
		      const char *arg) must_check;
/**
 * vck_filter_apply - set device->selected
 * Return: number of devices selected; -EINVAL after a message (a malformed word);
 * -ENOENT after a message when an operand names nothing.
 */
int vck_filter_apply(struct vck_host *h, const struct vck_filter *f) must_check;

/**
 * vck_load - open the root, read the host, apply --kernel and --arch, run the checks
 * @record: NULL, or a tree that notes what is read
 * @ret: the host, the caller frees it
 * Return: 0, or a negative errno after a message on stderr.
 */
int vck_load(struct vck_global *g, struct vck_memtree *record, struct vck_host **ret) must_check;

/**
 * vck_load_tables - a host of which nothing is known but firmware tables
 * @files: raw tables, acpidump text or device tree blobs, of one machine
 * Return: 0, or a negative errno after a message on stderr.
 */
int vck_load_tables(struct vck_global *g, const char *const *files, size_t n,
		    struct vck_host **ret) must_check;

/* A reader of standard output that goes away ends the output and not the work, and a limit of
 * file size is an error as a full disk is: writing fails then, nothing dies (SIGPIPE, SIGXFSZ). */
void vck_ignore_write_signals(void);
/* Writes out and closes standard output. Return: @status, or FAILED in place of OK where that
 * failed, after a message; a reader that went away is no failure. */
int vck_flush_stdout(int status);
/* For output of which a part is worth nothing, before vck_flush_stdout(): there a reader that went
 * away is a failure, too. Return: OK, or FAILED after a message. */
int vck_stdout_whole(void) must_check;

#endif
