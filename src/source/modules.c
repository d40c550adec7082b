// SPDX-License-Identifier: GPL-2.0-or-later
/* The VFIO modules: loaded, built in or to be had; their parameters; and the
 * device nodes they make. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>

#include "base/text.h"
#include "source/modules.h"

/* Each of them has parameters or a version, so it has a directory in sys/module even when
 * it is built in (kernel/params.c, param_sysfs_builtin [5.10 to 7.3]). */
static const char *const modules[] = {
	"vfio",	   "vfio_pci",	    "vfio_pci_core",	  "vfio_iommu_type1",
	"iommufd", "vfio_platform", "vfio_platform_base", "vfio_amba",
};

enum {
	VFIO,
	VFIO_PCI,
	VFIO_PCI_CORE,
	TYPE1,
	IOMMUFD,
	PLATFORM,
	PLATFORM_BASE,
	AMBA,
	N_MODULES
};

_Static_assert(ARRAY_SIZE(modules) == N_MODULES, "a name for each module");

/* --- lib/modules --- */

int vck_modules_lines(const struct vck_host *h, struct vck_root *root, const char *name,
		      const char *const *words, size_t n, struct vck_blob *ret)
{
	/* Merged and unmerged /usr, and NixOS. */
	static const char *const dirs[] = {
		"lib/modules",
		"usr/lib/modules",
		"run/booted-system/kernel-modules/lib/modules",
	};
	int err = -ENODATA;

	for (size_t i = 0; h->release && i < ARRAY_SIZE(dirs); i++) {
		char path[VCK_PATH_LEN];
		int len = snprintf(path, sizeof(path), "%s/%s/%s", dirs[i], h->release,
				   name);
		int r = len < 0 || (size_t)len >= sizeof(path)
				? -ENAMETOOLONG
				: vck_root_lines(root, path, words, n, ret);

		if (r == 0 || r == -ENOMEM)
			return r;
		if (err == -ENODATA || r != -ENOENT)
			err = r;
	}
	return err;
}

/* Does a line of modules.dep or modules.builtin name the module's file? Its name has '-'
 * where the module's has '_', or not. */
static bool names_module(const char *line, size_t len, const char *module)
{
	const char *end = memchr(line, ':', len), *base;
	size_t n = strlen(module);

	end = end ? end : line + len;
	base = memrchr(line, '/', (size_t)(end - line));
	base = base ? base + 1 : line;
	if ((size_t)(end - base) < n + 3 || strncmp(base + n, ".ko", 3) != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((base[i] == '-' ? '_' : base[i]) != module[i])
			return false;
	}
	return true;
}

static bool listed(const struct vck_blob *b, const char *module)
{
	const char *text = (const char *)b->data, *line;
	size_t left = b->len, len;

	while (vck_line_next(&text, &left, &line, &len)) {
		if (names_module(line, len, module))
			return true;
	}
	return false;
}

/* Where a distribution ships only the binary indexes. Not finding it proves nothing: a
 * container sees the host's kernel without its modules. */
static enum vck_tri kmod_finds(const char *module)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *mod = NULL;
	enum vck_tri found = VCK_UNKNOWN;

	if (!ctx)
		return found;
	kmod_set_log_priority(ctx, 0);
	if (kmod_load_resources(ctx) == 0 &&
	    kmod_module_new_from_name(ctx, module, &mod) == 0)
		found = kmod_module_get_path(mod) || kmod_module_get_initstate(mod) ==
							     KMOD_MODULE_BUILTIN
				? VCK_YES
				: VCK_UNKNOWN;
	kmod_module_unref(mod);
	kmod_unref(ctx);
	return found;
}

struct indexes {
	struct vck_blob dep, builtin;
	int dep_err, builtin_err;
	bool live, no_loading;
};

/* Not only missing, or left out of a capture. */
static bool is_refused(int err)
{
	return err < 0 && err != -ENOENT && err != -ENODATA;
}

static enum vck_tri available(const struct indexes *x, const char *module,
			      enum vck_tri loaded)
{
	if (loaded == VCK_YES || (x->builtin_err == 0 && listed(&x->builtin, module)) ||
	    (x->dep_err == 0 && listed(&x->dep, module)))
		return VCK_YES;
	if (x->no_loading && loaded == VCK_NO)
		return VCK_NO;
	if (x->dep_err == 0 && !is_refused(x->builtin_err))
		return VCK_NO;
	return x->live ? kmod_finds(module) : VCK_UNKNOWN;
}

/* --- sys/module --- */

/* "live" in initstate; built-in code has no such file. */
static enum vck_tri is_loaded(struct vck_host *h, struct vck_dir *all, const char *module)
{
	cleanup_dir struct vck_dir *d = NULL;
	char state[32];
	int r = vck_dir_opendir(all, module, &d);
	ssize_t n;

	if (r == -ENOENT)
		return VCK_NO;
	n = r < 0 ? r : vck_dir_attr(d, "initstate", state, sizeof(state));
	if (n == -ENOENT)
		return VCK_YES;
	if (n >= 0)
		return vck_tri(streq(state, "live"));
	vck_problem(h, "modules", vck_dir_path(d ? d : all), (int)n,
		    "whether module %s is loaded", module);
	return VCK_UNKNOWN;
}

static int add_param(struct vck_host *h, const char *module, const char *name,
		     const char *value)
{
	struct vck_vfio *v = &h->vfio;
	struct vck_param *p;

	if (vck_arena_grow(&h->arena, &v->params, v->n_params, &v->cap_params,
			   sizeof(*v->params)) < 0)
		return -ENOMEM;
	p = &v->params[v->n_params];
	p->module = module;
	p->name = vck_arena_strdup(&h->arena, name);
	p->value = vck_arena_strdup(&h->arena, value);
	if (!p->name || !p->value)
		return -ENOMEM;
	v->n_params++;
	return 0;
}

static int read_params(struct vck_host *h, struct vck_dir *all, const char *module)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *d = NULL, *params = NULL;
	int r, err = 0;

	r = vck_dir_opendir(all, module, &d);
	if (r == 0)
		r = vck_dir_opendir(d, "parameters", &params);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = vck_dir_list(params, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		char value[4096];
		ssize_t n = vck_dir_attr(params, names.names[i], value, sizeof(value));

		if (n >= 0)
			r = add_param(h, module, names.names[i], value);
		else if (!err)
			err = (int)n;
	}
	err = r < 0 ? r : err;
	if (err < 0 && r != -ENOMEM)
		vck_problem(h, "modules", vck_dir_path(params ? params : all), err,
			    "parameters of module %s", module);
	return r == -ENOMEM ? r : 0;
}

static int read_loaded(struct vck_host *h, struct vck_root *root, enum vck_tri *loaded)
{
	cleanup_dir struct vck_dir *all = NULL;
	int r = vck_root_opendir(root, "sys/module", &all);

	if (r < 0) {
		vck_problem(h, "modules", "sys/module", r,
			    "which VFIO modules are loaded");
		return r == -ENOMEM ? r : 0;
	}
	h->have |= VCK_EV_MODULES;
	for (size_t i = 0; r == 0 && i < N_MODULES; i++) {
		loaded[i] = is_loaded(h, all, modules[i]);
		if (loaded[i] == VCK_YES)
			r = read_params(h, all, modules[i]);
	}
	return r;
}

/* What is loaded has its values in sysfs. */
static int read_options(struct vck_host *h, struct vck_root *root,
			const enum vck_tri *loaded)
{
	const char *absent[N_MODULES];
	size_t n = 0;

	for (size_t i = 0; i < N_MODULES; i++) {
		if (loaded[i] == VCK_NO)
			absent[n++] = modules[i];
	}
	return n ? vck_read_modprobe(h, root, absent, n) : 0;
}

/* --- who serves the container --- */

/* "vfio vfio/vfio c10:196", from the alias that vfio has with CONFIG_VFIO_CONTAINER, and iommufd
 * with CONFIG_IOMMUFD_VFIO_CONTAINER. What is built in is not in that list. */
static enum vck_container devname(const struct vck_host *h, struct vck_root *root)
{
	static const char *const words[] = {" vfio/vfio "};
	enum vck_container of = VCK_CONTAINER_NONE;
	cleanup_blob struct vck_blob b = {0};
	const char *text, *line;
	size_t left, len;

	if (vck_modules_lines(h, root, "modules.devname", words, 1, &b) < 0)
		return VCK_CONTAINER_UNKNOWN;
	text = (const char *)b.data;
	left = b.len;
	while (vck_line_next(&text, &left, &line, &len)) {
		if (len > 5 && strncmp(line, "vfio ", 5) == 0)
			of = VCK_CONTAINER_VFIO;
		else if (len > 8 && strncmp(line, "iommufd ", 8) == 0)
			of = VCK_CONTAINER_IOMMUFD;
	}
	return of;
}

/* The node says less: udev makes it for a module that is still to come, and a container's /dev
 * does not have it. */
static enum vck_tri container_misc(struct vck_root *root)
{
	cleanup_dir struct vck_dir *d = NULL;

	if (vck_root_opendir(root, "sys/class/misc", &d) < 0)
		return VCK_UNKNOWN;
	return vck_tri(vck_dir_has(d, "vfio"));
}

/* --- device nodes --- */

static void read_nodes(struct vck_host *h, struct vck_root *root)
{
	cleanup_dir struct vck_dir *dev = NULL, *vfio = NULL, *cdevs = NULL;
	cleanup_names struct vck_names names = {0};
	struct vck_vfio *v = &h->vfio;
	int r = vck_root_opendir(root, "dev", &dev);

	if (r < 0) {
		vck_problem(h, "modules", "dev", r, "device nodes of VFIO and iommufd");
		return;
	}
	v->iommufd_node = vck_tri(vck_dir_has(dev, "iommu"));
	v->container_node = VCK_NO;
	v->cdev = VCK_NO;
	h->have |= VCK_EV_DEVNODES;
	r = vck_dir_opendir(dev, "vfio", &vfio);
	if (r < 0) {
		if (r == -ENOENT)
			return;
		v->container_node = v->cdev = VCK_UNKNOWN;
		vck_problem(h, "modules", "dev/vfio", r, "which VFIO nodes there are");
		return;
	}
	v->container_node = vck_tri(vck_dir_has(vfio, "vfio"));
	r = vck_dir_opendir(vfio, "devices", &cdevs);
	if (r == 0)
		r = vck_dir_list(cdevs, &names);
	if (r == 0) {
		v->cdev = vck_tri(names.n);
	} else if (r != -ENOENT) {
		v->cdev = VCK_UNKNOWN;
		vck_problem(h, "modules", "dev/vfio/devices", r,
			    "which VFIO devices there are");
	}
}

/* A kernel without module support has no proc/modules. In a directory that somebody
 * copied its absence proves nothing, and a capture of that directory must not turn it
 * into proof. */
static bool cannot_load(struct vck_root *root)
{
	if (vck_root_exists(root, "proc/modules"))
		return false;
	if (vck_root_origin(root) != VCK_ORIGIN_ROOT)
		return true;
	vck_root_note_unknown(root, "proc/modules");
	return false;
}

static void set_availability(struct vck_host *h, struct vck_root *root,
			     const enum vck_tri *loaded)
{
	static const char *const words[] = {"vfio", "iommufd"};
	struct vck_vfio *v = &h->vfio;
	struct indexes x = {.live = vck_root_origin(root) == VCK_ORIGIN_LIVE};

	x.dep_err = vck_modules_lines(h, root, "modules.dep", words, 2, &x.dep);
	x.builtin_err =
		vck_modules_lines(h, root, "modules.builtin", words, 2, &x.builtin);
	x.no_loading = cannot_load(root);
	v->vfio_pci_available = available(&x, modules[VFIO_PCI], loaded[VFIO_PCI]);
	v->type1_available = available(&x, modules[TYPE1], loaded[TYPE1]);
	v->iommufd_available = available(&x, modules[IOMMUFD], loaded[IOMMUFD]);
	v->platform_available = available(&x, modules[PLATFORM], loaded[PLATFORM]);
	v->amba_available = available(&x, modules[AMBA], loaded[AMBA]);
	if (v->vfio_pci_available == VCK_UNKNOWN || is_refused(x.dep_err) ||
	    is_refused(x.builtin_err))
		vck_problem(h, "modules", "lib/modules", x.dep_err ? x.dep_err : x.builtin_err,
			    "whether the kernel has VFIO modules to load");
	vck_blob_done(&x.dep);
	vck_blob_done(&x.builtin);
}

int vck_read_modules(struct vck_host *h, struct vck_root *root)
{
	enum vck_tri loaded[N_MODULES] = {VCK_UNKNOWN};
	int r;

	if (vck_root_origin(root) == VCK_ORIGIN_LSPCI)
		return 0;
	r = read_loaded(h, root, loaded);
	if (r == 0)
		r = read_options(h, root, loaded);
	if (r < 0)
		return r;
	h->vfio.vfio_loaded = loaded[VFIO];
	h->vfio.vfio_pci_loaded = loaded[VFIO_PCI];
	h->vfio.type1_loaded = loaded[TYPE1];
	h->vfio.iommufd_loaded = loaded[IOMMUFD];
	h->vfio.vfio_builtin = loaded[VFIO] == VCK_YES &&
			       !vck_root_exists(root, "sys/module/vfio/initstate");
	h->vfio.devname = devname(h, root);
	h->vfio.container_misc = container_misc(root);
	set_availability(h, root, loaded);
	read_nodes(h, root);
	return 0;
}
