/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling the service manager how it goes: sd_notify(3) without its library. */
#ifndef VCK_LOCK_NOTIFY_H
#define VCK_LOCK_NOTIFY_H

#include "base/util.h"

/**
 * vck_notify - send one message to the service manager
 * @state: "READY=1", "STATUS=...", lines
 * Return: 1 sent, 0 nobody asked for it (no NOTIFY_SOCKET), or a negative errno.
 */
int vck_notify(const char *state);
/* Half of the time after which the manager takes silence for a hang; 0: it does not. */
unsigned vck_notify_interval_ms(void);

#endif
