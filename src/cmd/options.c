// SPDX-License-Identifier: GPL-2.0-or-later
/* Option rows to getopt_long(3), --help and exclusive sets. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "cmd/acpiexec.h"
#include "cmd/cmd.h"

enum {
	OPT_ROOT = 0x500,
	OPT_KERNEL,
	OPT_ARCH,
	OPT_COLOR,
	OPT_ASCII,
	OPT_NO_SANDBOX,
	OPT_DEBUG,
	OPT_HELP,
	OPT_ROW = 0x600, /* the first row without an id, then one more each */
};

const struct vck_option vck_global_options[] = {
	{ "root", 0, "PATH", OPT_ROOT,
	  "read this captured directory, capture file or lspci text instead of the running host",
	  "@file", 0 },
	{ "sysroot", 0, "PATH", OPT_ROOT, "the same as --root", "@file", 0 },
	{ "kernel", 0, "RELEASE", OPT_KERNEL, "predict for this kernel release", NULL, 0 },
	{ "arch", 0, "ARCH", OPT_ARCH, "predict for this architecture",
	  "x86_64 aarch64 riscv64", 0 },
	{ "color", 0, "WHEN", OPT_COLOR, "colour the output: auto, always or never",
	  "auto always never", 0 },
	{ "ascii", 0, NULL, OPT_ASCII, "draw trees with ASCII characters", NULL, 0 },
	{ "no-sandbox", 0, NULL, OPT_NO_SANDBOX,
	  "do not confine the process while it reads under --root", NULL, 0 },
	{ "debug", 0, NULL, OPT_DEBUG, "say on standard error what is being done", NULL, 0 },
	{ "help", 'h', NULL, OPT_HELP, "show this help and exit", NULL, 0 },
	{ 0 },
};

static size_t count(const struct vck_option *o)
{
	size_t n = 0;

	while (o && o[n].name)
		n++;
	return n;
}

/* What getopt returns for a long option. */
static int value_of(const struct vck_option *rows, size_t i)
{
	return rows[i].id ? rows[i].id : OPT_ROW + (int)i;
}

struct options {
	const struct vck_command *cmd;
	struct vck_global *global;
	void *request; /* what VCK_FLAG and VCK_TEXT fill, borrowed */
	int argc;
	char **argv;
	struct option *longs; /* owned */
	char *shorts;	      /* owned */
	unsigned seen;	      /* exclusive bits */
	const char *seen_name[32];
};

static void add_rows(struct options *o, const struct vck_option *rows, size_t *n, char **s)
{
	for (size_t i = 0; rows && rows[i].name; i++) {
		const struct vck_option *row = &rows[i];

		o->longs[(*n)++] = (struct option){
			.name = row->name,
			.has_arg = !row->arg		? no_argument
				   : row->arg[0] == '[' ? optional_argument
							: required_argument,
			.val = value_of(rows, i),
		};
		if (!row->letter)
			continue;
		*(*s)++ = row->letter;
		if (row->arg)
			*(*s)++ = ':';
		if (row->arg && row->arg[0] == '[')
			*(*s)++ = ':';
	}
}

static void options_done(struct options *o)
{
	free(o->longs);
	free(o->shorts);
	o->longs = NULL;
	o->shorts = NULL;
}

/* Return: 0, or -ENOMEM after a message. */
static int options_init(struct options *o, const struct vck_command *c, struct vck_global *g,
		     int argc, char **argv)
{
	size_t rows = count(c->options) + count(vck_global_options), n = 0;
	char *s;

	*o = (struct options){ .cmd = c, .global = g, .argc = argc, .argv = argv };
	o->longs = calloc(rows + 1, sizeof(*o->longs));
	o->shorts = calloc(rows + 2, 3);
	if (!o->longs || !o->shorts) {
		vck_error("out of memory");
		options_done(o);
		return -ENOMEM;
	}
	s = o->shorts;
	*s++ = ':'; /* getopt tells a missing argument from an unknown option */
	add_rows(o, c->options, &n, &s);
	add_rows(o, vck_global_options, &n, &s);
	optind = 0;
	opterr = 0; /* it would write the word as it came, escape sequences and all */
	return 0;
}

static const struct vck_option *row_of(const struct vck_option *rows, int value)
{
	for (size_t i = 0; rows && rows[i].name; i++) {
		if (value_of(rows, i) == value || (rows[i].letter && rows[i].letter == value))
			return &rows[i];
	}
	return NULL;
}

/* False: it is left to the command. */
static bool store(const struct options *o, const struct vck_option *row, const char *arg)
{
	char *request = o->request;

	switch (row->kind) {
	case VCK_OPTION_ID:
		return false;
	case VCK_OPTION_FLAG:
		*(bool *)(request + row->at) = true;
		return true;
	case VCK_OPTION_TEXT:
		*(const char **)(request + row->at) = arg;
		return true;
	}
	return false;
}

/* The word without its argument is the beginning of more than one name. */
static bool say_ambiguous(const struct options *o, const char *word)
{
	size_t len = strcspn(word, "="), n = 0;
	cleanup_buf struct vck_buf b = { 0 };

	for (const struct option *l = o->longs; len > 2 && l->name; l++) {
		if (strncmp(l->name, word + 2, len - 2) == 0)
			vck_buf_addf(&b, "%s--%s", n++ ? ", " : "", l->name);
	}
	if (n > 1)
		vck_error("option '%.*s' is ambiguous (%s)", (int)len, word, vck_buf_str(&b));
	return n > 1;
}

/* What getopt refused with @c, in its own words. */
static void say_refused(const struct options *o, int c)
{
	const char *word = o->argv[optind - 1];
	const struct vck_option *row = optopt ? row_of(o->cmd->options, optopt) : NULL;

	if (optopt && !row)
		row = row_of(vck_global_options, optopt);
	if (row && c == ':' && optopt == row->letter)
		vck_error("option '-%c' requires an argument: %s", row->letter, row->arg);
	else if (row && c == ':')
		vck_error("option '--%s' requires an argument: %s", row->name, row->arg);
	else if (row)
		vck_error("option '--%s' takes no argument", row->name);
	else if (optopt)
		vck_error("unrecognized option '-%c'", optopt);
	else if (!say_ambiguous(o, word))
		vck_error("unrecognized option '%.*s'", (int)strcspn(word, "="), word);
}

static int fail(struct options *o, int *ret_exit)
{
	fprintf(stderr, "Try 'viommu-check %s --help' for more information.\n", o->cmd->name);
	*ret_exit = VCK_EXIT_FAILED;
	return -1;
}

/* Whether @row goes with what was given before it. */
static bool is_compatible(struct options *o, const struct vck_option *row)
{
	for (unsigned bit = 0; bit < ARRAY_SIZE(o->seen_name); bit++) {
		if (!(row->exclusive & 1u << bit))
			continue;
		if (o->seen & 1u << bit && !streq(o->seen_name[bit], row->name)) {
			vck_error("--%s: cannot be given together with --%s", row->name,
				  o->seen_name[bit]);
			return false;
		}
		o->seen |= 1u << bit;
		o->seen_name[bit] = row->name;
	}
	return true;
}

/* A global option; false when it is not one. */
static bool take_global(struct vck_global *g, int id, const char *arg)
{
	switch (id) {
	case OPT_ROOT:
		g->root = arg;
		return true;
	case OPT_KERNEL:
		g->kernel = arg;
		return true;
	case OPT_ARCH:
		g->arch = arg;
		return true;
	case OPT_COLOR:
		g->color = arg;
		return true;
	case OPT_ASCII:
		g->ascii = true;
		return true;
	case OPT_NO_SANDBOX:
		g->no_sandbox = true;
		return true;
	case OPT_DEBUG:
		g->debug = true;
		return true;
	}
	return false;
}

/* The next option that is the command's own. Return: its id (> 0) with *arg set, 0 at the end
 * (operands from o->argv[optind] on), -1: done, exit with *ret_exit. */
static int options_next(struct options *o, const char **arg, int *ret_exit)
{
	const struct vck_option *row;

	for (;;) {
		int c = getopt_long(o->argc, o->argv, o->shorts, o->longs, NULL);

		if (c == -1)
			return 0;
		if (c == '?' || c == ':') {
			say_refused(o, c);
			return fail(o, ret_exit);
		}
		row = row_of(o->cmd->options, c);
		if (row) {
			if (!is_compatible(o, row))
				return fail(o, ret_exit);
			if (store(o, row, optarg))
				continue;
			*arg = optarg;
			return row->id;
		}
		row = row_of(vck_global_options, c);
		if (!row || row->id == OPT_HELP) {
			vck_usage(stdout, o->cmd);
			*ret_exit = VCK_EXIT_OK;
			return -1;
		}
		if (row->id == OPT_ROOT && o->cmd->writes) {
			vck_error("--root: '%s' acts on the running host and takes no other root",
				  o->cmd->name);
			return fail(o, ret_exit);
		}
		take_global(o->global, row->id, optarg);
	}
}

int vck_options_take(const struct vck_command *c, struct vck_global *g, int argc, char **argv,
		     void *request, struct vck_filter *filter,
		     int (*own)(void *request, int id, const char *arg), int *ret_exit)
{
	cleanup(options_done) struct options o = { 0 };
	const char *arg;
	int id;

	*ret_exit = VCK_EXIT_FAILED;
	if (options_init(&o, c, g, argc, argv) < 0)
		return -1;
	o.request = request;
	for (id = options_next(&o, &arg, ret_exit); id > 0;
	     id = options_next(&o, &arg, ret_exit)) {
		int taken = filter ? vck_filter_option(filter, &g->arena, id, arg) : 0;

		if (taken < 0) {
			vck_error("out of memory");
			return -1;
		}
		if (id == VCK_OPT_ACPIEXEC)
			g->acpiexec = true;
		else if (!taken && own && own(request, id, arg) < 0)
			return -1;
	}
	if (id < 0)
		return -1;
	if (filter) {
		filter->operands = argv + optind;
		filter->n_operands = argc - optind;
	}
	return 0;
}

static void usage_rows(FILE *out, const struct vck_option *rows)
{
	for (; rows && rows->name; rows++) {
		char left[64];
		int n;

		n = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", rows->letter ? '-' : ' ',
			     rows->letter ? rows->letter : ' ', rows->letter ? "," : " ",
			     rows->name, !rows->arg || rows->arg[0] == '[' ? "" : "=",
			     rows->arg ? rows->arg : "");
		if (n < 28)
			fprintf(out, "%-28s %s\n", left, rows->help);
		else
			fprintf(out, "%s\n%-28s %s\n", left, "", rows->help);
	}
}

void vck_usage(FILE *out, const struct vck_command *c)
{
	fprintf(out, "Usage: viommu-check [GLOBAL OPTION...] %s [OPTION...]%s%s\n\n%s\n", c->name,
		c->args ? " " : "", c->args ? c->args : "", c->summary);
	if (count(c->options))
		fputs("\nOptions:\n", out);
	usage_rows(out, c->options);
	fputs("\nGlobal options:\n", out);
	usage_rows(out, vck_global_options);
	fputs("\nSee viommu-check(8).\n", out);
}
