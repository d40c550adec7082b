// SPDX-License-Identifier: GPL-2.0-or-later
/* IOMMU units from sys/class/iommu: which driver, which registers, and the keys
 * (register base, parent device) that join them with the firmware's tables. */
#include "config.h"

#include <errno.h>

#include "source/gather.h"
#include "source/pci.h"

#define CLASS_DIR "sys/class/iommu"

/* Names that drivers give their units (iommu_device_sysfs_add callers, Linux 6.12
 * and 7.3). */
static const struct {
	const char *prefix;
	enum vck_iommu_driver driver;
	const char *name;
	bool base; /* the register base is the rest of the name, in hex */
} unit_names[] = {
	{"dmar", VCK_IOMMU_INTEL, "intel-iommu", false},
	{"ivhd", VCK_IOMMU_AMD, "amd-iommu", false},
	{"smmu3.0x", VCK_IOMMU_SMMU_V3, "arm-smmu-v3", true},
	{"smmu.0x", VCK_IOMMU_SMMU, "arm-smmu", true},
	{"apple-dart.", VCK_IOMMU_OTHER, "apple-dart", false},
	{"riscv-iommu@", VCK_IOMMU_OTHER, "riscv-iommu", false},
	{"s390-iommu.", VCK_IOMMU_OTHER, "s390-iommu", false},
};

static void driver_by_name(struct vck_unit *u)
{
	for (size_t i = 0; i < ARRAY_SIZE(unit_names); i++) {
		const char *rest = str_after(u->name, unit_names[i].prefix);

		if (!rest || !*rest)
			continue;
		u->driver = unit_names[i].driver;
		u->driver_name = unit_names[i].name;
		if (unit_names[i].base &&
		    vck_parse_u64(rest, 16, UINT64_MAX, &u->base) < 0)
			u->base = 0;
		return;
	}
}

/* --- registers --- */

/* Numbers of the vendor directories: hex without 0x. */
static int attr_hex(struct vck_dir *dir, const char *name, uint64_t *ret)
{
	char text[64];
	ssize_t n = vck_dir_attr(dir, name, text, sizeof(text));

	return n < 0 ? (int)n : vck_parse_u64(text, 16, UINT64_MAX, ret);
}

static int read_intel(struct vck_host *h, struct vck_unit *u, struct vck_dir *dir)
{
	char version[32];
	int r = attr_hex(dir, "cap", &u->cap);

	if (r == 0)
		r = attr_hex(dir, "ecap", &u->ecap);
	if (r == 0)
		u->regs_known = VCK_YES;
	/* Both only help to explain: without them the registers still count. */
	(void)!attr_hex(dir, "address", &u->base);
	if (vck_dir_attr(dir, "version", version, sizeof(version)) > 0)
		u->version = vck_arena_strdup(&h->arena, version);
	return r;
}

/* Three formats (drivers/iommu/amd/init.c): "EFR" in 5.10, "EFR2:EFR" up to 6.6,
 * "EFR:EFR2" since 6.7. Where the release does not tell: EFR has bits 32 to 36 (PASmax)
 * and up, of EFR2 only the lowest 14 are in use. */
static int parse_features(const struct vck_host *h, char *text, struct vck_unit *u)
{
	char *second = strchr(text, ':');
	uint64_t a, b = 0;
	int r;

	if (second)
		*second++ = '\0';
	r = vck_parse_u64(text, 16, UINT64_MAX, &a);
	if (r == 0 && second)
		r = vck_parse_u64(second, 16, UINT64_MAX, &b);
	if (r < 0)
		return r;
	if (!second || (h->kver ? h->kver >= VCK_KVER(6, 7) : a > b)) {
		u->efr = a;
		u->efr2 = b;
	} else {
		u->efr = b;
		u->efr2 = a;
	}
	return 0;
}

static int read_amd(struct vck_host *h, struct vck_unit *u, struct vck_dir *dir)
{
	char text[64];
	uint64_t cap;
	ssize_t n;
	int r = attr_hex(dir, "cap", &cap);

	if (r < 0)
		return r;
	if (cap > UINT32_MAX)
		return -ERANGE;
	u->amd_cap = (uint32_t)cap;
	n = vck_dir_attr(dir, "features", text, sizeof(text));
	r = n < 0 ? (int)n : parse_features(h, text, u);
	if (r == 0)
		u->regs_known = VCK_YES;
	return r;
}

/* Where the vendor's directory is, it says more than the name. */
static int read_registers(struct vck_host *h, struct vck_unit *u, struct vck_dir *dir)
{
	static const struct {
		const char *dir;
		enum vck_iommu_driver driver;
		int (*read)(struct vck_host *h, struct vck_unit *u, struct vck_dir *dir);
	} vendors[] = {
		{"intel-iommu", VCK_IOMMU_INTEL, read_intel},
		{"amd-iommu", VCK_IOMMU_AMD, read_amd},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(vendors) && r == 0; i++) {
		cleanup_dir struct vck_dir *sub = NULL;

		if (!vck_dir_has(dir, vendors[i].dir)) {
			if (u->driver == vendors[i].driver)
				r = -ENOENT;
			continue;
		}
		u->driver = vendors[i].driver;
		u->driver_name = vendors[i].dir;
		r = vck_dir_opendir(dir, vendors[i].dir, &sub);
		if (r == 0)
			r = vendors[i].read(h, u, sub);
	}
	return r;
}

/* --- the device behind a unit --- */

/* virtio-iommu units bear the name of the device that carries the virtio device
 * (drivers/iommu/virtio-iommu.c, virtio_bus_name()). Theirs is virtio device 23; the
 * driver tells as well. */
/* 1, 0, or the error of reading what tells. */
static int is_virtio_iommu(struct vck_root *root, const char *unit_path)
{
	cleanup_dir struct vck_dir *dir = NULL;
	char path[VCK_PATH_LEN], driver[64];
	uint64_t id;
	ssize_t n;
	int r;

	/* The path is …/0000:00:01.0/virtio0/iommu/NAME. */
	if (!strstr(unit_path, "/virtio") ||
	    vck_path_join(unit_path, "../..", path, sizeof(path)) < 0)
		return 0;
	r = vck_root_opendir(root, path, &dir);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (vck_dir_attr_u64(dir, "device", &id) == 0)
		return id == 23;
	n = vck_dir_link_name(dir, "driver", driver, sizeof(driver));
	if (n < 0)
		return n == -ENOENT || n == -ENODATA ? 0 : (int)n;
	return streq(driver, "virtio_iommu");
}

/* Other units: the driver of the device they belong to. */
static int driver_of_parent(struct vck_host *h, struct vck_unit *u,
			    struct vck_dir *parent)
{
	char name[256];

	if (vck_dir_link_name(parent, "driver", name, sizeof(name)) < 0)
		return 0;
	u->driver_name = vck_arena_strdup(&h->arena, name);
	if (!u->driver_name)
		return -ENOMEM;
	u->driver = streq(name, "arm-smmu-v3") ? VCK_IOMMU_SMMU_V3
		    : streq(name, "arm-smmu")  ? VCK_IOMMU_SMMU
					       : VCK_IOMMU_OTHER;
	return 0;
}

static int read_parent(struct vck_host *h, struct vck_root *root, struct vck_unit *u,
		       const char *unit_path)
{
	cleanup_dir struct vck_dir *parent = NULL;
	char path[VCK_PATH_LEN];
	struct vck_bdf bdf;
	const char *up = "../..", *name;
	int r;

	r = u->driver == VCK_IOMMU_UNKNOWN ? is_virtio_iommu(root, unit_path) : 0;
	if (r < 0) {
		vck_problem(h, "units", unit_path, r, "what kind of IOMMU %s is", u->name);
		return r == -ENOMEM ? r : 0;
	}
	if (r) {
		u->driver = VCK_IOMMU_VIRTIO;
		u->driver_name = "virtio-iommu";
		up = "../../.."; /* what carries the virtio device */
	}
	/* …/PARENT/iommu/NAME; Intel's units hang below sys/devices/virtual and have
	 * none. */
	if (vck_path_join(unit_path, up, path, sizeof(path)) < 0 ||
	    str_ends(path, "sys/devices/virtual"))
		return 0;
	r = vck_root_opendir(root, path, &parent);
	if (r < 0) {
		if (r != -ENOENT)
			vck_problem(h, "units", path, r, "what carries %s", u->name);
		return 0;
	}
	name = strrchr(path, '/');
	u->parent = vck_arena_strdup(&h->arena, name ? name + 1 : path);
	if (!u->parent)
		return -ENOMEM;
	if (vck_bdf_parse(u->parent, &bdf) == 0)
		u->segment = (uint16_t)bdf.domain;
	r = vck_node_of(h, parent, &u->of_node);
	if (r < 0)
		vck_problem(h, "units", path, r, "device tree node of %s", u->name);
	return u->driver == VCK_IOMMU_UNKNOWN ? driver_of_parent(h, u, parent) : 0;
}

/* --- all of them --- */

static int read_unit(struct vck_host *h, struct vck_root *root, struct vck_dir *class,
		     const char *name)
{
	cleanup_dir struct vck_dir *dir = NULL;
	struct vck_unit *u = vck_host_add_unit(h, name);
	char path[VCK_PATH_LEN];
	int r;

	if (!u)
		return -ENOMEM;
	u->active = true;
	driver_by_name(u);
	r = vck_dir_opendir(class, name, &dir);
	if (r == 0)
		r = read_registers(h, u, dir);
	if (r < 0)
		vck_problem(h, "units", CLASS_DIR, r, "registers of %s", name);
	if (r == -ENOMEM)
		return r;
	r = (int)vck_dir_link_path(class, name, path, sizeof(path));
	if (r >= 0)
		return read_parent(h, root, u, path);
	if (r != -ENOENT && r != -EINVAL)
		vck_problem(h, "units", CLASS_DIR, r, "what carries %s", name);
	return 0;
}

static int read_all(struct vck_host *h, struct vck_root *root, struct vck_dir *class)
{
	cleanup_names struct vck_names names = {0};
	int r = vck_dir_list(class, &names);

	if (r < 0)
		return r;
	h->have |= VCK_EV_UNITS;
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = read_unit(h, root, class, names.names[i]);
	return r;
}

int vck_read_units(struct vck_host *h, struct vck_root *root)
{
	cleanup_dir struct vck_dir *class = NULL;
	int r = vck_root_opendir(root, CLASS_DIR, &class);

	if (r == 0)
		r = read_all(h, root, class);
	/* The class appears with the first unit. */
	if (r == -ENOENT && vck_root_exists(root, "sys/class")) {
		h->have |= VCK_EV_UNITS;
		return 0;
	}
	if (r < 0 && vck_root_origin(root) != VCK_ORIGIN_LSPCI)
		vck_problem(h, "units", CLASS_DIR, r, "IOMMU units");
	return r == -ENOMEM ? r : 0;
}
