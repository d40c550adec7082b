// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of what was there before, and what dead runs left behind. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "model/pcicap.h"
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

int vck_record_recover(const struct vck_write_env *env, vck_recover_fn *fn, void *data)
{
	cleanup_fd int dir = -1;
	DIR *d;
	struct dirent *e;
	int settled = 0, copy;
	int r = vck_record_open_dir(env, VCK_RECORD_DIR, false, &dir);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	vck_file_sweep(dir);
	copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d) {
		r = -errno;
		vck_fd_closep(&copy);
		return r;
	}
	for (e = readdir(d); e; e = readdir(d)) {
		struct vck_lock_record rec;

		if (e->d_name[0] == '.' || vck_record_load(dir, e->d_name, &rec) < 0)
			continue;
		if (rec.state == VCK_RECORD_DONE || !streq(rec.address, e->d_name))
			continue;
		r = recover_one(env, dir, &rec);
		settled += r == 0;
		if (fn)
			fn(data, &rec, r);
	}
	closedir(d);
	return settled;
}
