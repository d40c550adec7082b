// SPDX-License-Identifier: GPL-2.0-or-later
/* THEORY OF OPERATION: a kernel made of a table answers the ioctls. Each row lets one
 * step fail; the steps before it are done, those after it were not tried, everything
 * that was opened is closed, and the answer is the errno at the right stage. */
#include "config.h"

#include <errno.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/errname.h"
#include "render/render.h"
#include "schema.h"
#include "vfio/session.h"
#include "vfio/uapi.h"

/* Where `probe --json` of every answer goes. */
static FILE *documents;

static void print(struct vck_probe *p)
{
	const struct vck_json_options o = { .compact = true };
	cleanup_host struct vck_host *h = vck_host_new();
	struct vck_device *d = vck_host_add_device(h, "0000:01:00.0");

	assert_non_null(d);
	d->probe = p;
	d->selected = true;
	if (documents)
		assert_int_equal(vck_render_json(documents, h, &o), 0);
}

enum {
	CONTAINER = 100,
	GROUP,
	DEVICE,
	IOMMU,
	CDEV,
};

/* The kernel: what fails, and what was asked. */
struct kernel {
	const char *fail_open;
	unsigned long fail_request;
	int err;
	int n_open, n_ioctl;
	unsigned type; /* of SET_IOMMU */
	unsigned hot_reset_count;
	bool no_iommufd, die, hang;
	bool power;	    /* POWER: another backend than type1 */
	bool compat, no_cc; /* iommufd serves the container; nothing enforces coherency */
	bool old_hw_info;   /* as in 6.6 */
	bool opened;
	uint32_t hw_type;
	unsigned detached, destroyed;
};

static int fake_open(void *ctx, const char *path)
{
	static const struct {
		const char *path;
		int fd;
	} nodes[] = {
		{ "/dev/vfio/vfio", CONTAINER }, { "/dev/vfio/14", GROUP },
		{ "/dev/vfio/noiommu-0", GROUP }, { "/dev/iommu", IOMMU },
		{ "/dev/vfio/devices/vfio3", CDEV },
	};
	struct kernel *k = ctx;

	if (k->fail_open && streq(k->fail_open, path))
		return -k->err;
	if (k->no_iommufd && streq(path, "/dev/iommu"))
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		if (streq(nodes[i].path, path)) {
			k->n_open++;
			return nodes[i].fd;
		}
	}
	return -ENOENT;
}

static void fake_close(void *ctx, int fd)
{
	struct kernel *k = ctx;

	assert_true(fd >= CONTAINER);
	k->opened = k->opened && fd != DEVICE;
	k->n_open--;
}

static void region_info(struct vfio_region_info *r)
{
	r->size = r->index == 7 ? 4096 : r->index == 0 ? 0x10000 : 0;
	r->offset = (uint64_t)r->index << 40;
	r->flags = 3;
}

static int hot_reset_info(const struct kernel *k, struct vfio_pci_hot_reset_info *h)
{
	h->count = k->hot_reset_count;
	if (h->argsz < sizeof(*h) + h->count * sizeof(h->devices[0]))
		return -ENOSPC;
	for (unsigned i = 0; i < h->count; i++)
		h->devices[i] = (struct vfio_pci_dependent_device){
			.group_id = 14, .segment = 0, .bus = 1, .devfn = (uint8_t)i
		};
	return 0;
}

static int device_ioctl(struct kernel *k, unsigned long request, void *arg)
{
	struct vfio_device_info *info = arg;

	switch (request) {
	case VFIO_DEVICE_GET_INFO:
		info->flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
		info->num_regions = 9;
		info->num_irqs = 5;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		region_info(arg);
		return 0;
	case VFIO_DEVICE_GET_PCI_HOT_RESET_INFO:
		return hot_reset_info(k, arg);
	case VCK_DEVICE_BIND_IOMMUFD:
		assert_int_equal(((struct vck_uapi_bind *)arg)->iommufd, IOMMU);
		((struct vck_uapi_bind *)arg)->out_devid = 9;
		return 0;
	case VCK_DEVICE_ATTACH_PT:
		assert_int_equal(((struct vck_uapi_attach *)arg)->pt_id, 5);
		return 0;
	case VCK_DEVICE_DETACH_PT:
		k->detached++;
		return 0;
	}
	return -ENOTTY;
}

static int iommufd_ioctl(struct kernel *k, unsigned long request, void *arg)
{
	struct vck_uapi_hw_info *hw = arg;
	uint64_t ecap = 0x0000000000f0108a, *out;

	switch (request) {
	case VCK_IOMMU_GET_HW_INFO:
		assert_int_equal(hw->dev_id, 9);
		if (k->old_hw_info && hw->size > 32 && hw->out_capabilities)
			return -E2BIG;
		out = (uint64_t *)(uintptr_t)hw->data_uptr;
		out[1] = 0x00d2008c40660462;
		out[2] = ecap;
		hw->data_len = 24;
		hw->out_data_type = k->hw_type;
		if (!k->old_hw_info)
			hw->out_capabilities = 1;
		return 0;
	case VCK_IOMMU_IOAS_ALLOC:
		((struct vck_uapi_ioas_alloc *)arg)->out_ioas_id = 5;
		return 0;
	case VCK_IOMMU_DESTROY:
		assert_int_equal(((struct vck_uapi_destroy *)arg)->id, 5);
		k->destroyed++;
		return 0;
	}
	return -ENOTTY;
}

static int group_ioctl(struct kernel *k, unsigned long request, void *arg)
{
	switch (request) {
	case VFIO_GROUP_GET_STATUS:
		((struct vfio_group_status *)arg)->flags = VFIO_GROUP_FLAGS_VIABLE;
		return 0;
	case VFIO_GROUP_SET_CONTAINER:
		assert_int_equal(*(int *)arg, CONTAINER);
		return 0;
	case VFIO_GROUP_GET_DEVICE_FD:
		assert_string_equal(arg, "0000:01:00.0");
		k->n_open++;
		k->opened = true;
		return DEVICE;
	}
	return -ENOTTY;
}

/* iommufd has no tables before a device is attached: each of them is coherent. */
static int container_ioctl(struct kernel *k, unsigned long request, void *arg)
{
	switch (request) {
	case VFIO_SET_IOMMU:
		k->type = (unsigned)(uintptr_t)arg;
		return 0;
	case VFIO_CHECK_EXTENSION:
		if ((uintptr_t)arg != VFIO_DMA_CC_IOMMU)
			return k->power == ((uintptr_t)arg == VFIO_SPAPR_TCE_v2_IOMMU);
		return !k->no_cc || (k->compat && !k->opened);
	}
	return k->compat ? -ENODEV : -EINVAL; /* IOMMU_VFIO_IOAS of one without a table */
}

static int fake_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	struct kernel *k = ctx;

	k->n_ioctl++;
	if (k->die)
		raise(SIGKILL);
	if (k->hang)
		pause();
	if (k->fail_request == request)
		return -k->err;
	if (fd == DEVICE || fd == CDEV)
		return device_ioctl(k, request, arg);
	if (fd == IOMMU)
		return iommufd_ioctl(k, request, arg);
	if (fd == GROUP)
		return group_ioctl(k, request, arg);
	return container_ioctl(k, request, arg);
}

static struct vck_vfio_ops ops_of(struct kernel *k)
{
	return (struct vck_vfio_ops){ k, fake_open, fake_ioctl, fake_close };
}

static const struct vck_ask card = { .address = "0000:01:00.0", .group = "/dev/vfio/14",
				     .cdev = "/dev/vfio/devices/vfio3" };

static void ask(struct kernel *k, const struct vck_ask *a, struct vck_probe *p)
{
	struct vck_vfio_ops ops = ops_of(k);

	vck_ask_container(&ops, a, p);
	assert_int_equal(k->n_open, 0);
	vck_ask_iommufd(&ops, a, p);
	assert_int_equal(k->n_open, 0);
	vck_probe_judge(p);
	print(p);
}

static void test_all_well(void **state)
{
	struct kernel k = { .hot_reset_count = 2, .hw_type = 1 };
	struct vck_probe p = { .predicted = { .accepted = VCK_YES } };

	(void)state;
	ask(&k, &card, &p);
	for (size_t i = 0; i < p.container.n; i++)
		assert_int_equal(p.container.steps[i].done, VCK_YES);
	for (size_t i = 0; i < p.iommufd.n; i++)
		assert_int_equal(p.iommufd.steps[i].done, VCK_YES);
	assert_int_equal(p.answer.accepted, VCK_YES);
	assert_int_equal(p.agrees, VCK_YES);
	assert_int_equal(p.viable, VCK_YES);
	assert_int_equal(p.dma_cc, VCK_YES);
	assert_int_equal(k.type, VFIO_TYPE1v2_IOMMU);
	assert_int_equal(k.detached, 1);
	assert_int_equal(k.destroyed, 1);
	assert_int_equal(p.device.n_regions, 2);
	assert_int_equal(p.device.regions[1].offset, 7ull << 40);
	assert_int_equal(p.hot_reset.n, 2);
	assert_int_equal(p.hot_reset.members[1].bdf.fn, 1);
}

static void test_each_failure(void **state)
{
	static const struct {
		const char *open;
		unsigned long request;
		int err;
		const char *step; /* of the container */
		enum vck_tri accepted;
		enum vck_stage stage;
	} rows[] = {
		{ "/dev/vfio/14", 0, EBUSY, "open_group", VCK_NO, VCK_STAGE_GROUP },
		{ "/dev/vfio/14", 0, ENODEV, "open_group", VCK_NO, VCK_STAGE_GROUP },
		/* these are about who asks, and say nothing of the device */
		{ "/dev/vfio/14", 0, EACCES, "open_group", VCK_UNKNOWN, VCK_STAGE_GROUP },
		{ "/dev/vfio/14", 0, EPERM, "open_group", VCK_UNKNOWN, VCK_STAGE_GROUP },
		{ "/dev/vfio/14", 0, ENOENT, "open_group", VCK_UNKNOWN, VCK_STAGE_GROUP },
		{ "/dev/vfio/vfio", 0, EACCES, "open_container", VCK_UNKNOWN,
		  VCK_STAGE_CONTAINER },
		{ "/dev/vfio/vfio", 0, EPERM, "open_container", VCK_UNKNOWN,
		  VCK_STAGE_CONTAINER },
		{ NULL, VFIO_GROUP_GET_STATUS, ENOTTY, "get_status", VCK_YES, VCK_STAGE_NONE },
		{ NULL, VFIO_GROUP_SET_CONTAINER, EPERM, "set_container", VCK_NO,
		  VCK_STAGE_GROUP },
		{ NULL, VFIO_GROUP_SET_CONTAINER, EINVAL, "set_container", VCK_NO,
		  VCK_STAGE_GROUP },
		{ NULL, VFIO_SET_IOMMU, EPERM, "set_iommu", VCK_NO, VCK_STAGE_IOMMU },
		{ NULL, VFIO_SET_IOMMU, ENODEV, "set_iommu", VCK_NO, VCK_STAGE_IOMMU },
		{ NULL, VFIO_CHECK_EXTENSION, EINVAL, "check_dma_cc", VCK_YES, VCK_STAGE_NONE },
		{ NULL, VFIO_GROUP_GET_DEVICE_FD, EACCES, "get_device_fd", VCK_NO,
		  VCK_STAGE_DEVICE },
		{ NULL, VFIO_GROUP_GET_DEVICE_FD, EINVAL, "get_device_fd", VCK_NO,
		  VCK_STAGE_DEVICE },
		{ NULL, VFIO_GROUP_GET_DEVICE_FD, EPERM, "get_device_fd", VCK_NO,
		  VCK_STAGE_DEVICE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel k = { .fail_open = rows[i].open,
				    .fail_request = rows[i].request,
				    .err = rows[i].err,
				    .no_iommufd = true };
		struct vck_probe p = { .predicted = { .accepted = VCK_YES } };
		size_t at = 0;

		ask(&k, &card, &p);
		while (!streq(p.container.steps[at].name, rows[i].step))
			assert_int_equal(p.container.steps[at++].done, VCK_YES);
		assert_int_equal(p.container.steps[at].done, VCK_NO);
		assert_int_equal(p.container.steps[at].err, rows[i].err);
		assert_int_equal(p.answer.accepted, rows[i].accepted);
		assert_int_equal(p.answer.stage, rows[i].stage);
		assert_int_equal(p.agrees, rows[i].accepted);
		if (rows[i].accepted == VCK_YES)
			continue;
		assert_non_null(p.container.steps[at].meaning);
		while (++at < p.container.n)
			assert_int_equal(p.container.steps[at].done, VCK_UNKNOWN);
	}
}

static void test_iommufd_failures(void **state)
{
	static const struct {
		const char *open;
		unsigned long request;
		int err;
		unsigned step;
		enum vck_tri accepted;
	} rows[] = {
		{ "/dev/iommu", 0, EACCES, VCK_ASK_OPEN_IOMMU, VCK_UNKNOWN },
		{ "/dev/vfio/devices/vfio3", 0, EACCES, VCK_ASK_OPEN_CDEV, VCK_UNKNOWN },
		{ "/dev/vfio/devices/vfio3", 0, EPERM, VCK_ASK_OPEN_CDEV, VCK_UNKNOWN },
		{ "/dev/vfio/devices/vfio3", 0, ENODEV, VCK_ASK_OPEN_CDEV, VCK_NO },
		/* sysfs names it, so the kernel has it: this /dev lacks it */
		{ "/dev/vfio/devices/vfio3", 0, ENOENT, VCK_ASK_OPEN_CDEV, VCK_UNKNOWN },
		{ NULL, VCK_DEVICE_BIND_IOMMUFD, EAGAIN, VCK_ASK_BIND_IOMMUFD, VCK_NO },
		{ NULL, VCK_DEVICE_BIND_IOMMUFD, EIO, VCK_ASK_BIND_IOMMUFD, VCK_NO },
		{ NULL, VCK_DEVICE_BIND_IOMMUFD, EINVAL, VCK_ASK_BIND_IOMMUFD, VCK_NO },
		{ NULL, VCK_DEVICE_BIND_IOMMUFD, EPERM, VCK_ASK_BIND_IOMMUFD, VCK_NO },
		{ NULL, VCK_IOMMU_GET_HW_INFO, EOPNOTSUPP, VCK_ASK_GET_HW_INFO, VCK_YES },
		{ NULL, VCK_DEVICE_ATTACH_PT, EINVAL, VCK_ASK_ATTACH, VCK_NO },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel k = { .fail_open = rows[i].open,
				    .fail_request = rows[i].request,
				    .err = rows[i].err };
		struct vck_vfio_ops ops = ops_of(&k);
		struct vck_probe p = { .container = { .available = VCK_NO } };

		vck_ask_iommufd(&ops, &card, &p);
		vck_probe_judge(&p);
		print(&p);
		assert_int_equal(k.n_open, 0);
		assert_int_equal(p.iommufd.steps[rows[i].step].err, rows[i].err);
		assert_non_null(p.iommufd.steps[rows[i].step].meaning);
		assert_int_equal(p.answer.accepted, rows[i].accepted);
		assert_int_equal(k.destroyed, p.iommufd.steps[VCK_ASK_IOAS_ALLOC].done == VCK_YES);
	}
}

/* What an errno at a step means, where kernels differ in it. */
static void test_meanings(void **state)
{
	static const struct {
		bool iommufd;
		unsigned long request;
		int err;
		unsigned step;
		const char *words;
	} rows[] = {
		{ false, VFIO_GROUP_GET_DEVICE_FD, EINVAL, VCK_ASK_GET_DEVICE_FD,
		  "before 5.19: a member of the group is bound to another driver" },
		{ false, VFIO_GROUP_GET_DEVICE_FD, EPERM, VCK_ASK_GET_DEVICE_FD,
		  "CAP_SYS_RAWIO" },
		{ false, VFIO_GROUP_GET_DEVICE_FD, EACCES, VCK_ASK_GET_DEVICE_FD,
		  "a physical function whose virtual functions are in use" },
		{ true, VCK_DEVICE_BIND_IOMMUFD, EACCES, VCK_ASK_BIND_IOMMUFD,
		  "a physical function whose virtual functions are in use" },
		{ true, VCK_DEVICE_BIND_IOMMUFD, EINVAL, VCK_ASK_BIND_IOMMUFD,
		  "another process has it open" },
		{ true, VCK_DEVICE_BIND_IOMMUFD, EPERM, VCK_ASK_BIND_IOMMUFD,
		  "another process has a device of the group open" },
		{ true, VCK_IOMMU_GET_HW_INFO, EOPNOTSUPP, VCK_ASK_GET_HW_INFO,
		  "does not know a flag or field" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel k = { .fail_request = rows[i].request, .err = rows[i].err };
		struct vck_vfio_ops ops = ops_of(&k);
		struct vck_probe p = { 0 };
		const struct vck_probe_path *path = rows[i].iommufd ? &p.iommufd : &p.container;

		vck_ask_container(&ops, &card, &p);
		vck_ask_iommufd(&ops, &card, &p);
		assert_non_null(path->steps[rows[i].step].meaning);
		assert_non_null(strstr(path->steps[rows[i].step].meaning, rows[i].words));
	}
}

static void test_bind_meanings(void **state)
{
	static const struct {
		int err;
		const char *words;
	} rows[] = {
		{ -ENODEV, "before 5.14: the driver refused it" },
		{ -EAGAIN, "is put off" },
		{ -EINVAL, "without an IOMMU group" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_non_null(vck_bind_meaning(rows[i].err));
		assert_non_null(strstr(vck_bind_meaning(rows[i].err), rows[i].words));
	}
}

static void test_noiommu(void **state)
{
	struct vck_ask a = { .address = "0000:01:00.0", .group = "/dev/vfio/noiommu-0",
			     .noiommu = true };
	struct kernel k = { .no_iommufd = true };
	struct vck_probe p = { .predicted = { .accepted = VCK_YES, .noiommu = true } };

	(void)state;
	ask(&k, &a, &p);
	assert_int_equal(k.type, VFIO_NOIOMMU_IOMMU);
	assert_true(p.answer.noiommu);
	assert_int_equal(p.agrees, VCK_YES);
	assert_int_equal(p.iommufd.available, VCK_NO);
}

static void test_power(void **state)
{
	struct kernel k = { .no_iommufd = true, .power = true };
	struct vck_probe p = { 0 };

	(void)state;
	ask(&k, &card, &p);
	assert_int_equal(k.type, VFIO_SPAPR_TCE_v2_IOMMU);
}

/* What the group is, sysfs knows also where this /dev has no nodes. */
static void test_find(void **state)
{
	static const char *const dirs[] = {
		"sys", "sys/devices", "sys/devices/0000:01:00.0",
		"sys/devices/0000:01:00.0/vfio-dev", "sys/devices/0000:01:00.0/vfio-dev/vfio3",
		"sys/class", "sys/class/vfio", "sys/class/vfio/noiommu-0",
	};
	struct vck_device d = { .address = "0000:01:00.0", .syspath = "sys/devices/0000:01:00.0" };
	char top[] = "/tmp/test-probe-XXXXXX", path[128];
	cleanup_root struct vck_root *root = NULL;
	struct vck_ask a;

	(void)state;
	assert_non_null(mkdtemp(top));
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", top, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	snprintf(path, sizeof(path), "%s/%s/iommu_group", top, d.syspath);
	assert_int_equal(symlink("../../kernel/iommu_groups/0", path), 0);
	assert_int_equal(vck_root_open(top, &root), 0);
	vck_ask_find(root, &d, &a);
	assert_true(a.noiommu);
	assert_string_equal(a.group, "/dev/vfio/noiommu-0");
	assert_string_equal(a.cdev, "/dev/vfio/devices/vfio3");
	unlink(path);
	for (size_t i = ARRAY_SIZE(dirs); i-- > 0;) {
		snprintf(path, sizeof(path), "%s/%s", top, dirs[i]);
		rmdir(path);
	}
	rmdir(top);
}

static void test_nothing_there(void **state)
{
	struct vck_ask a = { .address = "0000:01:00.0" };
	struct kernel k = { .fail_open = "/dev/vfio/vfio", .err = ENOENT, .no_iommufd = true };
	struct vck_probe p = { 0 };

	(void)state;
	ask(&k, &a, &p);
	assert_int_equal(p.container.available, VCK_NO);
	assert_int_equal(p.answer.accepted, VCK_NO);
	assert_int_equal(p.agrees, VCK_UNKNOWN);
}

/* Where iommufd serves /dev/vfio/vfio, there is nothing to be asked about coherency before the
 * device is open; vfio_iommu_type1 knows since VFIO_SET_IOMMU. */
static void test_coherency(void **state)
{
	static const struct {
		bool compat, no_cc, refused;
		enum vck_tri dma_cc;
	} rows[] = {
		{ false, false, false, VCK_YES }, { false, true, false, VCK_NO },
		{ false, true, true, VCK_NO },	  { true, false, false, VCK_YES },
		{ true, true, false, VCK_NO },	  { true, true, true, VCK_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel k = { .compat = rows[i].compat,
				    .no_cc = rows[i].no_cc,
				    .no_iommufd = true };
		struct vck_probe p = { 0 };

		if (rows[i].refused) {
			k.fail_request = VFIO_GROUP_GET_DEVICE_FD;
			k.err = EINVAL;
		}
		ask(&k, &card, &p);
		assert_int_equal(p.compat, vck_tri(rows[i].compat));
		assert_int_equal(p.dma_cc, rows[i].dma_cc);
	}
}

/* More functions than there is room for. */
static void test_large_hot_reset(void **state)
{
	struct kernel k = { .hot_reset_count = 1000, .no_iommufd = true };
	struct vck_probe p = { 0 };

	(void)state;
	ask(&k, &card, &p);
	assert_int_equal(p.hot_reset.possible, VCK_YES);
	assert_int_equal(p.hot_reset.n, 0);
	assert_int_equal(p.hot_reset.total, 1000);
	/* virtual functions are on the bus of the physical one, or on one of their own */
	k.hot_reset_count = 256;
	ask(&k, &card, &p);
	assert_int_equal(p.hot_reset.n, 256);
}

/* The kernel says no, or says nothing. */
static void test_no_hot_reset(void **state)
{
	static const struct {
		int err;
		enum vck_tri possible;
	} rows[] = { { ENODEV, VCK_NO }, { EPERM, VCK_NO }, { EAGAIN, VCK_UNKNOWN },
		     { ENOMEM, VCK_UNKNOWN } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel k = { .fail_request = VFIO_DEVICE_GET_PCI_HOT_RESET_INFO,
				    .err = rows[i].err,
				    .no_iommufd = true };
		struct vck_probe p = { 0 };

		ask(&k, &card, &p);
		assert_int_equal(p.hot_reset.possible, rows[i].possible);
		assert_int_equal(p.hot_reset.err, rows[i].err);
		assert_int_equal(p.hot_reset.meaning != NULL, rows[i].possible == VCK_NO);
	}
}

static void test_judgement(void **state)
{
	static const struct {
		struct vck_attach answer, predicted;
		enum vck_tri agrees;
	} rows[] = {
		{ { VCK_NO, EINVAL, VCK_STAGE_BIND, false },
		  { VCK_NO, EINVAL, VCK_STAGE_BIND, false },
		  VCK_YES },
		{ { VCK_NO, EINVAL, VCK_STAGE_BIND, false },
		  { VCK_NO, 0, VCK_STAGE_BIND, false },
		  VCK_YES },
		{ { VCK_NO, EINVAL, VCK_STAGE_BIND, false },
		  { VCK_NO, EBUSY, VCK_STAGE_BIND, false },
		  VCK_NO },
		{ { VCK_NO, EINVAL, VCK_STAGE_BIND, false },
		  { VCK_NO, EINVAL, VCK_STAGE_GROUP, false },
		  VCK_NO },
		{ { VCK_NO, EINVAL, VCK_STAGE_BIND, false },
		  { VCK_YES, 0, VCK_STAGE_NONE, false },
		  VCK_NO },
		{ { VCK_NO, EINVAL, VCK_STAGE_BIND, false },
		  { VCK_UNKNOWN, 0, VCK_STAGE_NONE, false },
		  VCK_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_probe p = { .answer = rows[i].answer,
				       .predicted = rows[i].predicted };

		vck_probe_judge(&p);
		print(&p);
		assert_int_equal(p.agrees, rows[i].agrees);
	}
}

/* 6.6 has no out_capabilities: that is not "none". */
static void test_old_hw_info(void **state)
{
	struct kernel k = { .hw_type = 1, .old_hw_info = true };
	struct vck_probe p = { 0 };

	(void)state;
	ask(&k, &card, &p);
	assert_int_equal(p.iommufd.steps[VCK_ASK_GET_HW_INFO].done, VCK_YES);
	assert_int_equal(p.hw.known, VCK_YES);
	assert_int_equal(p.hw.capabilities_known, VCK_NO);
	k = (struct kernel){ .hw_type = 1 };
	ask(&k, &card, &p);
	assert_int_equal(p.hw.capabilities_known, VCK_YES);
	assert_int_equal(p.hw.capabilities, 1);
}

/* The process that asks is killed, or hangs: the caller goes on. */
static void test_killed_and_hung(void **state)
{
	struct kernel k = { .die = true };
	struct vck_vfio_ops ops = ops_of(&k);
	struct vck_probe p = { 0 };

	(void)state;
	assert_int_equal(vck_probe_ask(&ops, &card, 5, &p), -EOWNERDEAD);
	vck_probe_judge(&p);
	assert_int_equal(p.answer.accepted, VCK_UNKNOWN);
	k = (struct kernel){ .hang = true };
	assert_int_equal(vck_probe_ask(&ops, &card, 1, &p), -ETIMEDOUT);
	k = (struct kernel){ .hw_type = 1 };
	assert_int_equal(vck_probe_ask(&ops, &card, 5, &p), 0);
	vck_probe_judge(&p);
	assert_int_equal(p.answer.accepted, VCK_YES);
	assert_string_equal(p.container.steps[0].name, "open_container");
}

/* Containers' filters and valgrind refuse pidfd_open(2). */
static void test_hung_without_pidfd(void **state)
{
	struct kernel k = { .hang = true };
	struct vck_vfio_ops ops = ops_of(&k);
	struct vck_probe p = { 0 };
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);

		alarm(20);
		if (!f || seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(pidfd_open), 0) < 0 ||
		    seccomp_load(f) < 0)
			_exit(1);
		_exit(vck_probe_ask(&ops, &card, 1, &p) == -ETIMEDOUT ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_well),
		cmocka_unit_test(test_each_failure),
		cmocka_unit_test(test_iommufd_failures),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_bind_meanings),
		cmocka_unit_test(test_noiommu),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_coherency),
		cmocka_unit_test(test_large_hot_reset),
		cmocka_unit_test(test_no_hot_reset),
		cmocka_unit_test(test_old_hw_info),
		cmocka_unit_test(test_judgement),
		cmocka_unit_test(test_killed_and_hung),
		cmocka_unit_test(test_hung_without_pidfd),
	};

	int failed;

	documents = schema_open("");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return schema_close(documents) || failed;
}
