// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host itself uses devices for: network interfaces that are up, and
 * consoles. Disks and processes have a file each. This is a courtesy to whoever is
 * about to take a device away: nothing found does not prove that nothing uses it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "source/usage.h"

#define IFF_UP 0x1u /* linux/if.h */

struct vck_device *vck_owner_of(const struct vck_host *h, const char *path)
{
	const char *end = path + strlen(path);

	while (end > path) {
		const char *s = end;
		char name[256];
		size_t n;
		struct vck_device *d;

		while (s > path && s[-1] != '/')
			s--;
		n = (size_t)(end - s);
		if (n && n < sizeof(name)) {
			memcpy(name, s, n);
			name[n] = '\0';
			d = vck_host_find_device(h, name);
			if (d)
				return d;
		}
		end = s > path ? s - 1 : path;
	}
	return NULL;
}

int vck_usage_add(struct vck_host *h, struct vck_device *d, const char *use)
{
	return vck_list_add(h, &d->in_use, use);
}

ssize_t vck_usage_note(struct vck_host *h, bool *unread, const char *path, ssize_t r)
{
	/* Devices and processes go while they are looked at */
	if (r >= 0 || r == -ENOENT || r == -ENOTDIR || r == -ESRCH)
		return r;
	/* No link where links to devices are: class/net/bonding_masters */
	if (r == -EINVAL || *unread)
		return r;
	*unread = true;
	vck_problem(h, "usage", path, (int)r,
		    unread == &h->holders_unread ? "which processes have VFIO groups open"
						 : "what the host uses devices for");
	return r;
}

ssize_t vck_usage_note_attr(struct vck_host *h, bool *unread, const char *path, ssize_t r)
{
	return r == -ENODEV ? r : vck_usage_note(h, unread, path, r);
}

static ssize_t note(struct vck_host *h, const char *path, ssize_t r)
{
	return vck_usage_note(h, &h->usage_unread, path, r);
}

static ssize_t note_attr(struct vck_host *h, const char *path, ssize_t r)
{
	return vck_usage_note_attr(h, &h->usage_unread, path, r);
}

/* --- network --- */

static bool is_up(struct vck_host *h, struct vck_dir *dir)
{
	const char *path = vck_dir_path(dir);
	char state[32];
	uint64_t flags;

	if (note_attr(h, path, vck_dir_attr(dir, "operstate", state, sizeof(state))) > 0 &&
	    streq(state, "up"))
		return true;
	return note_attr(h, path, vck_dir_attr_u64(dir, "flags", &flags)) == 0 && flags & IFF_UP;
}

static int read_interface(struct vck_host *h, struct vck_root *root, const char *name,
			  const char *path)
{
	cleanup_dir struct vck_dir *dir = NULL;
	struct vck_device *d = vck_owner_of(h, path);
	char use[300];

	if (!d || note(h, path, vck_root_opendir(root, path, &dir)) < 0 || !is_up(h, dir))
		return 0;
	snprintf(use, sizeof(use), "interface %s is up", name);
	return vck_usage_add(h, d, use);
}

/* --- consoles --- */

/* "tty0 ttyS0": the consoles of the kernel; a serial one may sit on a PCI card. */
static int read_serial_consoles(struct vck_host *h, struct vck_root *root)
{
	cleanup_dir struct vck_dir *ttys = NULL;
	char text[256], path[VCK_PATH_LEN], use[300], *save = NULL;
	int r = 0;

	if (note(h, "sys/class/tty/console/active",
		 vck_root_attr(root, "sys/class/tty/console/active", text, sizeof(text))) <= 0 ||
	    note(h, "sys/class/tty", vck_root_opendir(root, "sys/class/tty", &ttys)) < 0)
		return 0;
	for (char *w = strtok_r(text, " ", &save); w && r == 0;
	     w = strtok_r(NULL, " ", &save)) {
		struct vck_device *d;

		if (strchr(w, '/') ||
		    note(h, "sys/class/tty", vck_dir_link_path(ttys, w, path, sizeof(path))) < 0)
			continue;
		d = vck_owner_of(h, path);
		snprintf(use, sizeof(use), "console %s", w);
		if (d)
			r = vck_usage_add(h, d, use);
	}
	return r;
}

/* Are virtual terminals drawn on a frame buffer now? */
static bool frame_buffer_console(struct vck_host *h, struct vck_root *root)
{
	static const char *const place = "sys/class/vtconsole";
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *all = NULL;

	if (note(h, place, vck_root_opendir(root, place, &all)) < 0 ||
	    note(h, place, vck_dir_list(all, &names)) < 0)
		return false;
	for (size_t i = 0; i < names.n; i++) {
		cleanup_dir struct vck_dir *d = NULL;
		char name[128];
		uint64_t bound;

		if (note(h, place, vck_dir_opendir(all, names.names[i], &d)) == 0 &&
		    note_attr(h, place, vck_dir_attr(d, "name", name, sizeof(name))) > 0 &&
		    strstr(name, "frame buffer") &&
		    note_attr(h, place, vck_dir_attr_u64(d, "bind", &bound)) == 0 && bound)
			return true;
	}
	return false;
}

static int read_frame_buffer(struct vck_host *h, struct vck_root *root, const char *name,
			     const char *path)
{
	struct vck_device *d = vck_owner_of(h, path);
	char use[300];

	(void)root;
	snprintf(use, sizeof(use), "console on %s", name);
	return d ? vck_usage_add(h, d, use) : 0;
}

/* --- classes --- */

typedef int class_fn(struct vck_host *h, struct vck_root *root, const char *name,
		     const char *path);

/* Calls @fn with the name and the real path of each device of a class. */
static int each_of_class(struct vck_host *h, struct vck_root *root, const char *class,
			 class_fn *fn)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *dir = NULL;
	char path[VCK_PATH_LEN];
	int r = vck_root_opendir(root, class, &dir);

	if (r == 0)
		r = vck_dir_list(dir, &names);
	if (note(h, class, r) < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (note(h, class, vck_dir_link_path(dir, names.names[i], path, sizeof(path))) >= 0)
			r = fn(h, root, names.names[i], path);
	}
	return r;
}

int vck_read_usage(struct vck_host *h, struct vck_root *root)
{
	int r;

	if (vck_root_origin(root) == VCK_ORIGIN_LSPCI)
		return 0;
	r = each_of_class(h, root, "sys/class/net", read_interface);
	if (r == 0)
		r = vck_read_disks(h, root);
	if (r == 0)
		r = read_serial_consoles(h, root);
	if (r == 0 && frame_buffer_console(h, root))
		r = each_of_class(h, root, "sys/class/graphics", read_frame_buffer);
	return r < 0 ? r : vck_read_holders(h, root);
}
