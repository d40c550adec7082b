// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of devices from the running host's pci.ids, through libpci: the one file
 * of the host that is read under --root as well. Equal functions share a name, so
 * it is asked once for each kind. */
#include "config.h"

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>

#include "base/oom.h"
#include "source/gather.h"

struct kind {
	uint32_t id; /* vendor and device */
	bool used;
	const char *name; /* NULL: not in the list */
};

struct kinds {
	struct kind *slots; /* owned; a power of two, at most half full */
	size_t mask;
};

static struct kind *slot_of(const struct kinds *k, uint32_t id)
{
	size_t i = (uint32_t)(id * 2654435761u) & k->mask; /* Knuth's multiplicative hash */

	while (k->slots[i].used && k->slots[i].id != id)
		i = (i + 1) & k->mask;
	return &k->slots[i];
}

static int kinds_init(struct kinds *k, size_t n)
{
	size_t size = 64;

	while (size < n * 2)
		size *= 2;
	k->slots = calloc(size, sizeof(*k->slots));
	k->mask = size - 1;
	return k->slots ? 0 : -ENOMEM;
}

static int look_up(struct vck_host *h, struct pci_access *a, struct kind *k,
		   const struct vck_device *d)
{
	char buf[512];
	const char *name =
		pci_lookup_name(a, buf, sizeof(buf),
				PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE |
					PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB,
				d->vendor_id, d->device_id);

	if (!name) /* the vendor alone says something, too */
		name = pci_lookup_name(a, buf, sizeof(buf),
				       PCI_LOOKUP_VENDOR | PCI_LOOKUP_NO_NUMBERS |
					       PCI_LOOKUP_NO_HWDB,
				       d->vendor_id);
	k->name = vck_arena_strdup(&h->arena, name);
	return name && !k->name ? -ENOMEM : 0;
}

static int name_all(struct vck_host *h, struct pci_access *a, struct kinds *kinds)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *d = h->devices[i];
		uint32_t id = (uint32_t)d->vendor_id << 16 | d->device_id;
		struct kind *k;
		int r;

		if (d->bus != VCK_BUS_PCI || !vck_device_has(d, VCK_EV_IDS))
			continue;
		k = slot_of(kinds, id);
		if (!k->used) {
			k->used = true;
			k->id = id;
			r = look_up(h, a, k, d);
			if (r < 0)
				return r;
		}
		d->name = k->name;
	}
	return 0;
}

/* pci_init() would set these, and also look for a bus to access. */
static void quiet(char *msg, ...)
{
	(void)msg;
}

/* libpci calls this when memory is short, wants it not to return, and hands over nothing by which
 * to find the way back: the one place where that is kept, for as long as names are looked up. */
static _Thread_local jmp_buf *way_back;

static void PCI_NONRET give_up(char *msg, ...)
{
	(void)msg;
	longjmp(*way_back, 1);
}

/* What libpci was in the middle of when it gave up is freed with the rest of it, but for the open
 * file of names. */
static int name_all_or_none(struct vck_host *h, struct pci_access *a, struct kinds *kinds)
{
	jmp_buf here;
	int r;

	way_back = &here;
	r = setjmp(here) == 0 ? name_all(h, a, kinds) : vck_oom();
	way_back = NULL;
	return r;
}

/* pci_alloc() has nobody to ask yet what to do, and ends the process with the exit status 1: more
 * than it takes must be there. */
static struct pci_access *access_new(void)
{
	void *volatile room = malloc(64 << 10); /* or the compiler takes both away */

	if (!room)
		return NULL;
	free(room);
	return pci_alloc();
}

int vck_read_names(struct vck_host *h)
{
	struct kinds kinds;
	struct pci_access *a;
	int r;

	if (!h->n_devices)
		return 0;
	r = kinds_init(&kinds, h->n_devices);
	if (r < 0)
		return r;
	a = access_new();
	if (!a) {
		free(kinds.slots);
		return -ENOMEM;
	}
	a->error = give_up;
	a->warning = quiet;
	a->debug = quiet;
	/* Only pci.ids: neither the user's cache of answers from the network nor udev's
	 * list. */
	(void)pci_set_param(a, (char *)"net.cache_name", (char *)"");
	r = name_all_or_none(h, a, &kinds);
	pci_cleanup(a);
	free(kinds.slots);
	return r;
}
