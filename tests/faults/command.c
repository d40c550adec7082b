// SPDX-License-Identifier: GPL-2.0-or-later
/* See command.h. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bind.h"
#include "cmd/commands.h"
#include "cmd/nosnoop.h"
#include "cmd/probe.h"
#include "command.h"
#include "lock/guard-watch.h"

struct fault fault; /* of faketree.h, whose double is not used here */

static void add_function(struct fake_tree *t, const char *path, const char *driver)
{
	const struct fake_function f = { .path = path, .vendor = 0x10de, .device = 0x2204,
					 .devctl = ON, .group = "14", .power = "auto\n",
					 .driver = driver };

	fake_add(t, &f);
	fake_file(t, "(null)\n", "sys/devices/%s/driver_override", path);
}

void command_host(struct fake_tree *t, const char *driver)
{
	static const char *const files[] = { "nvidia/bind", "nvidia/unbind", "vfio-pci/bind",
					     "vfio-pci/unbind" };
	static const struct fake_function port = { .path = "pci0000:00/0000:00:01.0",
						   .vendor = 0x8086, .device = 0x1901,
						   .driver = "pcieport", .bridge = true };

	fake_add(t, &port);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		fake_file(t, "", "sys/bus/pci/drivers/%s", files[i]);
	fake_file(t, "", "sys/bus/pci/drivers_probe");
	add_function(t, PATH, driver);
	add_function(t, OTHER, driver);
	fake_kernel = (struct fake_kernel){ .event = fake_kernel.event };
	snprintf(fake_kernel.native, sizeof(fake_kernel.native), "nvidia");
}

static void hear(void *data, enum vck_guard_level level, const char *text)
{
	(void)data;
	(void)level;
	fprintf(stderr, "viommu-check: %s\n", text);
}

static int guard_look(struct fake_tree *t)
{
	struct vck_guard g = { .env = &t->env, .interval_ms = 20000, .log = hear };

	if (vck_root_open(t->dir, &g.root) < 0 || vck_guard_refresh(&g) < 0)
		return VCK_EXIT_FAILED;
	vck_guard_look(&g);
	vck_guard_done(&g);
	return VCK_EXIT_OK;
}

/* A VFIO that takes every device. */
static int yes_open(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return 1000;
}

static int yes_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	(void)ctx;
	(void)fd;
	(void)request;
	(void)arg;
	return 0;
}

static void yes_close(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
}

static const struct vck_vfio_ops yes = { NULL, yes_open, yes_ioctl, yes_close };

static int run_command(struct fake_tree *t, int argc, char **argv)
{
	struct vck_global g = { .root = t->dir, .color = "never", .keeps_rights = true,
				.no_sandbox = true };
	const struct vck_command *c = vck_command_find(argv[0]);

	if (streq(argv[0], "guard-look"))
		return guard_look(t);
	if (c == &vck_cmd_nosnoop)
		return vck_nosnoop_main(c, &g, &t->env, argc, argv);
	if (c == &vck_cmd_bind || c == &vck_cmd_unbind)
		return vck_bind_main(c, &g, &t->env, argc, argv);
	if (c == &vck_cmd_probe)
		return vck_probe_main(c, &g, &t->env, &yes, argc, argv);
	return c->run(c, &g, argc, argv);
}

static void child(struct fake_tree *t, const struct running *r, char **argv, int argc)
{
	dup2(r->out, STDOUT_FILENO);
	dup2(r->err, STDERR_FILENO);
	alarm(60);
	vck_ignore_write_signals();
	_exit(vck_flush_stdout(run_command(t, argc, argv)));
}

static int temp(void)
{
	FILE *f = tmpfile();
	int fd = f ? dup(fileno(f)) : -1;

	if (fd < 0)
		abort();
	fclose(f);
	return fd;
}

struct running command_spawn(struct fake_tree *t, const char *args, const struct inject *plan)
{
	struct running r = { .out = temp(), .err = temp() };
	char copy[256], file[256], *argv[16];
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", args);
	snprintf(file, sizeof(file), "%s/out/file", t->dir);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		argv[argc++] = streq(w, "%o") ? file : w;
	argv[argc] = NULL;
	*inject = plan ? *plan : (struct inject){ 0 };
	r.pid = fork();
	if (r.pid < 0)
		abort();
	if (r.pid == 0)
		child(t, &r, argv, argc);
	return r;
}

struct outcome command_finish(struct running *r)
{
	struct outcome o = { 0 };
	int status;
	ssize_t n;

	if (waitpid(r->pid, &status, 0) != r->pid)
		abort();
	inject->at = 0; /* what follows is not the command's, and must not be killed for it */
	o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
	n = lseek(r->err, 0, SEEK_SET) == 0 ? read(r->err, o.err, sizeof(o.err) - 1) : 0;
	o.err[n < 0 ? 0 : n] = '\0';
	close(r->out);
	close(r->err);
	return o;
}

struct outcome command_run(struct fake_tree *t, const char *args, const struct inject *plan)
{
	struct running r = command_spawn(t, args, plan);

	return command_finish(&r);
}

const char *command_driver_of(struct fake_tree *t, const char *path, char *buf, size_t size)
{
	char link[512], target[512] = "";
	const char *last;

	snprintf(link, sizeof(link), "%s/sys/devices/%s/driver", t->dir, path);
	if (readlink(link, target, sizeof(target) - 1) < 0)
		target[0] = '\0';
	last = strrchr(target, '/');
	snprintf(buf, size, "%s", last ? last + 1 : "");
	return buf;
}
