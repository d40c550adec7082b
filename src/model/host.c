// SPDX-License-Identifier: GPL-2.0-or-later
/* Building, sorting and searching the host model. No I/O. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "model/host.h"

struct vck_host *vck_host_new(void)
{
	return calloc(1, sizeof(struct vck_host));
}

void vck_host_free(struct vck_host *h)
{
	if (!h)
		return;
	vck_arena_done(&h->arena);
	free(h);
}

void vck_host_freep(struct vck_host **h)
{
	vck_host_free(*h);
}

/* A new object of @size behind the pointer array *@array. */
static void *add_object(struct vck_host *h, void *array, size_t *n, size_t *cap, size_t size)
{
	void *obj = vck_arena_alloc(&h->arena, size);

	if (!obj || vck_arena_grow(&h->arena, array, *n, cap, sizeof(void *)) < 0)
		return NULL;
	(*(void ***)array)[(*n)++] = obj;
	return obj;
}

struct vck_device *vck_host_add_device(struct vck_host *h, const char *address)
{
	char *name = vck_arena_strdup(&h->arena, address);
	struct vck_device *d;

	if (!name)
		return NULL;
	d = add_object(h, &h->devices, &h->n_devices, &h->cap_devices, sizeof(*d));
	if (d) {
		d->address = name;
		d->numa_node = -1;
		d->revision = -1;
	}
	return d;
}

struct vck_group *vck_host_add_group(struct vck_host *h, const char *id)
{
	char *name = vck_arena_strdup(&h->arena, id);
	struct vck_group *g;
	uint32_t number;

	if (!name)
		return NULL;
	g = add_object(h, &h->groups, &h->n_groups, &h->cap_groups, sizeof(*g));
	if (g) {
		g->id = name;
		g->number = vck_parse_u32(name, 10, &number) < 0 ? UINT32_MAX : number;
	}
	return g;
}

static int unit_cmp(const void *a, const void *b)
{
	const struct vck_unit *x = *(struct vck_unit *const *)a;
	const struct vck_unit *y = *(struct vck_unit *const *)b;
	int r = vck_natural_cmp(x->name, y->name);

	return r ? r : strcmp(x->name, y->name);
}

struct vck_unit *vck_host_add_unit(struct vck_host *h, const char *name)
{
	char *copy = vck_arena_strdup(&h->arena, name);
	struct vck_unit *u;

	if (!copy)
		return NULL;
	u = add_object(h, &h->units, &h->n_units, &h->cap_units, sizeof(*u));
	if (!u)
		return NULL;
	u->name = copy;
	h->units_sorted = h->n_units == 1 ||
			  (h->units_sorted && unit_cmp(&h->units[h->n_units - 2],
						       &h->units[h->n_units - 1]) < 0);
	return u;
}

int vck_group_add_device(struct vck_host *h, struct vck_group *g, struct vck_device *d)
{
	int r = vck_arena_grow(&h->arena, &g->devices, g->n_devices, &g->cap_devices,
			       sizeof(struct vck_device *));

	if (r < 0)
		return r;
	g->devices[g->n_devices++] = d;
	return 0;
}

/* --- lists for messages --- */

#define AND_MORE ", and more"

static bool list_has(const char *list, const char *item)
{
	size_t n = strlen(item);

	for (const char *at = strstr(list, item); n && at; at = strstr(at + 1, item)) {
		bool starts = at == list || (at - list >= 2 && strncmp(at - 2, ", ", 2) == 0);

		if (starts && (!at[n] || strncmp(at + n, ", ", 2) == 0))
			return true;
	}
	return false;
}

/* Powers of two: what a text has room for follows from its length. */
static size_t list_room(size_t len)
{
	size_t room = 64;

	while (room <= len)
		room *= 2;
	return room;
}

int vck_list_add(struct vck_host *h, const char **list, const char *item)
{
	size_t len = *list ? strlen(*list) : 0, more = strlen(item) + (len ? 2 : 0);
	char *text = (char *)*list;

	if (len && (str_ends(*list, AND_MORE) || list_has(*list, item)))
		return 0;
	if (len && len + more > VCK_LIST_LEN) {
		item = &AND_MORE[2];
		more = strlen(AND_MORE);
	}
	if (!len || list_room(len + more) != list_room(len)) {
		text = vck_arena_alloc(&h->arena, list_room(len + more));
		if (!text)
			return -ENOMEM;
		memcpy(text, len ? *list : "", len);
	}
	snprintf(text + len, more + 1, "%s%s", len ? ", " : "", item);
	*list = text;
	return 0;
}

void vck_problem(struct vck_host *h, const char *source, const char *path, int err,
		 const char *fmt, ...)
{
	struct vck_problem *p;
	va_list ap;

	if (vck_arena_grow(&h->arena, &h->problems, h->n_problems, &h->cap_problems,
			   sizeof(*h->problems)) < 0)
		return;
	p = &h->problems[h->n_problems++];
	p->source = source;
	p->path = vck_arena_strdup(&h->arena, path);
	p->err = err < 0 ? -err : err;
	va_start(ap, fmt);
	p->unknown = vck_arena_vprintf(&h->arena, fmt, ap);
	va_end(ap);
	if (!p->unknown)
		p->unknown = "out of memory";
}

static int device_cmp(const void *a, const void *b)
{
	const struct vck_device *x = *(struct vck_device *const *)a;
	const struct vck_device *y = *(struct vck_device *const *)b;

	if ((x->bus == VCK_BUS_PCI) != (y->bus == VCK_BUS_PCI))
		return x->bus == VCK_BUS_PCI ? -1 : 1;
	if (x->bus == VCK_BUS_PCI)
		return vck_bdf_cmp(x->bdf, y->bdf);
	return strcmp(x->address, y->address);
}

static int group_cmp(const void *a, const void *b)
{
	const struct vck_group *x = *(struct vck_group *const *)a;
	const struct vck_group *y = *(struct vck_group *const *)b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return vck_natural_cmp(x->id, y->id);
}

static void sort_pointers(void *array, size_t n, int (*cmp)(const void *, const void *))
{
	if (n > 1)
		qsort(array, n, sizeof(void *), cmp);
}

void vck_host_sort(struct vck_host *h)
{
	sort_pointers(h->devices, h->n_devices, device_cmp);
	sort_pointers(h->groups, h->n_groups, group_cmp);
	sort_pointers(h->units, h->n_units, unit_cmp);
	h->units_sorted = true;
	for (size_t i = 0; i < h->n_groups; i++)
		sort_pointers(h->groups[i]->devices, h->groups[i]->n_devices, device_cmp);
}

static struct vck_device *find(const struct vck_host *h, const struct vck_device *key)
{
	struct vck_device **p;

	if (!h->n_devices)
		return NULL;
	p = bsearch(&key, h->devices, h->n_devices, sizeof(*p), device_cmp);
	return p ? *p : NULL;
}

struct vck_device *vck_host_find_bdf(const struct vck_host *h, struct vck_bdf a)
{
	return find(h, &(struct vck_device){ .bus = VCK_BUS_PCI, .bdf = a });
}

struct vck_device *vck_host_find_device(const struct vck_host *h, const char *address)
{
	struct vck_device key = { .bus = VCK_BUS_PLATFORM, .address = address };

	if (vck_bdf_parse(address, &key.bdf) == 0)
		key.bus = VCK_BUS_PCI;
	return find(h, &key);
}

size_t vck_host_on_bus(const struct vck_host *h, uint32_t domain, uint8_t bus,
		       struct vck_device *const **ret)
{
	const struct vck_bdf from = {.domain = domain, .bus = bus};
	size_t low = 0, high = h->n_devices, n = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct vck_device *d = h->devices[mid];

		if (d->bus == VCK_BUS_PCI && vck_bdf_cmp(d->bdf, from) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*ret = NULL;
	if (low == h->n_devices)
		return 0;
	*ret = h->devices + low;
	while (low + n < h->n_devices && (*ret)[n]->bus == VCK_BUS_PCI &&
	       (*ret)[n]->bdf.domain == domain && (*ret)[n]->bdf.bus == bus)
		n++;
	return n;
}

struct vck_group *vck_host_find_group(const struct vck_host *h, const char *id)
{
	for (size_t i = 0; i < h->n_groups; i++) {
		if (streq(h->groups[i]->id, id))
			return h->groups[i];
	}
	return NULL;
}

struct vck_unit *vck_host_find_unit(const struct vck_host *h, const char *name)
{
	const struct vck_unit unit = { .name = name }, *key = &unit;
	struct vck_unit **p = NULL;

	if (h->units_sorted && h->n_units)
		p = bsearch(&key, h->units, h->n_units, sizeof(*p), unit_cmp);
	if (h->units_sorted)
		return p ? *p : NULL;
	for (size_t i = 0; i < h->n_units; i++) {
		if (streq(h->units[i]->name, name))
			return h->units[i];
	}
	return NULL;
}

const char *vck_host_param(const struct vck_host *h, const char *module, const char *name)
{
	for (size_t i = 0; i < h->vfio.n_params; i++) {
		const struct vck_param *p = &h->vfio.params[i];

		if (streq(p->module, module) && streq(p->name, name))
			return p->value;
	}
	return NULL;
}

enum vck_tri vck_host_param_bool(const struct vck_host *h, const char *module, const char *name)
{
	const char *v = vck_host_param(h, module, name);

	if (!v)
		return VCK_UNKNOWN;
	if (streq(v, "Y") || streq(v, "1"))
		return VCK_YES;
	return streq(v, "N") || streq(v, "0") ? VCK_NO : VCK_UNKNOWN;
}

/* --- the kernel command line --- */

/* The kernel takes '-' and '_' in option names as the same (kernel/params.c, dash2underscore). */
static int key_cmp(const char *a, size_t n, const char *b, size_t m)
{
	for (size_t i = 0; i < n && i < m; i++) {
		int x = a[i] == '-' ? '_' : a[i], y = b[i] == '-' ? '_' : b[i];

		if (x != y)
			return x < y ? -1 : 1;
	}
	return n < m ? -1 : n > m;
}

/* Length of the word at @s; blanks inside of double quotes belong to it (lib/cmdline.c). */
static size_t word_length(const char *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] && (quoted || !isspace((unsigned char)s[n])); n++) {
		if (s[n] == '"')
			quoted = !quoted;
	}
	return n;
}

bool vck_bootopt_next(const char **s, struct vck_bootopt *ret)
{
	size_t n, k;

	while (isspace((unsigned char)**s))
		(*s)++;
	n = word_length(*s);
	if (!n || (n == 2 && strncmp(*s, "--", 2) == 0))
		return false; /* the rest is for init */
	for (k = 0; k < n && (*s)[k] != '='; k++)
		;
	*ret = (struct vck_bootopt){
		.key = *s,
		.key_len = k,
		.value = k < n ? *s + k + 1 : *s + n,
		.len = k < n ? n - k - 1 : 0,
	};
	*s += n;
	return true;
}

static int option_cmp(const void *a, const void *b)
{
	const struct vck_bootopt *x = a, *y = b;
	int r = key_cmp(x->key, x->key_len, y->key, y->key_len);

	return r ? r : x->key < y->key ? -1 : x->key > y->key;
}

int vck_cmdline_index(struct vck_host *h)
{
	const char *s = h->cmdline;
	struct vck_bootopt o;
	size_t cap = 0;

	h->options = NULL;
	h->n_options = 0;
	h->options_of = s;
	while (s && vck_bootopt_next(&s, &o)) {
		if (vck_arena_grow(&h->arena, &h->options, h->n_options, &cap, sizeof(o)) < 0)
			return -ENOMEM;
		h->options[h->n_options++] = o;
	}
	if (h->n_options > 1)
		qsort(h->options, h->n_options, sizeof(o), option_cmp);
	return 0;
}

/* Where the options of one name are: in the index, or still to be looked for. */
struct option_walk {
	const char *key, *s;
	size_t key_len, at;
	bool indexed;
};

static struct option_walk walk_options(const struct vck_host *h, const char *key)
{
	struct option_walk w = {.key = key, .s = h->cmdline, .key_len = strlen(key)};
	size_t high = h->n_options;

	w.indexed = h->options_of && h->options_of == h->cmdline;
	while (w.indexed && w.at < high) {
		const struct vck_bootopt *o = &h->options[w.at + (high - w.at) / 2];

		if (key_cmp(o->key, o->key_len, key, w.key_len) < 0)
			w.at = (size_t)(o - h->options) + 1;
		else
			high = (size_t)(o - h->options);
	}
	return w;
}

static bool next_of(const struct vck_host *h, struct option_walk *w, struct vck_bootopt *ret)
{
	if (w->indexed && w->at < h->n_options) {
		*ret = h->options[w->at++];
		return key_cmp(ret->key, ret->key_len, w->key, w->key_len) == 0;
	}
	while (!w->indexed && w->s && vck_bootopt_next(&w->s, ret)) {
		if (key_cmp(ret->key, ret->key_len, w->key, w->key_len) == 0)
			return true;
	}
	return false;
}

const char *vck_cmdline_get(const struct vck_host *h, const char *key, unsigned nth, size_t *len)
{
	struct option_walk w = walk_options(h, key);
	struct vck_bootopt o;

	if (w.indexed) {
		w.at += nth;
		nth = 0;
	}
	while (next_of(h, &w, &o)) {
		if (nth-- == 0) {
			*len = o.len;
			return o.value;
		}
	}
	return NULL;
}

bool vck_cmdline_has(const struct vck_host *h, const char *key, const char *word)
{
	struct option_walk w = walk_options(h, key);
	size_t want = strlen(word);
	struct vck_bootopt o;

	while (next_of(h, &w, &o)) {
		while (o.len) {
			const char *comma = memchr(o.value, ',', o.len);
			size_t n = comma ? (size_t)(comma - o.value) : o.len;

			if (n == want && strncmp(o.value, word, n) == 0)
				return true;
			o.value += n + (comma ? 1 : 0);
			o.len -= n + (comma ? 1 : 0);
		}
	}
	return false;
}

/* ".el9" of RHEL and its rebuilds, ".oe2203" of openEuler. Oracle's UEK and ELRepo's
 * kernels bear the mark of the distribution and are what their number says. */
bool vck_release_is_mixed(const char *release)
{
	static const char *const marks[] = {".el", ".oe"};

	if (!release || strstr(release, "uek") || strstr(release, ".elrepo"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		const char *at = strstr(release, marks[i]);

		if (at && isdigit((unsigned char)at[strlen(marks[i])]))
			return true;
	}
	return false;
}

unsigned vck_kver_parse(const char *release)
{
	unsigned major = 0, minor = 0;
	const char *s = release;

	if (!isdigit((unsigned char)*s) || vck_release_is_mixed(release))
		return 0;
	for (; isdigit((unsigned char)*s) && major < 1000; s++)
		major = major * 10 + (unsigned)(*s - '0');
	if (*s++ != '.' || !isdigit((unsigned char)*s))
		return 0;
	for (; isdigit((unsigned char)*s) && minor < 1000; s++)
		minor = minor * 10 + (unsigned)(*s - '0');
	if (major >= 1000 || minor >= 1000)
		return 0;
	return VCK_KVER(major, minor);
}

/* PCI class 0806: IOMMU; virtio device 23 is the virtio-iommu (VIRTIO 1.2, section 5.13). */
bool vck_device_is_iommu(const struct vck_device *d)
{
	return d->class >> 8 == 0x0806 || (d->vendor_id == 0x1af4 && d->device_id == 0x1057);
}

bool vck_device_is_placed(const struct vck_device *d)
{
	return d->bus != VCK_BUS_PCI ||
	       (d->syspath && *d->syspath && vck_device_has(d, VCK_EV_IDS));
}

bool vck_device_is_on_vfio(const struct vck_device *d)
{
	return d->driver && strstr(d->driver, "vfio");
}

bool vck_device_is_bridge(const struct vck_device *d)
{
	return d->cap.header_known == VCK_YES && d->cap.header_type != 0;
}
