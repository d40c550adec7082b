/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host model: everything that was read about one host, as plain data, and
 * what the checks made of it. Sources fill the first part of each struct, the
 * checks the part below "derived"; renderers only read. No I/O here.
 *
 * Everything hangs in the arena of struct vck_host and dies with it. Strings
 * are raw bytes as read: renderers neutralise them. */
#ifndef VCK_MODEL_HOST_H
#define VCK_MODEL_HOST_H

#include "base/arena.h"
#include "base/keys.h"
#include "base/num.h"
#include "base/tri.h"
#include "model/firmware.h"
#include "model/finding.h"
#include "model/pcicap.h"

struct vck_host;
struct vck_group;
struct vck_unit;
struct vck_unit_index;

/* Where the facts came from. */
enum vck_origin {
	VCK_ORIGIN_LIVE = 0,
	VCK_ORIGIN_ROOT,    /* a directory */
	VCK_ORIGIN_CAPTURE, /* a capture file */
	VCK_ORIGIN_LSPCI,   /* lspci text */
};

enum vck_arch {
	VCK_ARCH_UNKNOWN = 0,
	VCK_ARCH_X86_64,
	VCK_ARCH_AARCH64,
	VCK_ARCH_RISCV64,
	VCK_ARCH_OTHER, /* known by name, but no table here knows it */
};

enum vck_lockdown {
	VCK_LOCKDOWN_UNKNOWN = 0,
	VCK_LOCKDOWN_NONE,
	VCK_LOCKDOWN_INTEGRITY,
	VCK_LOCKDOWN_CONFIDENTIALITY,
};

/* IOMMU drivers by the name that `units[].driver` shows. */
enum vck_iommu_driver {
	VCK_IOMMU_UNKNOWN = 0,
	VCK_IOMMU_INTEL,
	VCK_IOMMU_AMD,
	VCK_IOMMU_SMMU,	  /* arm-smmu: v1 and v2 */
	VCK_IOMMU_SMMU_V3,
	VCK_IOMMU_VIRTIO,
	VCK_IOMMU_OTHER,  /* unit->driver_name tells */
};

/* Major and minor of a kernel release as one number that compares: 6.12 = 6012. */
#define VCK_KVER(major, minor) ((major) * 1000u + (minor))

/* --- evidence: which facts were really read. A rule names what it needs. --- */
enum vck_host_evidence {
	VCK_EV_KERNEL = 1u << 0,     /* release */
	VCK_EV_ARCH = 1u << 1,
	VCK_EV_CMDLINE = 1u << 2,
	VCK_EV_LOCKDOWN = 1u << 3,
	VCK_EV_MODULES = 1u << 4,    /* /sys/module could be listed */
	VCK_EV_GROUPS = 1u << 5,     /* /sys/kernel/iommu_groups listed, or known absent */
	VCK_EV_UNITS = 1u << 6,	     /* /sys/class/iommu listed, or known absent */
	VCK_EV_ACPI = 1u << 7,	     /* table directory listed, or known absent */
	VCK_EV_DT = 1u << 8,	     /* device tree read, or known absent */
	VCK_EV_INTERRUPTS = 1u << 9, /* /proc/interrupts */
	VCK_EV_IOMEM = 1u << 10,     /* /proc/iomem with real addresses */
	VCK_EV_MEMORY = 1u << 11,    /* size of memory */
	VCK_EV_LIMITS = 1u << 12,    /* memlock limit */
	VCK_EV_MODALIAS = 1u << 13,  /* modules.alias through libkmod */
	VCK_EV_VIRTIO = 1u << 14,    /* /sys/bus/virtio listed, or known absent */
	VCK_EV_DEVNODES = 1u << 15,  /* /dev/vfio, /dev/iommu looked at */
	VCK_EV_FUNCTIONS = 1u << 16, /* /sys/bus/pci/devices listed, or known absent */
	VCK_EV_PLATFORM = 1u << 17,  /* those of platform and amba, the same */
};

enum vck_device_evidence {
	VCK_EV_IDS = 1u << 0,	   /* vendor, device, class and subclass */
	VCK_EV_DRIVER = 1u << 1,   /* the driver, or that there is none */
	VCK_EV_GROUP = 1u << 2,	   /* the group, or that there is none */
	VCK_EV_HEADER = 1u << 3,   /* 64 bytes of config space, answered by the function */
	VCK_EV_CAPS = 1u << 4,	   /* the standard capability list, whole */
	VCK_EV_EXTCAPS = 1u << 5,  /* the extended list, whole (also: known to have none) */
	VCK_EV_RESOURCES = 1u << 6,
	VCK_EV_RESET = 1u << 7,	   /* reset_method, or that there is no method */
	VCK_EV_POWER = 1u << 8,	   /* runtime_status; control where it is not active */
	VCK_EV_SRIOV = 1u << 9,	   /* number of VFs, physfn */
	VCK_EV_FIRMWARE_NODE = 1u << 10, /* companion of the function or its host bridge looked up */
	VCK_EV_FEATURES = 1u << 11, /* virtio feature bits */
	VCK_EV_PATH = 1u << 12,	   /* place in the device hierarchy (upstream bridges) */
	VCK_EV_PROG_IF = 1u << 13, /* the last byte of the class too */
};

struct vck_problem {
	const char *source;  /* which reader: "pci", "acpi", "capture" … */
	const char *path;    /* what it tried to read, or NULL */
	int err;	     /* positive errno, 0 when it is not an errno */
	const char *unknown; /* what is not known because of it, and how to see it */
};

struct vck_region {
	uint64_t start, end; /* inclusive */
	const char *type;    /* as the kernel prints it: direct, direct-relaxable, reserved, msi */
};

/* linux/ioport.h, as the file `resource` shows them */
#define VCK_RES_IO	 0x00000100u
#define VCK_RES_MEM	 0x00000200u
#define VCK_RES_PREFETCH 0x00002000u
#define VCK_RES_MEM_64	 0x00100000u
#define VCK_RES_UNSET	 0x20000000u

struct vck_resource {
	uint64_t start, end, flags; /* flags: VCK_RES_* */
};

enum vck_bus {
	VCK_BUS_PCI = 0,
	VCK_BUS_PLATFORM,
	VCK_BUS_AMBA,
};

struct vck_virtio {
	const char *name;      /* virtio0 */
	uint32_t device, vendor;
	const char *features;  /* string of 0 and 1, bit 0 first */
	const char *driver;    /* bound virtio driver, or NULL */
};

/* One step of the evidence chain for coherency, in the order in which it decides. */
struct vck_coherency_step {
	const char *source;   /* "acpi", "dt", "iort", "architecture" */
	const char *node;     /* object path or DT path */
	const char *property; /* "_CCA", "dma-coherent", … */
	const char *value;    /* as found, "absent" */
	const char *where;    /* "DSDT+0x1f3", path of the property file */
	bool decides;
};

/* What the kernel answers, predicted. */
enum vck_stage {
	VCK_STAGE_NONE = 0,
	VCK_STAGE_BIND,
	VCK_STAGE_GROUP,
	VCK_STAGE_CONTAINER,
	VCK_STAGE_IOMMU,
	VCK_STAGE_DEVICE,
};

struct vck_attach {
	enum vck_tri accepted;
	int err; /* positive errno where accepted == NO, 0 = not known which */
	enum vck_stage stage;
	bool noiommu;
};

enum vck_verdict {
	VCK_VERDICT_UNKNOWN = 0,
	VCK_VERDICT_READY,
	VCK_VERDICT_CONDITIONAL,
	VCK_VERDICT_UNSUITABLE,
};

enum vck_lock {
	VCK_LOCK_NONE = 0,
	VCK_LOCK_CLEARED,
	VCK_LOCK_PERSISTENT,
	VCK_LOCK_GUARDED,
	VCK_LOCK_READ_ONLY,
	VCK_LOCK_NOT_NEEDED,
};

struct vck_nosnoop {
	enum vck_tri supported, enabled, enforced, action_needed;
	const char *enforced_by;      /* "ECAP.SC of dmar1", NULL when not enforced */
	struct vck_device *inherited_from; /* the PF of a VF */
	enum vck_tri hardwired;	      /* the bit cannot be set; known from a record of --test-hardwired */
	/* What the lock's files say, read by source/lockstate.c */
	bool record_cleared;	      /* this tool cleared it in this boot (/run) */
	bool conf_persistent, conf_guarded; /* /etc/viommu-check.d names it */
	bool held_read_only;	      /* a supervisor of `run` holds it now */
	enum vck_lock lock;	      /* derived */
};

struct vck_reset {
	const char *const *methods; /* the kernel's list in its order; NULL: no file */
	size_t n_methods;
	/* derived */
	enum vck_tri works;	  /* one of them can be carried out now */
	const char *scope;	  /* "function", "slot", "bus", "none" or NULL */
};

struct vck_device {
	uint32_t have; /* enum vck_device_evidence */
	const char *address; /* "0000:01:00.0", or the name of a platform device */
	enum vck_bus bus;
	struct vck_bdf bdf; /* PCI only */
	const char *syspath; /* canonical, under the root, no leading slash: "sys/devices/…" */
	uint16_t vendor_id, device_id, subvendor_id, subdevice_id; /* as sysfs shows them */
	uint32_t class; /* 24 bits */
	int revision; /* -1: unknown */
	const char *name; /* from pci.ids, or NULL */
	const char *driver; /* NULL: none, if VCK_EV_DRIVER */
	const char *driver_override;
	const char *modalias;
	struct vck_pcicap cap;
	struct vck_resource *resources; /* 6 BARs, ROM, then VF BARs or windows */
	size_t n_resources;
	struct vck_reset reset;
	const char *power_state;    /* "D0", "D3hot" … NULL: no file */
	const char *runtime_status; /* "active", "suspended" … */
	const char *power_control;  /* "auto", "on"; not read of an active function */
	enum vck_tri d3cold_allowed; /* not read of a function in D0 */
	int numa_node;		    /* -1: none or unknown */
	enum vck_tri boot_vga;
	uint32_t sriov_totalvfs, sriov_numvfs; /* PF, when VCK_EV_SRIOV */
	struct vck_device *physfn;  /* PF of a VF */
	struct vck_device *upstream; /* bridge above, NULL on a root bus */
	struct vck_device *real_dma_dev; /* VMD: the endpoint whose requester id it uses */
	bool has_iommu_link;
	bool unit_from_tables;	    /* unit below was derived, not read from the link */
	struct vck_unit *unit;
	struct vck_group *group;
	/* firmware companions */
	const char *acpi_path;	    /* of the function itself or the platform device, "\\_SB_.PC00.RP01" */
	const char *acpi_node;	    /* its directory under sys/devices, for evidence */
	const char *bridge_acpi_path; /* of the host bridge */
	struct vck_dt_node *of_node; /* own node */
	struct vck_dt_node *bridge_of_node; /* node of the host bridge's parent device */
	const char *bridge_parent;  /* directory above pciDDDD:BB, "platform/…", "" for none */
	const char *msi_chip;	    /* irq chip names in use, from /proc/interrupts, or NULL */
	struct vck_virtio *virtio;  /* the virtio device on it, or NULL */
	const char *vfio_cdev;	    /* "vfio0": vfio-dev directory entry, or NULL */
	const char *vfio_driver;    /* best vfio driver by modules.alias, NULL unknown */
	const char *holders;	    /* processes that have its group open, for messages, or NULL */
	bool held_by_cdev;	    /* one of them has its own /dev/vfio/devices/vfioN */
	const char *in_use;	    /* what the host uses it for: "mounted at /", "interface eth0 is up"; or NULL */

	/* derived by check/ */
	const struct vck_device *vf_in_use; /* a VF of it whose group a process has open, or NULL */
	uint32_t vfs_there;	 /* VFs of it that were found */
	enum vck_tri vf_bound;	 /* has one of them a driver? */
	struct vck_group *predicted; /* where the model puts it, or NULL */
	const struct vck_device *twin; /* another function with the same ids, or NULL */
	enum vck_tri coherent;
	const char *coherency_source, *coherency_node, *coherency_property;
	struct vck_coherency_step *steps;
	size_t n_steps;
	struct vck_nosnoop nosnoop;
	struct vck_attach now, with_group;
	enum vck_verdict verdict;
	struct vck_finding *findings; /* in table order: fails, unknowns, passes, not-applicables alike */
	size_t n_findings;
	struct vck_probe *probe; /* vfio/: the kernel's own answer, or NULL */
	bool selected;		 /* by the filters of the command line */
};

struct vck_group {
	const char *id;
	unsigned number; /* for sorting */
	const char *type; /* as the kernel prints it, or NULL */
	const char *name; /* "vfio-noiommu", or NULL */
	struct vck_device **devices;
	size_t n_devices, cap_devices;
	const char *const *missing; /* members that the group names and that are not there */
	size_t n_missing;
	const char *const *not_read; /* members on buses that are not read: "dpni.1 (fsl-mc)" */
	size_t n_not_read;
	bool members_unread; /* it could not be listed: these are those that link to it */
	struct vck_region *regions;
	size_t n_regions;
	enum vck_tri regions_known;
	bool predicted;
	/* derived */
	struct vck_device **bound; /* members whose driver may hold the group's DMA: sure ones first */
	size_t n_bound, n_bound_sure;
	enum vck_tri moved; /* would it be viable with all endpoints moved? Then who is in the way */
	const struct vck_device *in_the_way;
	struct vck_device **named; /* the first with a driver of their own, for messages */
	size_t n_named;
	bool prepared;		   /* vck_group_prepare() filled these up to isolated_apart */
	const struct vck_device *held; /* the first member that a process has open */
	bool holdable;		   /* a member has a driver by which one may */
	enum vck_tri without_direct; /* none of its regions has to be mapped all the time */
	bool host_used;		   /* the host uses a member */
	const struct vck_device *vmd; /* with children among the members: the first such VMD */
	bool more_vmds;		   /* not the only one */
	enum vck_tri isolated_msi; /* of all members together */
	enum vck_tri isolated_apart; /* of those that are not behind a VMD */
	enum vck_tri viable;
	bool parted;	 /* a predicted one: the kernel has its endpoints in several groups */
	const char *why; /* how it came about, one line; NULL for a group of one */
	const char *separate; /* what would separate it, or NULL */
	struct vck_finding *findings;
	size_t n_findings;
};

struct vck_unit {
	const char *name;
	enum vck_iommu_driver driver;
	const char *driver_name; /* "intel-iommu", "arm-smmu-v3", …; NULL unknown */
	bool active; /* the kernel drives it (it is in /sys/class/iommu) */
	const char *parent; /* its device: "0000:00:01.0", "9050000.smmuv3" */
	struct vck_dt_node *of_node;
	enum vck_tri regs_known;
	uint64_t cap, ecap;  /* Intel */
	uint64_t base;	     /* register base, the key into DMAR, IVRS and IORT; 0 unknown */
	const char *version; /* Intel "1:0" */
	uint32_t amd_cap;
	uint64_t efr, efr2;
	uint16_t segment;
	uint32_t table_offset; /* of the structure that describes it; 0 none */
	enum vck_tri coherent_walk; /* firmware on the unit: COHACC override, coherent walk, dma-coherent */
	/* derived */
	enum vck_tri cache_coherency, enforces_coherency, interrupt_remapping, not_present_caching;
	unsigned address_width; /* bits, 0 unknown */
};

/* A word of the kernel command line or of a line of options, in it and not terminated; a bare
 * word's value stands right behind its key. */
struct vck_bootopt {
	const char *key, *value;
	size_t key_len, len;
};

struct vck_param {
	const char *module, *name, *value;
	const char *file; /* of configured ones: where it is set, "/etc/modprobe.d/vfio.conf" */
};

/* Who serves /dev/vfio/vfio. */
enum vck_container {
	VCK_CONTAINER_UNKNOWN = 0,
	VCK_CONTAINER_NONE,    /* nobody */
	VCK_CONTAINER_VFIO,    /* the vfio module, with vfio_iommu_type1 */
	VCK_CONTAINER_IOMMUFD, /* iommufd (CONFIG_IOMMUFD_VFIO_CONTAINER, 6.2) */
};

struct vck_vfio {
	enum vck_tri vfio_loaded, vfio_pci_loaded, type1_loaded, iommufd_loaded; /* or built in */
	enum vck_tri vfio_pci_available; /* loaded, built in or in modules.dep */
	enum vck_tri type1_available, iommufd_available, platform_available, amba_available;
	enum vck_tri container_node, iommufd_node, cdev; /* /dev/vfio/vfio, /dev/iommu, any /dev/vfio/devices/ */
	bool vfio_builtin;	     /* the vfio module */
	enum vck_tri container_misc; /* sys/class/misc/vfio: somebody serves the container now */
	enum vck_container devname;  /* the module that modules.devname has for it; NONE: no module */
	enum vck_container container_of; /* from all of these, by vck_derive_attach() */
	struct vck_param *params; /* of vfio, vfio_pci, vfio_iommu_type1, iommufd, vfio_platform */
	size_t n_params, cap_params;
	struct vck_param *configured; /* of modules that are not loaded, what they will get; value
				       * NULL: a bare word */
	size_t n_configured, cap_configured;
	bool config_unread; /* there may be more of them */
	const char *best_drivers; /* reserved for messages, may be NULL */
};

/* A file of /etc/viommu-check.d about a function that is not here: taken out, or another is in
 * its place. */
struct vck_absent_lock {
	const char *path; /* vck_pci_key() */
	const char *file; /* its name */
	uint16_t vendor, device;
	enum vck_lock lock; /* VCK_LOCK_PERSISTENT or VCK_LOCK_GUARDED, as it asks for */
};

struct vck_host {
	struct vck_arena arena;
	uint32_t have; /* enum vck_host_evidence */
	enum vck_origin origin;
	const char *root_path; /* as given, NULL when live */
	const char *release;   /* "6.12.117+deb13-amd64", or NULL */
	unsigned kver;	       /* VCK_KVER of it, 0 unknown */
	bool kver_overridden, arch_overridden;
	bool only_open_findings; /* keep findings that failed or are unknown, drop the rest */
	bool no_numa;		 /* nothing that is printed shows it: not read */
	enum vck_arch arch;
	const char *arch_name; /* "x86_64", NULL unknown */
	enum vck_tri privileged; /* capabilities of config space could be read */
	enum vck_lockdown lockdown;
	const char *cmdline;
	struct vck_bootopt *options; /* derived: of options_of, by name and place */
	size_t n_options;
	const char *options_of;
	enum vck_tri in_guest;
	const char *in_guest_why;
	uint64_t memory_top;   /* highest RAM address + 1, 0 unknown */
	uint64_t memlock;      /* bytes, UINT64_MAX unlimited; valid with VCK_EV_LIMITS */
	unsigned page_size;    /* 0 unknown */
	enum vck_tri intr_remapping_in_use; /* "IR-" chips in /proc/interrupts */
	struct vck_region *iomem; /* named ranges of interest: type is the name, e.g. "BOOTFB" */
	size_t n_iomem, cap_iomem;
	struct vck_vfio vfio;
	struct vck_acpi acpi;
	struct vck_dt dt;
	struct vck_unit **units;
	size_t n_units, cap_units;
	bool units_sorted; /* by name */
	struct vck_unit_index *unit_index; /* derived: check/unit-index.h */
	struct vck_group **groups; /* the kernel's, sorted by number */
	size_t n_groups, cap_groups;
	enum vck_tri deferral; /* derived: does the kernel still wait for an IOMMU? */
	enum vck_tri isolated_msi; /* derived: of every host bridge, see check/attach.c */
	enum vck_tri every_msi[2]; /* derived: of every controller, without a device tree and with */
	bool every_msi_known;
	size_t n_table_regions; /* of all answers to vck_tables_regions() so far */
	enum vck_tri irq_remapping; /* derived; x86: are interrupts remapped? */
	struct vck_group **predicted; /* by the model of check/grouping.c */
	size_t n_predicted, cap_predicted;
	struct vck_device **devices; /* PCI by address, then others by name */
	size_t n_devices, cap_devices;
	struct vck_keys *grouped_ids; /* derived: requester ids of functions that have a group */
	struct vck_absent_lock *absent_locks;
	size_t n_absent_locks, cap_absent_locks;
	struct vck_problem *problems;
	size_t n_problems, cap_problems;
	bool usage_unread;   /* something that tells of device->in_use could not be read */
	bool holders_unread; /* the same of device->holders */
	struct vck_finding *findings;
	size_t n_findings;
};

/* --- model/host.c: lookups and small helpers, no I/O --- */

struct vck_host *vck_host_new(void) must_check;
void vck_host_free(struct vck_host *h);
void vck_host_freep(struct vck_host **h);
#define cleanup_host cleanup(vck_host_freep)

/* New zeroed objects, linked into the host; NULL when memory is short. */
struct vck_device *vck_host_add_device(struct vck_host *h, const char *address) must_check;
struct vck_group *vck_host_add_group(struct vck_host *h, const char *id) must_check;
struct vck_unit *vck_host_add_unit(struct vck_host *h, const char *name) must_check;
int vck_group_add_device(struct vck_host *h, struct vck_group *g, struct vck_device *d)
	must_check;

/**
 * vck_list_add - one more item of a list for messages, "a, b"
 * @list: the text, NULL while it is empty; its memory is the host's, and made by this only
 * @item: taken once; an item that does not fit any more is ", and more"
 *
 * What somebody wrote into a file does not make a list longer than VCK_LIST_LEN or one item.
 * Return: 0 or -ENOMEM.
 */
int vck_list_add(struct vck_host *h, const char **list, const char *item) must_check;
#define VCK_LIST_LEN 2048

/**
 * vck_problem - note that something could not be read
 * @source: the reader, a string literal
 * @path: what was read, copied; may be NULL
 * @err: errno (sign ignored), 0 when it is none
 * @fmt: what is unknown because of it, and what to do about it
 *
 * Memory running out here is not reported: the problem list is then short.
 */
void vck_problem(struct vck_host *h, const char *source, const char *path, int err,
		 const char *fmt, ...) printf_like(5, 6);

/* Sorts devices (PCI by number, then others by natural name), groups and their members, units.
 * To be called once after reading; lookups below need it. */
void vck_host_sort(struct vck_host *h);

struct vck_device *vck_host_find_bdf(const struct vck_host *h, struct vck_bdf a);
struct vck_device *vck_host_find_device(const struct vck_host *h, const char *address);
/**
 * vck_host_on_bus - the PCI functions of one bus
 * @ret: the first of them in @h->devices; borrowed
 * Return: how many there are, one behind another.
 */
size_t vck_host_on_bus(const struct vck_host *h, uint32_t domain, uint8_t bus,
		       struct vck_device *const **ret);
struct vck_group *vck_host_find_group(const struct vck_host *h, const char *id);
struct vck_unit *vck_host_find_unit(const struct vck_host *h, const char *name);
/* Value of a parameter of a VFIO module ("vfio_iommu_type1", "allow_unsafe_interrupts"), or NULL. */
const char *vck_host_param(const struct vck_host *h, const char *module, const char *name);
/* Truth of a bool parameter: Y/N/1/0; unknown when it is not there. */
enum vck_tri vck_host_param_bool(const struct vck_host *h, const char *module, const char *name);
/* The next option at *s, which moves behind it; false at the end, which "--" is too. */
bool vck_bootopt_next(const char **s, struct vck_bootopt *ret);
/* Sorts the options of the command line by name, once for many lookups. Until then, and after
 * another command line was set, these go through it. Return: 0 or -ENOMEM. */
int vck_cmdline_index(struct vck_host *h) must_check;
/**
 * vck_cmdline_get - an option of the kernel command line
 * @h: the host; no command line gives NULL
 * @key: the word before "=" ("iommu"), dashes and underscores count as the same
 * @nth: 0 for the first occurrence, 1 for the second, …
 * @len: length of the value
 * Return: the value inside of h->cmdline (not terminated), "" for a bare word, NULL when absent.
 */
const char *vck_cmdline_get(const struct vck_host *h, const char *key, unsigned nth, size_t *len);
/* Is @word one of the comma-separated words of any value of @key? */
bool vck_cmdline_has(const struct vck_host *h, const char *key, const char *word);

/* --- model/configured.c: parameters of modules that are not loaded --- */

/**
 * vck_configure - note what a module will get when it is loaded
 * @module: a string that lives as long as the host
 * @o: the option; the last one of a name counts
 * @file: where it is set, copied
 *
 * Return: 1, 0 (no parameter has such a name, or there are too many: then
 * h->vfio.config_unread is set), -ENOMEM.
 */
int vck_configure(struct vck_host *h, const char *module, const struct vck_bootopt *o,
		  const char *file) must_check;
/* Forget all of it: something that could not be read may say otherwise. */
void vck_configured_lost(struct vck_host *h);
/* The same for each "MODULE.NAME=VALUE" of the kernel command line, which libkmod heeds behind
 * all files (libkmod-config.c:kmod_config_parse_kcmdline, kmod 30 to 34). Return: 0 or -ENOMEM. */
int vck_configure_by_cmdline(struct vck_host *h, const char *module) must_check;
/* How a parameter is set for a module that is not loaded, NULL when nothing sets it. */
const struct vck_param *vck_host_configured(const struct vck_host *h, const char *module,
					    const char *name);
/* Truth of a bool one; @otherwise where nothing sets it, unknown where that was not read. */
enum vck_tri vck_host_configured_bool(const struct vck_host *h, const char *module,
				      const char *name, enum vck_tri otherwise);

/* Is it the kernel of a distribution that carries whole subsystems of later releases (RHEL,
 * openEuler)? Its number then says nothing about VFIO. NULL is none. */
bool vck_release_is_mixed(const char *release);
/* "6.12.117+deb13-amd64" to VCK_KVER(6,12); 0 when it is not a release, or a mixed one. */
unsigned vck_kver_parse(const char *release);
enum vck_arch vck_arch_parse(const char *name); /* also amd64, arm64 */
const char *vck_arch_name(enum vck_arch a);     /* NULL for unknown and other */

/* Names of enumerators as the JSON shows them; NULL for unknown where the JSON has null. */
const char *vck_origin_name(enum vck_origin o);
const char *vck_lockdown_name(enum vck_lockdown l);
/* "vfio", "iommufd"; NULL: nobody, or not known. */
const char *vck_container_name(enum vck_container c);
const char *vck_stage_name(enum vck_stage s);
const char *vck_verdict_name(enum vck_verdict v); /* "unknown" for unknown */
const char *vck_lock_name(enum vck_lock l);
const char *vck_bus_name(enum vck_bus b);

/* Properties of a device that several rules share. */
bool vck_device_is_bridge(const struct vck_device *d); /* header type 1 or 2, known */
/* Is it on a driver of vfio's, by its name? Every one has "vfio" in it, also variants that
 * nobody here has heard of; those that are known are in vck_driver_is_vfio(). */
bool vck_device_is_on_vfio(const struct vck_device *d);
/* A note about a PCI function is found by where it is and what it is: both are known. Nothing is
 * noted of others. */
bool vck_device_is_placed(const struct vck_device *d);
bool vck_device_is_iommu(const struct vck_device *d); /* an IOMMU's own function: AMD, virtio-iommu */
static inline bool vck_device_has(const struct vck_device *d, uint32_t evidence)
{
	return (d->have & evidence) == evidence;
}
static inline bool vck_host_has(const struct vck_host *h, uint32_t evidence)
{
	return (h->have & evidence) == evidence;
}

/* Device tree helpers over the model (model/dt.c). */
const struct vck_dt_prop *vck_dt_prop(const struct vck_dt_node *n, const char *name);
struct vck_dt_node *vck_dt_find_phandle(const struct vck_dt *dt, uint32_t phandle);
struct vck_dt_node *vck_dt_find_path(const struct vck_dt *dt, const char *path);
/* Does the string list property @name hold @value? Index of it, or -1. */
int vck_dt_string_index(const struct vck_dt_node *n, const char *name, const char *value);

#endif
