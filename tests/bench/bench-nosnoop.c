// SPDX-License-Identifier: GPL-2.0-or-later
/* What it costs to clear Enable No Snoop of many functions, and to put it back: the
 * whole command, reading the host included, on a made-up one. Usage:
 * bench-nosnoop [FUNCTIONS]. Status 1 above two seconds for clearing 4,096, 2 when the
 * command fails. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "cmd/nosnoop.h"
#include "tests/unit/faketree.h"

#define LIMIT_S 2.0
#define LIMIT_N 4096u

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void add_function(struct fake_tree *t, unsigned i)
{
	char path[96];
	struct fake_function f = { .path = path,
				   .vendor = 0x8086,
				   .device = 0x10fb,
				   .devctl = 0x2810,
				   .power = "auto" };

	/* 256 functions a port: 32 device numbers of 8 */
	snprintf(path, sizeof(path), "pci%04x:00/%04x:00:01.0/%04x:01:%02x.%x", i >> 8, i >> 8,
		 i >> 8, i >> 3 & 31, i & 7);
	fake_add(t, &f);
}

static int command(struct fake_tree *t, char *action)
{
	char name[] = "viommu-check", all[] = "--all";
	char *argv[] = { name, action, all, NULL };
	struct vck_global g = { .root = t->dir, .color = "never", .keeps_rights = true };
	int null = open("/dev/null", O_WRONLY), status;

	dup2(null, STDOUT_FILENO);
	status = vck_nosnoop_main(&vck_cmd_nosnoop, &g, &t->env, 3, argv);
	fflush(stdout);
	return status;
}

/* In a child, as getopt and standard output keep what they did. Seconds, or below 0. */
static double measure(struct fake_tree *t, char *action)
{
	double start = now();
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(command(t, action));
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return -1;
	return now() - start;
}

int main(int argc, char **argv)
{
	char disable[] = "--disable", again[] = "--disable", restore[] = "--restore";
	char *actions[] = { disable, again, restore };
	uint32_t n = LIMIT_N;
	struct fake_tree t;
	int status = 0;

	if (argc > 1 && vck_parse_u32(argv[1], 10, &n) < 0)
		return 2;
	fake_tree_init(&t);
	for (unsigned i = 0; i < n; i++)
		add_function(&t, i);
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		double s = measure(&t, actions[i]);

		if (s < 0) {
			fprintf(stderr, "bench-nosnoop: nosnoop %s --all: failed\n",
				actions[i]);
			status = 2;
			break;
		}
		printf("nosnoop %s --all: %u functions in %.3f s%s\n", actions[i], n, s,
		       i == 1 ? " (nothing to do)" : "");
		if (n <= LIMIT_N && s > LIMIT_S)
			status = 1;
	}
	fake_tree_done(&t);
	return status;
}
