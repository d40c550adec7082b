// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of `bind`, and drivers that have to be loaded first. */
#include "config.h"

#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <unistd.h>

#include "write/bound.h"
#include "write/file.h"

int vck_bound_open_dir(const struct vck_write_env *env, bool create, int *ret)
{
	cleanup_fd int run = -1;
	int r = vck_state_dir(env->run_dir, create, &run);

	return r < 0 ? r : vck_state_subdir(run, VCK_BOUND_DIR, create, ret);
}

static void format_id(const struct vck_bind_target *t, char *buf, size_t size)
{
	snprintf(buf, size, "%04x:%04x", t->vendor, t->device);
}

int vck_bound_load(int dir, const struct vck_bind_target *t, struct vck_bind_state *ret)
{
	char id[VCK_DRIVER_LEN] = "", driver[VCK_DRIVER_LEN] = "", override[VCK_DRIVER_LEN] = "";
	const struct {
		const char *key;
		char *value;
	} fields[] = { { "id=", id }, { "driver=", driver }, { "override=", override } };
	cleanup_buf struct vck_buf b = { 0 };
	char own[16];
	int r = vck_file_slurp(dir, t->address, &b);

	if (r < 0)
		return r;
	for (const char *text = vck_buf_str(&b); *text;) {
		size_t n = strcspn(text, "\n");
		const char *value = NULL;
		size_t i = 0;

		while (i < ARRAY_SIZE(fields) && !(value = str_after(text, fields[i].key)))
			i++;
		if (!value || (size_t)(text + n - value) >= VCK_DRIVER_LEN)
			return -EINVAL;
		memcpy(fields[i].value, value, (size_t)(text + n - value));
		fields[i].value[text + n - value] = '\0';
		text += n + (text[n] ? 1 : 0);
	}
	format_id(t, own, sizeof(own));
	if (!streq(id, own))
		return *id ? -ESTALE : -EINVAL;
	memcpy(ret->driver, driver, sizeof(driver));
	memcpy(ret->override, override, sizeof(override));
	return 0;
}

int vck_bound_store(int dir, const struct vck_bind_target *t, const struct vck_bind_state *s)
{
	cleanup_buf struct vck_buf b = { 0 };
	struct vck_bind_state old;
	char id[16];
	int r = vck_bound_load(dir, t, &old);

	if (r == 0)
		return -EEXIST;
	/* Damaged, or about another device: of no use to anybody */
	if (r != -ENOENT && r != -EINVAL && r != -ESTALE)
		return r;
	format_id(t, id, sizeof(id));
	vck_buf_addf(&b, "id=%s\ndriver=%s\noverride=%s\n", id, s->driver, s->override);
	if (b.failed)
		return -ENOMEM;
	r = vck_file_replace(dir, t->address, b.data, b.len, 0644);
	if (r < 0)
		(void)!vck_file_remove(dir, t->address);
	return r;
}

int vck_bound_drop(int dir, const char *address)
{
	return vck_file_remove(dir, address);
}

/* A registered driver of this name, dashes and underscores as they come. */
static bool find_driver(const struct vck_write_env *env, const char *bus, const char *name,
			char *ret)
{
	static const char *const swaps[] = { "", "_-", "-_" };
	char path[512], candidate[VCK_DRIVER_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(swaps); i++) {
		snprintf(candidate, sizeof(candidate), "%s", name);
		for (char *c = candidate; *swaps[i] && *c; c++) {
			if (*c == swaps[i][0])
				*c = swaps[i][1];
		}
		snprintf(path, sizeof(path), "%s/bus/%s/drivers/%s", env->sysfs, bus, candidate);
		if (access(path, F_OK) == 0) {
			memcpy(ret, candidate, sizeof(candidate));
			return true;
		}
	}
	return false;
}

static int load_module(const char *name)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *module = NULL;
	int r;

	if (!ctx)
		return -ENOMEM;
	kmod_set_log_priority(ctx, 0); /* the caller says it */
	r = kmod_module_new_from_name(ctx, name, &module);
	if (r == 0)
		r = kmod_module_probe_insert_module(module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY,
						    NULL, NULL, NULL, NULL);
	kmod_module_unref(module);
	kmod_unref(ctx);
	return r < 0 ? r : 0;
}

int vck_driver_load(const struct vck_write_env *env, const char *bus, const char *name, char *ret)
{
	int r;

	if (strchr(name, '/') || strlen(name) >= VCK_DRIVER_LEN)
		return -EINVAL;
	if (find_driver(env, bus, name, ret))
		return 0;
	r = load_module(name);
	if (r < 0)
		return r;
	return find_driver(env, bus, name, ret) ? 0 : -ENOENT;
}
