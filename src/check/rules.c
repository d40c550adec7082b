// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "check/engine.h"

const struct vck_rule *const vck_rules[] = {
	NULL,
};
