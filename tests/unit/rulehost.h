/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up host for the cases of tests/rules: one endpoint 0000:01:00.0 below a
 * root port, in group 14 behind dmar0, on x86_64 with 6.12; everything was read
 * and nothing is wrong. Words of a case change it. */
#ifndef VCK_TEST_RULEHOST_H
#define VCK_TEST_RULEHOST_H

#include "model/host.h"

struct rulehost {
	struct vck_host *host;
	struct vck_device *device, *port, *sibling, *pf, *other;
	struct vck_unit *unit;
	struct vck_group *group;
	struct vck_virtio virtio;
	char *words; /* owned; values point into it */
};

void rulehost_init(struct rulehost *r);
/* Apply "key=value" words; returns the word that is not known, or NULL. */
const char *rulehost_apply(struct rulehost *r, const char *words);
void rulehost_done(struct rulehost *r);

#endif
