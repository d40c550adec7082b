/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that write, run in children on a made-up host with a driver core. */
#ifndef VCK_TEST_COMMAND_H
#define VCK_TEST_COMMAND_H

#include "../unit/faketree.h"
#include "inject.h"

#define BUS	   "pci0000:00/0000:00:01.0/"
#define ADDR	   "0000:01:00.0"
#define PATH	   BUS ADDR
#define OTHER_ADDR "0000:01:00.1"
#define OTHER	   BUS OTHER_ADDR
#define ON	   0x2810
#define OFF	   0x2010

struct outcome {
	int status; /* exit status, 256 + signal */
	char err[16384];
};

struct running {
	pid_t pid;
	int out, err;
};

/* A port, two functions of one group at PATH and OTHER bound to @driver, the drivers nvidia (the
 * native one) and vfio-pci. */
void command_host(struct fake_tree *t, const char *driver);
/* Words separated by blanks, "%o" is a file of the host; "guard-look" is one look of the guard. The
 * injector is on in the child where @plan says so. */
struct running command_spawn(struct fake_tree *t, const char *args, const struct inject *plan);
struct outcome command_finish(struct running *r);
struct outcome command_run(struct fake_tree *t, const char *args, const struct inject *plan);
/* Name of the driver of a function below devices/, "" none. */
const char *command_driver_of(struct fake_tree *t, const char *path, char *buf, size_t size);

#endif
