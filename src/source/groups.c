// SPDX-License-Identifier: GPL-2.0-or-later
/* IOMMU groups from sys/kernel/iommu_groups: members, type, reserved regions.
 * The listing of a group is the truth; the links of the devices stand in only
 * where it cannot be read. */
#include "config.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>

#include "base/oom.h"
#include "source/gather.h"
#include "source/tally.h"

#define GROUPS_DIR "sys/kernel/iommu_groups"

struct groups_reader {
	struct vck_host *h;
	struct vck_root *root;
	struct vck_tally tally;
	struct vck_intern names;
	bool members_unread;
	size_t looked; /* at so many names of buses not listed: links can lead to the same again */
	size_t members; /* of all groups so far */
	void *by_id;	/* search tree of h->groups, once devices are asked for theirs */
};

/* A function is in one group: this is four whole segments of them. Directories that are one by
 * links would make members times groups of its members. */
#define MEMBERS_MAX ((size_t)1 << 18)

/* --- reserved regions --- */

/* "0x… 0x… direct-relaxable" */
static bool parse_region(struct groups_reader *rd, char *line, struct vck_region *ret)
{
	char *save = NULL, *start = strtok_r(line, " \t", &save);
	char *end = strtok_r(NULL, " \t", &save), *type = strtok_r(NULL, " \t", &save);

	if (!type || vck_parse_u64(start, 0, UINT64_MAX, &ret->start) < 0 ||
	    vck_parse_u64(end, 0, UINT64_MAX, &ret->end) < 0)
		return false;
	ret->type = vck_intern(&rd->names, type);
	return ret->type != NULL;
}

/* -EBADMSG when a line is no region, then none of them is taken. */
static int parse_regions(struct groups_reader *rd, char *text, struct vck_group *g)
{
	size_t n = *text ? 1 : 0, used = 0;
	struct vck_region *regions;
	char *line, *next;

	for (const char *p = text; *p; p++)
		n += *p == '\n';
	regions = vck_arena_calloc(&rd->h->arena, n, sizeof(*regions));
	if (n && !regions)
		return -ENOMEM;
	for (line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (*line && !parse_region(rd, line, &regions[used++]))
			return -EBADMSG;
	}
	g->regions = regions;
	g->n_regions = used;
	g->regions_known = VCK_YES;
	return 0;
}

/* The kernel gives a page of them (iommu.c, iommu_group_show_resv_regions), 64 KiB at most. */
#define REGIONS_MAX ((size_t)1 << 20)

static int read_regions(struct groups_reader *rd, struct vck_dir *groups,
			struct vck_group *g)
{
	cleanup_free char *big = NULL;
	char small[2048], name[128];
	ssize_t n;
	int r;

	snprintf(name, sizeof(name), "%s/reserved_regions", g->id);
	n = vck_dir_attr(groups, name, small, sizeof(small));
	if (n == -EFBIG) {
		big = malloc(REGIONS_MAX);
		if (!big)
			return vck_oom();
		n = vck_dir_attr(groups, name, big, REGIONS_MAX);
		r = n < 0 ? (int)n : parse_regions(rd, big, g);
	} else {
		r = n < 0 ? (int)n : parse_regions(rd, small, g);
	}
	if (r < 0)
		vck_tally_add(&rd->tally, "reserved regions", NULL, r, g->id, GROUPS_DIR);
	return r == -ENOMEM ? r : 0;
}

/* --- members --- */

static int add_name(struct vck_host *h, const char *const **list, size_t *n, size_t room,
		    const char *text)
{
	const char **names = (const char **)*list;

	if (!names)
		names = vck_arena_calloc(&h->arena, room, sizeof(*names));
	if (!names || !text)
		return -ENOMEM;
	*list = names;
	names[(*n)++] = text;
	return 0;
}

/* The bus of a member that none of the read buses has: "fsl-mc", "cdx", "ap"; 0 when it is one
 * of those, or not there. */
static size_t other_bus(struct groups_reader *rd, struct vck_dir *devices, const char *name,
			char *buf, size_t size)
{
	cleanup_dir struct vck_dir *dir = NULL;
	char path[VCK_PATH_LEN];
	ssize_t n;

	if (vck_dir_link_path(devices, name, path, sizeof(path)) < 0 ||
	    vck_root_opendir(rd->root, path, &dir) < 0)
		return 0;
	n = vck_dir_link_name(dir, "subsystem", buf, size);
	if (n <= 0 || streq(buf, "pci") || streq(buf, "platform") || streq(buf, "amba"))
		return 0;
	return (size_t)n;
}

static int add_absent(struct groups_reader *rd, struct vck_dir *devices, struct vck_group *g,
		      const char *name, size_t room)
{
	struct vck_arena *a = &rd->h->arena;
	char bus[64];

	if (other_bus(rd, devices, name, bus, sizeof(bus))) {
		vck_tally_add(&rd->tally, "a member on a bus that is not read", NULL, EOPNOTSUPP,
			      g->id, GROUPS_DIR);
		return add_name(rd->h, &g->not_read, &g->n_not_read, room,
				vck_arena_printf(a, "%s (%s)", name, bus));
	}
	vck_tally_add(&rd->tally, "a member that is not there", NULL, ENODEV, name,
		      vck_dir_path(devices));
	return add_name(rd->h, &g->missing, &g->n_missing, room, vck_arena_strdup(a, name));
}

/* A member by its address; a name that two buses share got ".N" behind it (iommu.c,
 * iommu_group_add_device), then the link tells. */
static struct vck_device *find_member(struct groups_reader *rd, struct vck_dir *devices,
				      const char *name)
{
	struct vck_device *d = vck_host_find_device(rd->h, name);
	char real[256];

	if (d && (!d->group || d->bus == VCK_BUS_PCI))
		return d;
	if (vck_dir_link_name(devices, name, real, sizeof(real)) < 0)
		return d;
	return vck_host_find_device(rd->h, real);
}

/* The bus of a device that is called so could not be listed, so whether it is there cannot be
 * told from that: the kernel names it as a member. */
static bool is_unread(const struct vck_host *h, const char *name)
{
	struct vck_bdf bdf;

	return !vck_host_has(h, vck_bdf_parse(name, &bdf) == 0 ? VCK_EV_FUNCTIONS
							      : VCK_EV_PLATFORM);
}

static int list_unread(struct groups_reader *rd, struct vck_dir *groups, const char *id,
		       struct vck_names *unread)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *devices = NULL;
	char path[128];
	int r;

	snprintf(path, sizeof(path), "%s/devices", id);
	r = vck_dir_opendir(groups, path, &devices);
	if (r == 0)
		r = vck_dir_list(devices, &names);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	rd->looked += names.n;
	for (size_t i = 0; r == 0 && i < names.n && rd->looked <= MEMBERS_MAX; i++) {
		char bus[64];

		if (!find_member(rd, devices, names.names[i]) &&
		    is_unread(rd->h, names.names[i]) &&
		    !other_bus(rd, devices, names.names[i], bus, sizeof(bus)))
			r = vck_names_add(unread, names.names[i]);
	}
	return r;
}

static int name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Members that are there and of which nothing else could be read, as devices of their own. */
static int add_unread(struct groups_reader *rd, struct vck_dir *groups,
		      const struct vck_names *ids)
{
	cleanup_names struct vck_names u = {0};
	int r = 0;

	if (vck_host_has(rd->h, VCK_EV_FUNCTIONS) && vck_host_has(rd->h, VCK_EV_PLATFORM))
		return 0;
	for (size_t i = 0; r == 0 && i < ids->n && rd->looked <= MEMBERS_MAX; i++)
		r = list_unread(rd, groups, ids->names[i], &u);
	if (r < 0 || !u.n)
		return r;
	qsort(u.names, u.n, sizeof(*u.names), name_cmp);
	for (size_t i = 0; i < u.n; i++) {
		struct vck_device *d;

		if (i && streq(u.names[i], u.names[i - 1]))
			continue;
		d = vck_host_add_device(rd->h, u.names[i]);
		if (!d)
			return -ENOMEM;
		d->syspath = "";
		if (vck_bdf_parse(d->address, &d->bdf) < 0)
			d->bus = VCK_BUS_PLATFORM;
	}
	vck_host_sort(rd->h);
	return 0;
}

static int add_members(struct groups_reader *rd, struct vck_dir *devices,
		       struct vck_group *g)
{
	cleanup_names struct vck_names names = {0};
	int r = vck_dir_list(devices, &names);

	rd->members += names.n;
	if (r == 0 && rd->members > MEMBERS_MAX)
		r = -E2BIG;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct vck_device *d = find_member(rd, devices, names.names[i]);

		if (d) {
			d->group = g;
			d->have |= VCK_EV_GROUP;
			r = vck_group_add_device(rd->h, g, d);
			continue;
		}
		r = add_absent(rd, devices, g, names.names[i], names.n - i);
	}
	return r;
}

static int read_text(struct groups_reader *rd, struct vck_dir *groups, const char *id,
		     const char *attr, const char **ret)
{
	char name[128], text[256];
	ssize_t n;

	snprintf(name, sizeof(name), "%s/%s", id, attr);
	n = vck_dir_attr(groups, name, text, sizeof(text));
	if (n < 0)
		return n == -ENOENT ? 0 : (int)n;
	if (!*text)
		return 0;
	*ret = vck_intern(&rd->names, text);
	return *ret ? 0 : -ENOMEM;
}

/* Three paths from the directory of all groups: a group's own is not opened, which is
 * what hosts with a group for each of thousands of functions would mostly do. */
static int read_group(struct groups_reader *rd, struct vck_dir *groups, const char *id)
{
	cleanup_dir struct vck_dir *devices = NULL;
	struct vck_group *g = vck_host_add_group(rd->h, id);
	char name[128];
	int r;

	if (!g)
		return -ENOMEM;
	snprintf(name, sizeof(name), "%s/devices", id);
	/* The kernel has no links there: one would be a group once more. */
	r = vck_dir_is_link(groups, id) ? -ELOOP : 0;
	if (r == 0)
		r = rd->members > MEMBERS_MAX ? -E2BIG : vck_dir_opendir(groups, name, &devices);
	if (r == 0)
		r = add_members(rd, devices, g);
	if (r < 0) {
		g->members_unread = true;
		rd->members_unread = true; /* the devices' own links tell */
		vck_tally_add(&rd->tally, "members", NULL, r, id, GROUPS_DIR);
	}
	if (r == -ENOMEM)
		return r;
	r = read_text(rd, groups, id, "type", &g->type);
	/* A group with a default domain bears no name. */
	if (r == 0 && (!g->type || streq(g->type, "unknown")))
		r = read_text(rd, groups, id, "name", &g->name);
	if (r < 0 && r != -ENOMEM)
		vck_tally_add(&rd->tally, "type", NULL, r, id, GROUPS_DIR);
	return r == -ENOMEM ? r : read_regions(rd, groups, g);
}

/* --- what the devices say --- */

static int id_cmp(const void *a, const void *b)
{
	const struct vck_group *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static int note_id(struct groups_reader *rd, struct vck_group *g)
{
	return tsearch(g, &rd->by_id, id_cmp) ? 0 : -ENOMEM;
}

/* The group of that name, which is made where there is none. NULL: out of memory. */
static struct vck_group *group_of_id(struct groups_reader *rd, const char *id)
{
	const struct vck_group key = {.id = id};
	struct vck_group **found = tfind(&key, &rd->by_id, id_cmp), *g;

	if (found)
		return *found;
	g = vck_host_add_group(rd->h, id);
	if (!g || note_id(rd, g) < 0)
		return NULL;
	g->members_unread = true;
	return g;
}

/* The group by the link of the device itself, when the listing does not name it. */
static int group_by_link(struct groups_reader *rd, struct vck_device *d)
{
	cleanup_dir struct vck_dir *dir = NULL;
	char id[64];
	ssize_t n;

	if (!d->syspath || !*d->syspath ||
	    vck_root_opendir(rd->root, d->syspath, &dir) < 0)
		return 0;
	n = vck_dir_link_name(dir, "iommu_group", id, sizeof(id));
	if (n < 0) {
		/* Whole directories have a uevent, see pci.c. */
		if (n == -ENOENT && rd->h->have & VCK_EV_GROUPS &&
		    vck_dir_has(dir, "uevent"))
			d->have |= VCK_EV_GROUP;
		return 0;
	}
	d->group = group_of_id(rd, id);
	if (!d->group)
		return -ENOMEM;
	d->have |= VCK_EV_GROUP;
	return vck_group_add_device(rd->h, d->group, d);
}

static void keep(void *group)
{
	(void)group;
}

static int link_devices(struct groups_reader *rd, bool listed)
{
	int r = 0;

	for (size_t i = 0; !listed && r == 0 && i < rd->h->n_groups; i++)
		r = note_id(rd, rd->h->groups[i]);
	for (size_t i = 0; r == 0 && i < rd->h->n_devices; i++) {
		struct vck_device *d = rd->h->devices[i];

		if (d->group)
			continue;
		if (listed)
			d->have |= VCK_EV_GROUP;
		else
			r = group_by_link(rd, d);
	}
	tdestroy(TAKE_PTR(rd->by_id), keep);
	return r;
}

static int read_all(struct groups_reader *rd, struct vck_dir *groups)
{
	cleanup_names struct vck_names names = {0};
	int r = vck_dir_list(groups, &names);

	if (r < 0)
		return r;
	vck_dir_peek(groups);
	rd->h->have |= VCK_EV_GROUPS;
	r = add_unread(rd, groups, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = read_group(rd, groups, names.names[i]);
	return r;
}

int vck_read_groups(struct vck_host *h, struct vck_root *root)
{
	struct groups_reader rd = {
		.h = h,
		.root = root,
		.tally = {.source = "groups", .noun = "group"},
		.names = {.arena = &h->arena},
	};
	cleanup_dir struct vck_dir *groups = NULL;
	int r = vck_root_opendir(root, GROUPS_DIR, &groups);

	if (r == 0)
		r = read_all(&rd, groups);
	if (r == -ENOMEM)
		return r;
	/* A kernel without IOMMU support has no such directory. */
	if (r == -ENOENT && vck_root_exists(root, "sys/kernel"))
		h->have |= VCK_EV_GROUPS;
	else if (r < 0 && vck_root_origin(root) != VCK_ORIGIN_LSPCI)
		vck_problem(h, "groups", GROUPS_DIR, r, "IOMMU groups");
	r = link_devices(&rd, r == 0 && !rd.members_unread);
	if (r == 0)
		vck_tally_report(&rd.tally, h);
	return r;
}
