// SPDX-License-Identifier: GPL-2.0-or-later
/* What `make bench` is made of:
 *	bench make DIR N	writes a synthetic host of N PCI functions
 *	bench floor DIR		does the least that any reader of them must do
 *	bench time RUNS CMD …	runs a command, prints the least CPU time of the runs
 *				in microseconds and the peak memory in KiB
 *
 * The host: PCI domains of 32 root ports with an 8-function endpoint below each,
 * every function in an IOMMU group of its own, with the attributes that sysfs of
 * Linux 6.12 has. Files of equal content are hard links, so that 65,536 functions
 * fit in memory. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"

static void die(const char *what, const char *path)
{
	fprintf(stderr, "bench: %s: cannot %s: %s\n", path, what, strerror(errno));
	exit(2);
}

/* --- bench make --- */

#define PORTS	  32
#define PER_PORT  9	/* the port and the functions below it */
#define LINKS_MAX 30000 /* of one file; ext4 takes 65,000 */

static int root_fd;

static void make_dir(const char *path)
{
	if (mkdirat(root_fd, path, 0755) < 0 && errno != EEXIST)
		die("make directory", path);
}

/* With the directories above it. */
static void make_dirs(const char *path)
{
	char part[512];

	for (size_t i = 1; path[i]; i++) {
		if (path[i] != '/')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		make_dir(part);
	}
	make_dir(path);
}

static void make_file(const char *path, const void *data, size_t n)
{
	int fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n || close(fd) < 0)
		die("write", path);
}

/* A file of which many are alike. */
static void make_common(const char *path, const char *text)
{
	static struct {
		const char *text;
		char path[64];
		unsigned links;
	} pool[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pool) && pool[i].text && !streq(pool[i].text, text);
	     i++)
		;
	if (i == ARRAY_SIZE(pool)) {
		make_file(path, text, strlen(text));
		return;
	}
	if (!pool[i].text || pool[i].links == LINKS_MAX) {
		static unsigned serial;

		pool[i].text = text;
		pool[i].links = 0;
		snprintf(pool[i].path, sizeof(pool[i].path), "pool/%u", serial++);
		make_file(pool[i].path, text, strlen(text));
	}
	pool[i].links++;
	if (linkat(root_fd, pool[i].path, root_fd, path, 0) < 0)
		die("link", path);
}

static void make_link(const char *path, const char *target)
{
	if (symlinkat(target, root_fd, path) < 0)
		die("link", path);
}

/* Not all that a kernel has: a tmpfs counts every name, and 65,536 functions have to fit. */
static const struct {
	const char *name, *text;
} attributes[] = {
	{"ari_enabled", "0\n"},
	{"consistent_dma_mask_bits", "64\n"},
	{"current_link_speed", "16.0 GT/s PCIe\n"},
	{"current_link_width", "16\n"},
	{"d3cold_allowed", "1\n"},
	{"dma_mask_bits", "64\n"},
	{"driver_override", "(null)\n"},
	{"enable", "1\n"},
	{"irq", "120\n"},
	{"local_cpulist", "0-63\n"},
	{"local_cpus", "ffffffff,ffffffff\n"},
	{"max_link_speed", "16.0 GT/s PCIe\n"},
	{"max_link_width", "16\n"},
	{"msi_bus", "1\n"},
	{"numa_node", "0\n"},
	{"power/control", "on\n"},
	{"power/runtime_active_time", "1000\n"},
	{"power/runtime_status", "active\n"},
	{"power/runtime_suspended_time", "0\n"},
	{"power_state", "D0\n"},
	{"reset", ""},
	{"reset_method", "flr bus\n"},
	{"revision", "0x03\n"},
};

struct function {
	unsigned domain, bus, dev, fn;
	unsigned secondary; /* 0: no bridge */
	unsigned group;
	char path[192]; /* below sys/ */
};

static void put(uint8_t *config, unsigned off, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		config[off + i] = (uint8_t)(value >> 8 * i);
}

/* PM, MSI-X and PCIe; AER, ACS and two more that nobody decodes. */
static void make_config(const struct function *f, const char *path)
{
	uint8_t config[4096] = {0};

	put(config, 0x00, f->secondary ? 0x347a8086 : 0x101d15b3);
	put(config, 0x04, 0x00100406);
	put(config, 0x08, f->secondary ? 0x06040003 : 0x02000003);
	put(config, 0x0c, f->secondary ? 0x00810000 : 0x00800000);
	if (f->secondary)
		put(config, 0x18, f->bus | f->secondary << 8 | f->secondary << 16);
	else
		put(config, 0x2c, 0x004315b3);
	put(config, 0x34, 0x60);
	put(config, 0x40, 0x00030001);
	put(config, 0x44, 0x00000008);
	put(config, 0x60, f->secondary ? 0x01429c10 : 0x00029c10);
	put(config, 0x64, 0x10008fe2);
	put(config, 0x68, 0x00002930);
	put(config, 0x9c, 0x80204011);
	put(config, 0x100, 0x14820001);
	put(config, 0x148, 0x1581000d);
	put(config, 0x14c, 0x001d005f);
	put(config, 0x158, 0x1681001e);
	put(config, 0x168, 0x00010019);
	make_file(path, config, sizeof(config));
}

static void make_resource(const char *path, unsigned serial)
{
	char text[13 * 57 + 1];
	size_t n = 0;

	for (unsigned i = 0; i < 13; i++) {
		unsigned long long start =
			i ? 0 : 0x200000000000ull + ((uint64_t)serial << 25);

		n += (size_t)snprintf(
			text + n, sizeof(text) - n, "0x%016llx 0x%016llx 0x%016x\n",
			start, start ? start + 0x1ffffff : 0, start ? 0x14220cu : 0u);
	}
	make_file(path, text, n);
}

static void make_ids(const struct function *f, const char *dir)
{
	bool bridge = f->secondary;
	char path[512], text[512];

	snprintf(text, sizeof(text),
		 "DRIVER=%s\nPCI_CLASS=%s\nPCI_ID=%s\nPCI_SUBSYS_ID=%s\n"
		 "PCI_SLOT_NAME=%04x:%02x:%02x.%x\nMODALIAS=%s\n",
		 bridge ? "pcieport" : "mlx5_core", bridge ? "60400" : "20000",
		 bridge ? "8086:347A" : "15B3:101D", bridge ? "8086:0000" : "15B3:0043",
		 f->domain, f->bus, f->dev, f->fn,
		 bridge ? "pci:v00008086d0000347Asv00008086sd00000000bc06sc04i00"
			: "pci:v000015B3d0000101Dsv000015B3sd00000043bc02sc00i00");
	snprintf(path, sizeof(path), "%s/uevent", dir);
	make_file(path, text, strlen(text));
	snprintf(path, sizeof(path), "%s/modalias", dir);
	make_common(path,
		    bridge ? "pci:v00008086d0000347Asv00008086sd00000000bc06sc04i00\n"
			   : "pci:v000015B3d0000101Dsv000015B3sd00000043bc02sc00i00\n");
	snprintf(path, sizeof(path), "%s/vendor", dir);
	make_common(path, bridge ? "0x8086\n" : "0x15b3\n");
	snprintf(path, sizeof(path), "%s/device", dir);
	make_common(path, bridge ? "0x347a\n" : "0x101d\n");
	snprintf(path, sizeof(path), "%s/subsystem_vendor", dir);
	make_common(path, bridge ? "0x8086\n" : "0x15b3\n");
	snprintf(path, sizeof(path), "%s/subsystem_device", dir);
	make_common(path, bridge ? "0x0000\n" : "0x0043\n");
	snprintf(path, sizeof(path), "%s/class", dir);
	make_common(path, bridge ? "0x060400\n" : "0x020000\n");
}

static void make_group(const struct function *f, const char *name, const char *up)
{
	char path[512], text[512];

	snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%u", f->group);
	make_dir(path);
	snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%u/devices", f->group);
	make_dir(path);
	snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%u/devices/%s", f->group,
		 name);
	snprintf(text, sizeof(text), "../../../../%s", f->path);
	make_link(path, text);
	snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%u/type", f->group);
	make_common(path, "DMA-FQ\n");
	snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%u/reserved_regions",
		 f->group);
	make_common(path, "0x00000000fee00000 0x00000000feefffff msi\n");
	snprintf(path, sizeof(path), "sys/%s/iommu_group", f->path);
	snprintf(text, sizeof(text), "%skernel/iommu_groups/%u", up, f->group);
	make_link(path, text);
}

static void make_function(const struct function *f)
{
	char dir[256], path[512], text[512], name[32];
	const char *up = f->secondary ? "../../../" : "../../../../";

	snprintf(name, sizeof(name), "%04x:%02x:%02x.%x", f->domain, f->bus, f->dev,
		 f->fn);
	snprintf(dir, sizeof(dir), "sys/%s", f->path);
	make_dir(dir);
	snprintf(path, sizeof(path), "%s/power", dir);
	make_dir(path);
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, attributes[i].name);
		make_common(path, attributes[i].text);
	}
	make_ids(f, dir);
	snprintf(path, sizeof(path), "%s/resource", dir);
	make_resource(path, f->group);
	snprintf(path, sizeof(path), "%s/config", dir);
	make_config(f, path);
	snprintf(path, sizeof(path), "%s/driver", dir);
	snprintf(text, sizeof(text), "%sbus/pci/drivers/%s", up,
		 f->secondary ? "pcieport" : "mlx5_core");
	make_link(path, text);
	snprintf(path, sizeof(path), "%s/subsystem", dir);
	snprintf(text, sizeof(text), "%sbus/pci", up);
	make_link(path, text);
	snprintf(path, sizeof(path), "%s/iommu", dir);
	snprintf(text, sizeof(text), "%sdevices/virtual/iommu/dmar0", up);
	make_link(path, text);
	snprintf(path, sizeof(path), "sys/devices/virtual/iommu/dmar0/devices/%s", name);
	snprintf(text, sizeof(text), "../../../../../%s", f->path);
	make_link(path, text);
	make_group(f, name, up);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", name);
	snprintf(text, sizeof(text), "../../../%s", f->path);
	make_link(path, text);
}

static void make_unit(void)
{
	make_dirs("sys/devices/virtual/iommu/dmar0/devices");
	make_dirs("sys/devices/virtual/iommu/dmar0/intel-iommu");
	make_file("sys/devices/virtual/iommu/dmar0/intel-iommu/address", "fed90000\n", 9);
	make_file("sys/devices/virtual/iommu/dmar0/intel-iommu/cap", "8d2078c106f0466\n",
		  16);
	make_file("sys/devices/virtual/iommu/dmar0/intel-iommu/ecap", "f020df\n", 7);
	make_file("sys/devices/virtual/iommu/dmar0/intel-iommu/version", "5:0\n", 4);
	make_link("sys/class/iommu/dmar0", "../../devices/virtual/iommu/dmar0");
}

static void make_kernel(void)
{
	make_file("proc/cmdline", "intel_iommu=on\n", 15);
	make_file("proc/modules", "", 0);
	make_file("proc/interrupts", "            CPU0\n", 17);
	make_file("proc/iomem", "00001000-3fffffffff : System RAM\n", 33);
	make_file("proc/sys/kernel/osrelease", "6.12.0\n", 7);
	make_file("proc/sys/kernel/arch", "x86_64\n", 7);
}

static void make_host(const char *dir, unsigned n)
{
	static const char *const dirs[] = {
		"pool",
		"sys/bus/pci/devices",
		"sys/bus/pci/drivers",
		"sys/kernel/iommu_groups",
		"sys/class/iommu",
		"sys/module",
		"sys/devices",
		"proc/sys/kernel",
		"dev",
	};

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		die("make directory", dir);
	root_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		die("open", dir);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		make_dirs(dirs[i]);
	make_unit();
	make_kernel();
	for (unsigned i = 0; i < n; i++) {
		unsigned port = i / PER_PORT % PORTS, k = i % PER_PORT;
		struct function f = {.domain = i / PER_PORT / PORTS, .group = i};
		char bridge[64], path[128];

		snprintf(bridge, sizeof(bridge), "devices/pci%04x:00", f.domain);
		snprintf(path, sizeof(path), "sys/%s", bridge);
		make_dir(path);
		if (k == 0) {
			f.dev = port;
			f.secondary = port + 1;
			snprintf(f.path, sizeof(f.path), "%s/%04x:00:%02x.0", bridge,
				 f.domain, port);
		} else {
			f.bus = port + 1;
			f.fn = k - 1;
			snprintf(f.path, sizeof(f.path),
				 "%s/%04x:00:%02x.0/%04x:%02x:00.%x", bridge, f.domain,
				 port, f.domain, f.bus, f.fn);
		}
		make_function(&f);
	}
}

/* --- bench floor --- */

static unsigned long sum; /* so that nothing read is for nothing */

static void floor_attribute(int dir, const char *name)
{
	char text[4096];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		die("open", name);
	n = read(fd, text, sizeof(text));
	if (n > 0)
		sum += (unsigned char)text[0];
	close(fd);
}

static void floor_config(int dir)
{
	uint8_t config[256];
	int fd = openat(dir, "config", O_RDONLY | O_CLOEXEC);
	unsigned pos = 0x100;

	if (fd < 0)
		die("open", "config");
	if (pread(fd, config, sizeof(config), 0) == sizeof(config))
		sum += config[0];
	while (pos) {
		uint32_t head;

		if (pread(fd, &head, sizeof(head), pos) != sizeof(head))
			break;
		sum += head & 0xffff;
		pos = head >> 20;
	}
	close(fd);
}

static void floor_function(int bus, const char *name)
{
	static const char *const names[] = {"vendor",	"device",    "class",
					    "revision", "numa_node", "resource"};
	static const char *const links[] = {"driver", "iommu_group", "subsystem"};
	int dir = openat(bus, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[4096];

	if (dir < 0)
		die("open", name);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		floor_attribute(dir, names[i]);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		ssize_t n = readlinkat(dir, links[i], text, sizeof(text));

		if (n > 0)
			sum += (unsigned char)text[n - 1];
	}
	floor_config(dir);
	close(dir);
}

static void read_floor(const char *root)
{
	char path[4096];
	DIR *stream;
	struct dirent *e;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices", root);
	stream = opendir(path);
	if (!stream)
		die("open", path);
	while ((e = readdir(stream))) {
		if (e->d_name[0] != '.')
			floor_function(dirfd(stream), e->d_name);
	}
	closedir(stream);
	printf("%lu\n", sum);
}

/* --- bench time --- */

static long run_once(char **argv, long *kib)
{
	struct rusage u;
	int status, null;
	pid_t pid = fork();

	if (pid < 0)
		die("run", argv[0]);
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		if (null < 0 || dup2(null, 1) < 0)
			_exit(127);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &u) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "bench: %s: did not end well\n", argv[0]);
		exit(2);
	}
	*kib = u.ru_maxrss;
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000L + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}

static void time_command(int runs, char **argv)
{
	long best = 0, kib = 0;

	for (int i = 0; i < runs; i++) {
		long us = run_once(argv, &kib);

		if (!i || us < best)
			best = us;
	}
	printf("%ld %ld\n", best, kib);
}

int main(int argc, char **argv)
{
	if (argc == 4 && streq(argv[1], "make"))
		make_host(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
	else if (argc == 3 && streq(argv[1], "floor"))
		read_floor(argv[2]);
	else if (argc > 3 && streq(argv[1], "time"))
		time_command(atoi(argv[2]), argv + 3);
	else
		return fprintf(stderr,
			       "usage: bench make DIR N | floor DIR | time RUNS CMD…\n"),
		       2;
	return 0;
}
