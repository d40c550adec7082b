// SPDX-License-Identifier: GPL-2.0-or-later
/* The options that modprobe.d(5) and the kernel command line hold for modules that are
 * not loaded yet. libkmod reads them itself, but only those of the running host; this
 * reads as libkmod-config.c does (kmod 30 to 34), through the root. All that loads
 * modules heeds them: modprobe, which the kernel calls too, and `bind`.
 *
 * Only `options` are of interest here: modules of VFIO are loaded by their names, for
 * which `blacklist` does not count (it stops aliases). A capture gets the options of the
 * modules that are asked for, and nothing else of these files. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "source/memtree.h"
#include "source/modules.h"

/* libkmod.c:default_config_paths. The fourth is DISTCONFDIR, since kmod 32; before, it
 * was read where lib is a link to usr/lib. */
static const char *const dirs[] = {
	"etc/modprobe.d",     "run/modprobe.d", "usr/local/lib/modprobe.d",
	"usr/lib/modprobe.d", "lib/modprobe.d",
};

/* Configuration that people write is far below both. */
#define FILES_MAX     1024
#define SIZE_MAX_READ (256u << 10)

#define LINKS_MAX 8

struct conf {
	char *name;
	size_t dir;
};

struct reader {
	struct vck_host *host;
	struct vck_root *root;
	struct vck_memtree *record; /* NULL: nothing is recorded */
	const char *const *modules;
	size_t n_modules;
	char *text; /* SIZE_MAX_READ + 1 bytes */
	struct conf confs[FILES_MAX];
	size_t n_confs;
	bool lost; /* what files there are is not known */
};

static int unread(struct reader *rd, const char *path, int err)
{
	if (err == -ENOMEM)
		return err;
	vck_problem(rd->host, "modules", path, err,
		    "what options modules of VFIO that are not loaded will get%s",
		    err == -EACCES ? " (run as root)" : "");
	if (rd->record && vck_memtree_error(rd->record, path, -err) == -ENOMEM)
		return -ENOMEM;
	return 0;
}

/* --- which files --- */

/* conf_files_filter_out() */
static bool is_conf(const char *name)
{
	return name[0] != '.' && strlen(name) >= 6 &&
	       (str_ends(name, ".conf") || str_ends(name, ".alias"));
}

static int list_dir(struct reader *rd, size_t dir)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *d = NULL;
	int r = vck_root_opendir(rd->root, dirs[dir], &d);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == 0)
		r = vck_dir_list(d, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (!is_conf(names.names[i]))
			continue;
		if (rd->n_confs == FILES_MAX) {
			r = -E2BIG;
			break;
		}
		rd->confs[rd->n_confs++] =
			(struct conf){.name = names.names[i], .dir = dir};
		names.names[i] = NULL; /* moved */
	}
	if (r == 0)
		return 0;
	rd->lost = true;
	return unread(rd, dirs[dir], r);
}

/* By name, and of the same name the one in the first directory. */
static int conf_cmp(const void *a, const void *b)
{
	const struct conf *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r ? r : (x->dir > y->dir) - (x->dir < y->dir);
}

/* --- one file --- */

/* freadline_wrapped(): a backslash joins two lines; before anything else it is dropped. A
 * NUL ends the line for what comes behind it. */
static bool next_line(const char **s, const char *end, struct vck_buf *line)
{
	vck_buf_reset(line);
	if (*s == end)
		return false;
	while (*s < end && **s != '\n') {
		size_t plain = 0;

		while (*s + plain < end && (*s)[plain] != '\n' && (*s)[plain] != '\\')
			plain++;
		vck_buf_add(line, *s, plain);
		*s += plain;
		if (*s == end || **s == '\n')
			break;
		(*s)++;
		if (*s < end && **s != '\n')
			vck_buf_add(line, *s, 1);
		*s += *s < end;
	}
	*s += *s < end;
	return true;
}

/* The next word of a line, NULL when there is none; blanks are '\t' and ' ' here. */
static const char *next_word(const char **s, size_t *len)
{
	const char *word = *s + strspn(*s, "\t ");

	*len = strcspn(word, "\t ");
	*s = word + *len;
	return *len ? word : NULL;
}

static const char *module_of(const struct reader *rd, const char *word, size_t len)
{
	for (size_t i = 0; i < rd->n_modules; i++) {
		const char *m = rd->modules[i];
		size_t n = 0;

		while (n < len && m[n] && (word[n] == '-' ? '_' : word[n]) == m[n])
			n++;
		if (n == len && !m[n])
			return m;
	}
	return NULL;
}

/* As libkmod reads it back. */
static void keep_option(struct vck_buf *kept, const char *module,
			const struct vck_bootopt *o)
{
	const char *end = o->value + o->len;

	vck_buf_cat(kept, "options ", module, " ", NULL);
	for (const char *s = o->key; s < end; s++) {
		if (*s == '\\')
			vck_buf_addc(kept, '\\');
		vck_buf_addc(kept, *s);
	}
	vck_buf_addc(kept, '\n');
}

/* The kernel knows no comment behind options: its words are options that no module has,
 * and those that look like one count. The others are people's words. */
static int take_options(struct reader *rd, const char *module, const char *s,
			const char *file, struct vck_buf *kept)
{
	bool commented = false;
	struct vck_bootopt o;

	while (vck_bootopt_next(&s, &o)) {
		int r;

		commented |= *o.key == '#';
		if (commented && o.value == o.key + o.key_len)
			continue;
		r = vck_configure(rd->host, module, &o, file);
		if (r < 0)
			return r;
		if (r > 0)
			keep_option(kept, module, &o);
	}
	return 0;
}

static int parse(struct reader *rd, size_t len, const char *file, struct vck_buf *kept)
{
	cleanup_buf struct vck_buf line = {0};
	const char *s = rd->text, *end = s + len;
	int r = 0;

	while (r == 0 && next_line(&s, end, &line)) {
		const char *at = vck_buf_str(&line), *word, *module;
		size_t n;

		word = line.len && *at != '#' ? next_word(&at, &n) : NULL;
		if (!word || n != strlen("options") || strncmp(word, "options", n) != 0)
			continue;
		word = next_word(&at, &n);
		module = word ? module_of(rd, word, n) : NULL;
		if (module)
			r = take_options(rd, module, at, file, kept);
	}
	return line.failed || kept->failed ? -ENOMEM : r;
}

/* Links are followed: they lead to files of a generation (NixOS), or nowhere, which masks
 * a file of a later directory. Return: its length, or a negative errno. */
static ssize_t read_text(struct reader *rd, const char *path)
{
	char here[VCK_PATH_LEN], next[VCK_PATH_LEN];

	for (unsigned i = 0; i < LINKS_MAX; i++) {
		cleanup_dir struct vck_dir *d = NULL;
		ssize_t n = vck_root_attr(rd->root, path, rd->text, SIZE_MAX_READ + 1);
		char *slash;

		if (n != -ELOOP)
			return n;
		snprintf(here, sizeof(here), "%s", path);
		slash = strrchr(here, '/');
		if (slash)
			*slash = '\0';
		n = vck_root_opendir(rd->root, slash ? here : "", &d);
		if (n == 0)
			n = vck_dir_link_path(d, slash ? slash + 1 : here, next,
					      sizeof(next));
		if (n < 0 || streq(next, "dev/null"))
			return n < 0 ? n : -ENOENT;
		path = next;
	}
	return -ELOOP;
}

static int read_conf(struct reader *rd, const struct conf *c)
{
	cleanup_buf struct vck_buf kept = {0};
	char path[VCK_PATH_LEN + 1];
	ssize_t n;
	int r;

	snprintf(path, sizeof(path), "/%s/%s", dirs[c->dir], c->name);
	n = read_text(rd, path + 1);
	/* A link to nowhere, or what libkmod gets no further with. */
	if (n == -ENOENT || n == -EMEDIUMTYPE || n == -EISDIR || n == -ENOTDIR ||
	    n == -ELOOP)
		return 0;
	if (n < 0) {
		vck_configured_lost(rd->host); /* it may say otherwise */
		return unread(rd, path + 1, (int)n);
	}
	r = parse(rd, (size_t)n, path, &kept);
	if (r == 0 && rd->record && kept.len)
		r = vck_memtree_file(rd->record, path + 1, vck_buf_str(&kept), kept.len);
	return r == -ENOMEM ? r : 0;
}

static int read_confs(struct reader *rd)
{
	int r = 0;

	if (rd->n_confs)
		qsort(rd->confs, rd->n_confs, sizeof(*rd->confs), conf_cmp);
	for (size_t i = 0; i < rd->n_confs && r == 0; i++) {
		if (!i || !streq(rd->confs[i].name, rd->confs[i - 1].name))
			r = read_conf(rd, &rd->confs[i]);
	}
	return r;
}

int vck_read_modprobe(struct vck_host *h, struct vck_root *root,
		      const char *const *modules, size_t n)
{
	struct reader *rd = calloc(1, sizeof(*rd));
	int r = 0;

	if (rd)
		rd->text = malloc(SIZE_MAX_READ + 1);
	if (!rd || !rd->text) {
		free(rd);
		return -ENOMEM;
	}
	rd->host = h;
	rd->root = root;
	rd->modules = modules;
	rd->n_modules = n;
	rd->record = vck_root_record(root, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(dirs) && r == 0; i++)
		r = list_dir(rd, i);
	if (r == 0 && !rd->lost)
		r = read_confs(rd);
	(void)!vck_root_record(root, rd->record);
	if (rd->lost)
		vck_configured_lost(h);
	for (size_t i = 0; i < n && r == 0; i++)
		r = vck_configure_by_cmdline(h, modules[i]);
	for (size_t i = 0; i < rd->n_confs; i++)
		free(rd->confs[i].name);
	free(rd->text);
	free(rd);
	return r;
}
