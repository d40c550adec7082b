// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration directory of the lock. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "write/conf.h"
#include "write/file.h"

void vck_conf_list_done(struct vck_conf_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->files[i].name);
	free(l->files);
	*l = (struct vck_conf_list){ 0 };
}

static void read_one(int dir, struct vck_conf_file *f)
{
	cleanup_buf struct vck_buf text = { 0 };

	f->err = vck_file_slurp(dir, f->name, &text);
	if (f->err == 0)
		f->err = vck_conf_parse(vck_buf_str(&text), text.len, &f->conf, &f->line);
}

static int add_file(struct vck_conf_list *l, size_t *cap, int dir, const char *name)
{
	if (l->n == *cap) {
		size_t more = *cap ? *cap * 2 : 16;
		struct vck_conf_file *p = realloc(l->files, more * sizeof(*p));

		if (!p)
			return -ENOMEM;
		l->files = p;
		*cap = more;
	}
	l->files[l->n] = (struct vck_conf_file){ .name = strdup(name) };
	if (!l->files[l->n].name)
		return -ENOMEM;
	read_one(dir, &l->files[l->n++]);
	return 0;
}

/* Those that are wrong have no path and come first. */
static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct vck_conf_file *)a)->conf.path,
		      ((const struct vck_conf_file *)b)->conf.path);
}

int vck_conf_read_all(const struct vck_write_env *env, struct vck_conf_list *ret)
{
	cleanup_conf_list struct vck_conf_list l = { 0 };
	cleanup_fd int dir = -1;
	struct dirent *e;
	size_t cap = 0;
	DIR *d;
	int copy, r = vck_state_dir(env->conf_dir, false, &dir);

	if (r == -ENOENT) {
		*ret = (struct vck_conf_list){ 0 };
		return 0;
	}
	if (r < 0)
		return r;
	copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d) {
		r = -errno;
		vck_fd_closep(&copy);
		return r;
	}
	/* The end of the list and a failure differ in errno alone */
	for (errno = 0, e = readdir(d); e && r == 0; errno = 0, e = readdir(d)) {
		if (e->d_name[0] != '.' && str_ends(e->d_name, ".conf"))
			r = add_file(&l, &cap, dir, e->d_name);
	}
	if (r == 0)
		r = -errno;
	closedir(d);
	if (r < 0)
		return r;
	if (l.n)
		qsort(l.files, l.n, sizeof(*l.files), by_path);
	*ret = l;
	l = (struct vck_conf_list){ 0 };
	return 0;
}

int vck_conf_unread(const struct vck_conf_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->files[i].err < 0 && l->files[i].err != -EINVAL)
			return l->files[i].err;
	}
	return 0;
}

static int compare_path(const void *key, const void *file)
{
	return strcmp(key, ((const struct vck_conf_file *)file)->conf.path);
}

const struct vck_conf_file *vck_conf_find(const struct vck_conf_list *l, const char *path,
					  uint16_t vendor, uint16_t device)
{
	const struct vck_conf_file *f = NULL;

	if (l->n)
		f = bsearch(path, l->files, l->n, sizeof(*l->files), compare_path);
	if (!f || f->err < 0 || f->conf.vendor != vendor || f->conf.device != device)
		return NULL;
	return f;
}

int vck_conf_store_as(const struct vck_write_env *env, const char *name,
		      const struct vck_lock_conf *c)
{
	cleanup_buf struct vck_buf text = { 0 };
	cleanup_fd int dir = -1;
	int r = vck_state_dir(env->conf_dir, true, &dir);

	if (r < 0)
		return r;
	vck_file_sweep(dir);
	vck_conf_format(&text, c);
	r = text.failed ? -ENOMEM : vck_file_replace(dir, name, text.data, text.len, 0644);
	/* No directory for nothing: it is what switches the units on */
	if (r < 0)
		(void)!rmdir(env->conf_dir);
	return r;
}

int vck_conf_store(const struct vck_write_env *env, const struct vck_lock_conf *c)
{
	char name[VCK_PCI_KEY_LEN + 8];
	int r = vck_conf_name(c->path, name, sizeof(name));

	return r < 0 ? r : vck_conf_store_as(env, name, c);
}

int vck_conf_remove(const struct vck_write_env *env, const char *name)
{
	cleanup_fd int dir = -1;
	int r = vck_state_dir(env->conf_dir, false, &dir);

	if (r == 0) {
		vck_file_sweep(dir);
		r = vck_file_remove(dir, name);
	}
	/* Fails while another file is in it, which is what is wanted */
	if (r == 0 && rmdir(env->conf_dir) < 0)
		return 0;
	return r;
}
