// SPDX-License-Identifier: GPL-2.0-or-later
/* THEORY OF OPERATION: registers are given as bytes, and answers as they are after a
 * probe; what is looked for stands in the decoded fields, in the sheet, and in documents
 * that the schema allows. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

#include "render/render.h"
#include "render/probe.h"
#include "schema.h"
#include "vfio/ask.h"

static FILE *documents;

static struct vck_host *host_with(struct vck_probe *p)
{
	struct vck_host *h = vck_host_new();
	struct vck_device *d = vck_host_add_device(h, "0000:01:00.0");

	assert_non_null(d);
	d->probe = p;
	d->selected = true;
	return h;
}

static void print(struct vck_probe *p)
{
	const struct vck_json_options o = { .compact = true };
	cleanup_host struct vck_host *h = host_with(p);

	if (documents)
		assert_int_equal(vck_render_json(documents, h, &o), 0);
}

static const struct vck_hw_field *field(const struct vck_probe_hw *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++) {
		if (streq(h->fields[i].name, name))
			return &h->fields[i];
	}
	return NULL;
}

static void test_hardware(void **state)
{
	/* registers of QEMU's intel-iommu, of its smmuv3 and of amd-iommu */
	static const uint8_t intel[] = { 1,    0,    0,	   0,	 0,    0, 0,	0,
					 0x62, 0x04, 0x66, 0x40, 0x8c, 0, 0xd2, 0,
					 0x8a, 0x10, 0xf0, 0,	 0,    0, 0,	0 };
	static const uint8_t smmu[40] = { [8] = 0x1f, [9] = 0x04, [21] = 0x01, [24] = 0x10, [28] = 0x05 };
	static const uint8_t amd[] = { 0xd0, 0x2b, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	struct vck_probe_hw h;

	(void)state;
	vck_hw_decode(VCK_HW_INTEL, intel, sizeof(intel), &h);
	assert_int_equal(field(&h, "cap")->value, 0x00d2008c40660462);
	assert_int_equal(field(&h, "ecap.SC")->value, 1);
	assert_int_equal(field(&h, "ecap.IR")->value, 1);
	assert_int_equal(field(&h, "ecap.PT")->value, 0);
	assert_int_equal(field(&h, "cap.MGAW")->value, 0x26);
	print(&(struct vck_probe){ .hw = h });
	vck_hw_decode(VCK_HW_SMMU_V3, smmu, sizeof(smmu), &h);
	assert_int_equal(field(&h, "idr0")->value, 0x041f);
	assert_int_equal(field(&h, "idr0.COHACC")->value, 1);
	assert_int_equal(field(&h, "idr0.ATS")->value, 1);
	assert_int_equal(field(&h, "idr3.FWB")->value, 1);
	assert_int_equal(field(&h, "idr5.OAS")->value, 5);
	assert_int_equal(field(&h, "idr2")->value, 0);
	assert_int_equal(field(&h, "idr4")->value, 0x10);
	assert_int_equal(field(&h, "idr0.TTF")->value, 3);
	vck_hw_decode(VCK_HW_AMD, amd, sizeof(amd), &h);
	assert_int_equal(field(&h, "efr.HDSup")->value, 1);
	assert_int_equal(field(&h, "efr.GTSup")->value, 1);
	/* cut short: what is missing is left out, not zero */
	vck_hw_decode(VCK_HW_INTEL, intel, 16, &h);
	assert_non_null(field(&h, "cap.CM"));
	assert_null(field(&h, "ecap.SC"));
	vck_hw_decode(77, intel, sizeof(intel), &h);
	print(&(struct vck_probe){ .hw = h });
	assert_int_equal(h.known, VCK_YES);
	assert_int_equal(h.n, 0);
	assert_null(vck_hw_type_name(77));
}

static bool sheet_of_held(struct vck_probe *p, const char *holders, const char *words)
{
	cleanup_host struct vck_host *h = host_with(p);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	bool says;

	assert_non_null(f);
	h->devices[0]->holders = holders;
	vck_render_probe(f, h->devices[0], &(struct vck_style){ 0 });
	assert_int_equal(fclose(f), 0);
	says = strstr(text, words);
	free(text);
	return says;
}

static bool sheet_says(struct vck_probe *p, const char *words)
{
	return sheet_of_held(p, NULL, words);
}

/* Who has it, where the errno can be for that: EBUSY of the group, EINVAL and EPERM of the
 * device's own node. */
static void test_held(void **state)
{
	static const int errors[] = { EBUSY, EINVAL, EPERM };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct vck_probe p = { 0 };

		vck_steps_iommufd(&p.iommufd);
		p.iommufd.available = VCK_YES;
		vck_step(&p.iommufd, VCK_ASK_BIND_IOMMUFD, -errors[i]);
		assert_true(sheet_of_held(&p, "qemu (pid 7)", ": held by qemu (pid 7)"));
	}
}

/* Predicted is a kernel with its modules; where nobody loaded the backend it says so itself. */
static void test_backend_not_loaded(void **state)
{
	static const struct {
		enum vck_tri loaded, agrees;
	} rows[] = { { VCK_NO, VCK_UNKNOWN }, { VCK_YES, VCK_NO }, { VCK_UNKNOWN, VCK_NO } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_probe p = { .predicted = { .accepted = VCK_YES },
				       .backend_loaded = rows[i].loaded };

		vck_steps_container(&p.container);
		p.container.available = VCK_YES;
		for (unsigned s = 0; s < VCK_ASK_SET_IOMMU; s++)
			vck_step(&p.container, s, 0);
		vck_step(&p.container, VCK_ASK_SET_IOMMU, -ENODEV);
		vck_probe_judge(&p);
		assert_int_equal(p.answer.accepted, VCK_NO);
		assert_int_equal(p.agrees, rows[i].agrees);
		assert_true(sheet_says(&p, "modprobe vfio_iommu_type1"));
	}
}

static void test_hot_reset(void **state)
{
	struct vck_probe p = { .device = { .known = VCK_YES },
			       .hot_reset = { .possible = VCK_YES, .total = 1000 } };

	(void)state;
	assert_true(sheet_says(&p, "hot reset of     1000 functions\n"));
	p.hot_reset = (struct vck_probe_hot_reset){
		.possible = VCK_NO, .err = ENODEV, .meaning = "neither"
	};
	assert_true(sheet_says(&p, "not possible: ENODEV: neither\n"));
	p.hot_reset = (struct vck_probe_hot_reset){ .err = EAGAIN };
	assert_true(sheet_says(&p, "not told: EAGAIN\n"));
	print(&p);
}

/* Nothing is known of a device whose node may not be opened. */
static void test_refused_caller(void **state)
{
	struct vck_probe p = { .predicted = { .accepted = VCK_YES } };

	(void)state;
	vck_steps_container(&p.container);
	p.container.available = VCK_YES;
	vck_step(&p.container, VCK_ASK_OPEN_CONTAINER, 3);
	vck_step(&p.container, VCK_ASK_OPEN_GROUP, -EACCES);
	vck_probe_judge(&p);
	assert_true(sheet_says(&p, "? (it could not be asked: EACCES at group)"));
	assert_true(sheet_says(&p, "belongs to somebody else"));
	assert_false(sheet_says(&p, "WRONG"));
	print(&p);
}

/* A driver without hw_info: the request succeeds and names no type. */
static void test_silent_hardware(void **state)
{
	struct vck_probe p = { .hw = { .known = VCK_YES, .type = VCK_HW_NONE } };

	(void)state;
	assert_true(sheet_says(&p, "none (0): the IOMMU driver tells nothing about its hardware"));
	p.hw.type = 77;
	assert_true(sheet_says(&p, "not known here (77)"));
}

/* enum iommufd_hw_capabilities; bits that are newer than this stay a number */
static void test_capabilities(void **state)
{
	struct vck_probe p = { .hw = { .known = VCK_YES, .type = VCK_HW_INTEL,
				       .capabilities_known = VCK_YES, .capabilities = 0x1001 } };

	(void)state;
	assert_true(sheet_says(&p, "capabilities     0x1001: dirty tracking\n"));
	p.hw.capabilities = 0xe;
	assert_true(sheet_says(&p, "0xe: PASID execute, PASID privileged, no ATS\n"));
	p.hw.capabilities = 0;
	assert_true(sheet_says(&p, "capabilities     0\n"));
	p.hw.capabilities_known = VCK_NO;
	assert_false(sheet_says(&p, "capabilities"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hardware),
		cmocka_unit_test(test_silent_hardware),
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_refused_caller),
		cmocka_unit_test(test_hot_reset),
		cmocka_unit_test(test_backend_not_loaded),
	};

	int failed;

	documents = schema_open("");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return schema_close(documents) || failed;
}
