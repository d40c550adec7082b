/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule engine. Rules are rows of a table: pure functions over the model.
 * The engine runs all of them on every subject, turns missing evidence into
 * "unknown", and derives verdicts. Order of the derivation:
 *
 *   twins -> units -> coherency -> nosnoop -> reset -> attach -> rules -> verdict
 */
#ifndef VCK_CHECK_ENGINE_H
#define VCK_CHECK_ENGINE_H

#include "model/host.h"

enum vck_scope {
	VCK_SCOPE_HOST = 0,
	VCK_SCOPE_GROUP,
	VCK_SCOPE_DEVICE,
};

/* What a rule is applied to; group and device are NULL where the scope has none. */
struct vck_subject {
	struct vck_host *host;
	struct vck_group *group;
	struct vck_device *device;
	bool quiet; /* only the result is wanted: helpers make no text */
};

struct vck_rule {
	const char *id; /* "group.viable" */
	enum vck_scope scope;
	enum vck_severity severity; /* of a failure, unless eval sets another */
	uint32_t needs_host, needs_device; /* evidence without which the answer is unknown */
	/* false: not applicable to this subject. NULL: always applies. Runs before `needs` is looked at, so it may rest only
	 * on what is always there (bus, presence of a group). */
	bool (*applies)(const struct vck_subject *s);
	/* Sets f->summary, evidence and remedy by the helpers below. */
	enum vck_result (*eval)(const struct vck_subject *s, struct vck_finding *f);
	const char *title;  /* what is checked, one line */
	const char *why;    /* why it matters, a paragraph for explain and the man page */
	const char *remedy; /* in general; eval gives the one for the subject */
	const char *reference; /* specification section, kernel file and version */
	const char *const *messages; /* NULL-terminated patterns of kernel, QEMU, libvirt, DPDK messages: '*' any text, matched by explain */
	const char *const *symptoms; /* NULL-terminated numbers of the symptom table in viommu-check-rules(7) */
};

/* All rules, in the order in which findings are listed. */
extern const struct vck_rule *const vck_rules[];
size_t vck_rules_count(void);
const struct vck_rule *vck_rule_find(const char *id);

/**
 * vck_check - run everything over the model
 * Fills the derived parts of @h. Pure: no I/O. Return: 0 or -ENOMEM.
 */
int vck_check(struct vck_host *h) must_check;

/* Helpers for eval functions; text is copied into the host's arena. */
void vck_finding_summary(const struct vck_subject *s, struct vck_finding *f, const char *fmt, ...)
	printf_like(3, 4);
void vck_finding_evidence(const struct vck_subject *s, struct vck_finding *f, const char *path,
			  const char *fmt, ...) printf_like(4, 5);
void vck_finding_remedy(const struct vck_subject *s, struct vck_finding *f,
			enum vck_remedy_scope scope, const char *command, const char *fmt, ...)
	printf_like(5, 6);

/* Steps of vck_check(), each pure; also used by the unit tests. */
int vck_derive_twins(struct vck_host *h) must_check; /* functions of one model */
/* Which requester ids functions with a group have, for vck_device_id_conflict(). Once the
 * devices have their units. */
int vck_derive_ids(struct vck_host *h) must_check;
int vck_derive_units(struct vck_host *h) must_check;
int vck_derive_coherency(struct vck_host *h) must_check;
int vck_derive_nosnoop(struct vck_host *h) must_check;
int vck_derive_reset(struct vck_host *h) must_check;
int vck_derive_attach(struct vck_host *h) must_check;
int vck_derive_grouping(struct vck_host *h) must_check; /* predicted groups, and why */
int vck_derive_verdicts(struct vck_host *h) must_check;

/**
 * vck_device_why - the findings that made a device's verdict
 * @ret: room for @max pointers; blockers first, then checks of blockers that lack evidence
 * (only where the verdict is unknown because of them), then warnings, each in table order.
 * Findings of the device's group count with its own.
 * Return: number written.
 */
size_t vck_device_why(const struct vck_device *d, const struct vck_finding **ret, size_t max);

#endif
