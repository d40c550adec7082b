// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of what was there before, and what dead runs left behind. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "model/pcicap.h"
#include "write/bound.h"
#include "write/file.h"
#include "write/power.h"
#include "write/record.h"

int vck_record_open_dir(const struct vck_write_env *env, const char *sub, bool create,
			int *ret)
{
	cleanup_fd int run = -1;
	int r = vck_state_dir(env->run_dir, create, &run);

	return r < 0 ? r : vck_state_subdir(run, sub, create, ret);
}

int vck_record_load(int dir, const char *address, struct vck_lock_record *ret)
{
	cleanup_buf struct vck_buf text = { 0 };
	unsigned line;
	int r = vck_file_slurp(dir, address, &text);

	if (r < 0)
		return r;
	r = vck_record_parse(vck_buf_str(&text), text.len, ret, &line);
	return r < 0 ? -EBADMSG : 0;
}

int vck_record_store(int dir, const struct vck_lock_record *r)
{
	cleanup_buf struct vck_buf text = { 0 };

	vck_record_format(&text, r);
	if (text.failed)
		return -ENOMEM;
	return vck_file_replace(dir, r->address, text.data, text.len, 0644);
}

int vck_record_init(struct vck_lock_record *r, const struct vck_target *t)
{
	*r = (struct vck_lock_record){
		.vendor = t->vendor,
		.device = t->device,
		.reg_vendor = t->reg_vendor,
		.reg_device = t->reg_device,
		.position = t->position,
	};
	memcpy(r->address, t->address, sizeof(r->address));
	return vck_pci_key(t->path, r->path, sizeof(r->path));
}

bool vck_record_is_of(const struct vck_lock_record *r, const struct vck_target *t)
{
	struct vck_lock_record own;

	return vck_record_init(&own, t) == 0 && streq(own.address, r->address) &&
	       streq(own.path, r->path) && own.vendor == r->vendor &&
	       own.device == r->device && own.position == r->position;
}

int vck_record_settle(int dir, struct vck_lock_record *r, const struct vck_config *c)
{
	uint16_t v = 0;
	bool on;
	int err = vck_config_read_back(c, &v);

	if (err < 0)
		return err;
	on = v & VCK_DEVCTL_NOSNOOP;
	/* The bit that was tried out is not back where it was: the next run does that */
	if (r->state == VCK_RECORD_TESTING && on != r->wanted)
		return -EIO;
	if (on == r->before)
		return vck_file_remove(dir, r->address);
	r->state = VCK_RECORD_DONE;
	r->wanted = on;
	r->power[0] = '\0';
	return vck_record_store(dir, r);
}

/* The function that the record is about, opened; -ESTALE when it is not there any more. */
static int open_recorded(const struct vck_write_env *env, const struct vck_lock_record *r,
			 char *path, size_t size, struct vck_target *t, struct vck_config *ret)
{
	ssize_t n = vck_target_path(env, r->address, path, size);

	if (n < 0)
		return n == -ENOENT ? -ESTALE : (int)n;
	*t = (struct vck_target){ .path = path,
				  .vendor = r->vendor,
				  .device = r->device,
				  .reg_vendor = r->reg_vendor,
				  .reg_device = r->reg_device,
				  .position = r->position };
	memcpy(t->address, r->address, sizeof(t->address));
	if (!vck_record_is_of(r, t))
		return -ESTALE;
	return vck_config_open(env, t, ret);
}

static bool is_gone(int err)
{
	return err == -ESTALE || err == -ENODEV || err == -ENOENT;
}

static int recover_one(const struct vck_write_env *env, int dir, struct vck_lock_record *r)
{
	cleanup_config struct vck_config c = { .dir = -1, .fd = -1 };
	char path[1024];
	struct vck_target t;
	uint16_t word;
	int err = open_recorded(env, r, path, sizeof(path), &t, &c);

	if (is_gone(err))
		return vck_file_remove(dir, r->address);
	if (err < 0)
		return err;
	if (r->state == VCK_RECORD_TESTING)
		err = vck_config_write(&c, r->wanted, &word);
	if (err == 0 && r->power[0])
		err = vck_power_set(c.dir, r->power);
	return err < 0 ? err : vck_record_settle(dir, r, &c);
}

/* Each file of the directory that is no record under way is left alone. */
static int recover_file(const struct vck_write_env *env, int dir, const char *name,
			vck_recover_fn *fn, void *data)
{
	struct vck_lock_record rec = { 0 };
	int r = vck_record_load(dir, name, &rec);

	/* Gone, or no record of ours: whoever needs it says so. Unread: it may be one. */
	if (r == -ENOENT || r == -EBADMSG)
		return 0;
	if (r < 0)
		snprintf(rec.address, sizeof(rec.address), "%s", name);
	else if (rec.state == VCK_RECORD_DONE || !streq(rec.address, name))
		return 0;
	else
		r = recover_one(env, dir, &rec);
	if (fn)
		fn(data, &rec, r);
	return r == 0;
}

/* What killed runs left of files that they were writing. */
static void sweep_all(const struct vck_write_env *env)
{
	static const char *const subs[] = { VCK_RECORD_DIR, VCK_HARDWIRED_DIR, VCK_BOUND_DIR };

	for (size_t i = 0; i < ARRAY_SIZE(subs); i++) {
		cleanup_fd int dir = -1;

		if (vck_record_open_dir(env, subs[i], false, &dir) == 0)
			vck_file_sweep(dir);
	}
}

int vck_record_recover(const struct vck_write_env *env, vck_recover_fn *fn, void *data)
{
	cleanup_fd int dir = -1;
	DIR *d;
	struct dirent *e;
	int settled = 0, copy;
	int r;

	sweep_all(env);
	r = vck_record_open_dir(env, VCK_RECORD_DIR, false, &dir);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d) {
		r = -errno;
		vck_fd_closep(&copy);
		return r;
	}
	/* The end of the list and a failure differ in errno alone */
	for (errno = 0, e = readdir(d); e; errno = 0, e = readdir(d)) {
		if (e->d_name[0] != '.')
			settled += recover_file(env, dir, e->d_name, fn, data);
	}
	r = -errno;
	closedir(d);
	return r < 0 ? r : settled;
}
