// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of enumerators, as the JSON and the man page have them. */
#include "config.h"

#include <assert.h>

#include "model/host.h"

#define NAME(table, value, last)                                              \
	({                                                                    \
		static_assert(ARRAY_SIZE(table) == (last) + 1, "name missing"); \
		(size_t)(value) < ARRAY_SIZE(table) ? (table)[value] : NULL;  \
	})

const char *vck_origin_name(enum vck_origin o)
{
	static const char *const names[] = { "live", "root", "capture", "lspci" };

	return NAME(names, o, VCK_ORIGIN_LSPCI);
}

const char *vck_lockdown_name(enum vck_lockdown l)
{
	static const char *const names[] = { NULL, "none", "integrity", "confidentiality" };

	return NAME(names, l, VCK_LOCKDOWN_CONFIDENTIALITY);
}

const char *vck_container_name(enum vck_container c)
{
	static const char *const names[] = { NULL, NULL, "vfio", "iommufd" };

	return NAME(names, c, VCK_CONTAINER_IOMMUFD);
}

const char *vck_stage_name(enum vck_stage s)
{
	static const char *const names[] = { NULL,	  "bind",  "group",
					     "container", "iommu", "device" };

	return NAME(names, s, VCK_STAGE_DEVICE);
}

const char *vck_verdict_name(enum vck_verdict v)
{
	static const char *const names[] = { "unknown", "ready", "conditional", "unsuitable" };

	return NAME(names, v, VCK_VERDICT_UNSUITABLE);
}

const char *vck_lock_name(enum vck_lock l)
{
	static const char *const names[] = { "none",	"cleared",   "persistent",
					     "guarded", "read-only", "not-needed" };

	return NAME(names, l, VCK_LOCK_NOT_NEEDED);
}

const char *vck_bus_name(enum vck_bus b)
{
	static const char *const names[] = { "pci", "platform", "amba" };

	return NAME(names, b, VCK_BUS_AMBA);
}

const char *vck_result_name(enum vck_result r)
{
	static const char *const names[] = { "unknown", "pass", "fail", "not-applicable" };

	return NAME(names, r, VCK_RESULT_NA);
}

const char *vck_severity_name(enum vck_severity s)
{
	static const char *const names[] = { "note", "warning", "blocker" };

	return NAME(names, s, VCK_SEV_BLOCKER);
}

const char *vck_remedy_scope_name(enum vck_remedy_scope s)
{
	static const char *const names[] = { NULL,	 "runtime",  "boot",
					     "firmware", "hardware", "kernel" };

	return NAME(names, s, VCK_REMEDY_KERNEL);
}

const char *vck_arch_name(enum vck_arch a)
{
	static const char *const names[] = { NULL, "x86_64", "aarch64", "riscv64", NULL };

	return NAME(names, a, VCK_ARCH_OTHER);
}

enum vck_arch vck_arch_parse(const char *name)
{
	static const struct {
		const char *name;
		enum vck_arch arch;
	} table[] = {
		{ "x86_64", VCK_ARCH_X86_64 },	 { "amd64", VCK_ARCH_X86_64 },
		{ "aarch64", VCK_ARCH_AARCH64 }, { "arm64", VCK_ARCH_AARCH64 },
		{ "riscv64", VCK_ARCH_RISCV64 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (streq(table[i].name, name))
			return table[i].arch;
	}
	return *name ? VCK_ARCH_OTHER : VCK_ARCH_UNKNOWN;
}
