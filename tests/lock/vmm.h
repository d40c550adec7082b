/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program under the lock does, by name. */
#ifndef TESTS_LOCK_VMM_H
#define TESTS_LOCK_VMM_H

/* Return: the exit status. */
int vmm_main(int argc, char **argv);

#endif
