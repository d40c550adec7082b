// SPDX-License-Identifier: GPL-2.0-or-later
/* One word a device, worst-of over its findings, and which findings decided. */
#include "config.h"

#include "check/engine.h"

/* Nothing on this host removes it: no remedy, or other hardware. */
static bool final(const struct vck_finding *f)
{
	return f->remedy_scope == VCK_REMEDY_NONE ||
	       f->remedy_scope == VCK_REMEDY_HARDWARE;
}

static bool blocks(const struct vck_finding *f)
{
	return f->result == VCK_RESULT_FAIL && f->severity == VCK_SEV_BLOCKER;
}

static enum vck_verdict worst(enum vck_verdict a, enum vck_verdict b)
{
	static const int rank[] = {
		[VCK_VERDICT_READY] = 0,
		[VCK_VERDICT_CONDITIONAL] = 1,
		[VCK_VERDICT_UNKNOWN] = 2,
		[VCK_VERDICT_UNSUITABLE] = 3,
	};

	return rank[a] >= rank[b] ? a : b;
}

static enum vck_verdict of_finding(const struct vck_finding *f)
{
	if (f->result == VCK_RESULT_UNKNOWN && f->severity == VCK_SEV_BLOCKER)
		return VCK_VERDICT_UNKNOWN;
	if (f->result != VCK_RESULT_FAIL || f->severity == VCK_SEV_NOTE)
		return VCK_VERDICT_READY;
	return blocks(f) && final(f) ? VCK_VERDICT_UNSUITABLE : VCK_VERDICT_CONDITIONAL;
}

static enum vck_verdict of_device(const struct vck_device *d)
{
	enum vck_verdict v = VCK_VERDICT_READY;

	for (size_t i = 0; i < d->n_findings; i++)
		v = worst(v, of_finding(&d->findings[i]));
	for (size_t i = 0; d->group && i < d->group->n_findings; i++)
		v = worst(v, of_finding(&d->group->findings[i]));
	if (d->now.accepted == VCK_UNKNOWN)
		v = worst(v, VCK_VERDICT_UNKNOWN);
	else if (d->now.accepted == VCK_NO || d->now.noiommu)
		v = worst(v, VCK_VERDICT_CONDITIONAL);
	return v;
}

int vck_derive_verdicts(struct vck_host *h)
{
	for (size_t i = 0; i < h->n_devices; i++)
		h->devices[i]->verdict = of_device(h->devices[i]);
	return 0;
}

/* Does the finding belong among those of this pass? Unknown blockers come between the
 * blockers and the warnings, and only where they made the verdict. */
static bool decides(const struct vck_device *d, const struct vck_finding *f, int pass)
{
	if (pass == 0)
		return blocks(f);
	if (pass == 1)
		return d->verdict == VCK_VERDICT_UNKNOWN &&
		       f->result == VCK_RESULT_UNKNOWN && f->severity == VCK_SEV_BLOCKER;
	return f->result == VCK_RESULT_FAIL && f->severity == VCK_SEV_WARNING;
}

size_t vck_device_why(const struct vck_device *d, const struct vck_finding **ret,
		      size_t max)
{
	size_t n = 0;

	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < d->n_findings; i++) {
			if (n < max && decides(d, &d->findings[i], pass))
				ret[n++] = &d->findings[i];
		}
		for (size_t i = 0; d->group && i < d->group->n_findings; i++) {
			if (n < max && decides(d, &d->group->findings[i], pass))
				ret[n++] = &d->group->findings[i];
		}
	}
	return n;
}
