# SPDX-License-Identifier: GPL-2.0-or-later
"""Composes made-up hosts as capture text: see generate.

Nothing here comes from a real machine. Layouts are those of the PCI Local Bus 3.0,
PCIe Base 5.0 and PCI Power Management 1.2 specifications, file names those of Linux.
"""
import struct

LINE = 16


def le(fmt, *values):
    return struct.pack("<" + fmt, *values)


# --- capabilities: (id, bytes behind id and next) ---

def pm(no_soft_reset=True, state=0):
    return 0x01, le("HHH", 0xC803, (8 if no_soft_reset else 0) | state, 0)


def msi(count_log2=0, enabled=False, wide=True):
    ctl = (1 if enabled else 0) | count_log2 << 1 | (0x80 if wide else 0)
    return 0x05, le("HIIH", ctl, 0, 0, 0) + bytes(8)


def msix(count, enabled=False):
    return 0x11, le("HII", (count - 1) | (0x8000 if enabled else 0), 3, 0x2003)


def express(kind, nosnoop=True, flr=False, slot=False, version=2):
    """kind: the port type; DevCtl with relaxed ordering, 256 bytes payload, 512 read."""
    devcap = 0x8000 | 0x20 | 1 | (1 << 28 if flr else 0)
    devctl = 0x2130 | (0x800 if nosnoop else 0)
    body = le("HIHH", version | kind << 4 | (0x100 if slot else 0), devcap, devctl, 0)
    body += le("IHH", 0x00477083, 0x0040, 0x1083)  # link
    return 0x10, body + bytes(0x3c - 2 - len(body))


def af(flr=True):
    return 0x13, bytes([6, 3 if flr else 1, 0, 0])


ENDPOINT, LEGACY, ROOT, UPSTREAM, DOWNSTREAM, TO_PCI, FROM_PCI, RCIEP, RCEC = 0, 1, 4, 5, 6, 7, 8, 9, 10


# --- extended capabilities: (id, version, bytes behind the header) ---

def aer():
    return 0x01, 2, bytes(0x44)


def dsn(serial=0xFFEEDDCCBBAA9988):
    return 0x03, 1, le("Q", serial)


def acs(cap, ctl):
    return 0x0d, 1, le("HH", cap, ctl)


def ari():
    return 0x0e, 1, le("HH", 0, 0)


def ats(enabled=False):
    return 0x0f, 1, le("HH", 0x20, 0x8000 if enabled else 0)


def sriov(total, num, offset, stride, device, bar=0xC):
    return 0x10, 1, le("IHHHHHHHHHHII", 0, 0x9 if num else 0, 0, total, total, num, 0, offset,
                       stride, 0, device, 0x553, 1) + le("IIIIII", bar, 0, 0, 0, 0, 0) + bytes(4)


def pasid():
    return 0x1b, 1, le("HH", 0x1404, 0)


def config(f, caps, ext, size):
    """The configuration space of a function described by @f."""
    c = bytearray(size)
    vendor, device = (0xffff, 0xffff) if f["vf"] else f["ids"]
    status = 0x10 if caps else 0
    c[0:8] = le("HHHH", vendor, device, f["command"], status)
    c[8] = f["rev"]
    c[9:12] = le("I", f["cls"])[:3]
    c[0x0e] = f["hdr"] | (0x80 if f["multi"] else 0)
    if f["hdr"] == 1:
        c[0x18:0x1b] = bytes(f["buses"])
    else:
        c[0x2c:0x30] = le("HH", *f["sub"])
    c[0x3d] = f["pin"]
    at, link = 0x40, 0x34
    for ident, body in caps:
        c[link] = at
        c[at] = ident
        c[at + 2:at + 2 + len(body)] = body
        link = at + 1
        at = (at + 2 + len(body) + 15) & ~15
    at = 0x100
    for i, (ident, version, body) in enumerate(ext):
        after = (at + 4 + len(body) + 15) & ~15 if i + 1 < len(ext) else 0
        c[at:at + 4] = le("I", ident | version << 16 | after << 20)
        c[at + 4:at + 4 + len(body)] = body
        at = after
    return bytes(c)


# --- text ---

def escape(text):
    out = []
    for i, ch in enumerate(text):
        if ch == "\n":
            out.append("\\n")
        elif ch == "\t":
            out.append("\\t")
        elif ch in '"\\':
            out.append("\\" + ch)
        elif ch == "\0":
            out.append("\\x00" if text[i + 1:i + 2].isdigit() else "\\0")
        else:
            out.append(ch)
    return '"' + "".join(out) + '"'


def hex_lines(data):
    at = 0
    while at < len(data):
        run = 1
        while at + run < len(data) and data[at + run] == data[at]:
            run += 1
        run &= ~15
        if at % LINE == 0 and run >= 64:
            yield "  %x+%x: %02x" % (at, run, data[at])
            at += run
            continue
        yield "  %x: %s" % (at, " ".join("%02x" % b for b in data[at:at + LINE]))
        at += LINE


class Manifest:
    def __init__(self, title):
        self.lines = ["# viommu-check capture 1"] + ["# " + t for t in title.strip().split("\n")]

    def comment(self, text):
        self.lines += ["", "# --- %s ---" % text]

    def f(self, path, text):
        parts = text.splitlines(keepends=True)
        if len(parts) < 2:
            self.lines.append("f %s %s" % (path, escape(text)))
            return
        self.lines.append("f " + path)
        self.lines += ["  " + escape(p) for p in parts]

    def x(self, path, data, size=None):
        self.lines.append("x %s %d" % (path, len(data) if size is None else size))
        self.lines += list(hex_lines(data))

    def patch(self, path, offset, data):
        self.lines.append("x " + path)
        self.lines.append("  %x: %s" % (offset, " ".join("%02x" % b for b in data)))

    def l(self, path, target):
        self.lines.append("l %s -> %s" % (path, target))

    def up(self, path, target):
        """A link to @target, a path below sys/, as sysfs writes it."""
        self.l(path, "../" * (path.count("/") - 1) + target[len("sys/"):])

    def d(self, path):
        self.lines.append("d " + path)

    def u(self, path):
        self.lines.append("u " + path)

    def e(self, path, name):
        self.lines.append("e %s %s" % (path, name))

    def gone(self, path):
        self.lines.append("- " + path)

    def text(self):
        return "\n".join(self.lines) + "\n"


NO_RESOURCE = "0x%016x 0x%016x 0x%016x\n" % (0, 0, 0)


class Host(Manifest):
    def __init__(self, title, release, arch, cmdline, lockdown="none", has_iov=False):
        super().__init__(title)
        self.has_iov = has_iov  # CONFIG_PCI_IOV
        self.paths = {}    # address: its directory
        self.configs = {}  # address: bytes
        self.groups = {}   # id: members
        self.irq_chip = None
        self.comment("kernel")
        self.f("proc/cmdline", cmdline + "\n")
        self.f("proc/sys/kernel/osrelease", release + "\n")
        self.f("proc/sys/kernel/arch", arch + "\n")
        self.f("proc/self/limits", "Max locked memory         8388608              unlimited            bytes\n")
        self.f("proc/self/smaps", "KernelPageSize:        4 kB\n")
        words = ["[%s]" % w if w == lockdown else w for w in ("none", "integrity", "confidentiality")]
        self.f("sys/kernel/security/lockdown", " ".join(words) + "\n")
        self.u("proc/modules")
        self.release = release

    def modules(self, loaded=(), params=(), nodes=("vfio/vfio",), more_aliases=""):
        self.comment("modules")
        base = "lib/modules/" + self.release
        names = ["vfio.ko", "vfio_iommu_type1.ko", "pci/vfio-pci-core.ko", "pci/vfio-pci.ko",
                 "platform/vfio-amba.ko", "platform/vfio-platform-base.ko", "platform/vfio-platform.ko"]
        self.f(base + "/modules.dep",
               "".join("kernel/drivers/vfio/%s:\n" % n for n in names) +
               "kernel/drivers/iommu/iommufd/iommufd.ko:\n")
        self.f(base + "/modules.builtin", "")
        self.f(base + "/modules.alias",
               "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n" + more_aliases)
        self.d("sys/module")
        for name in loaded:
            self.f("sys/module/%s/initstate" % name, "live\n")
        for name, value in params:
            self.f("sys/module/%s" % name.replace(".", "/parameters/"), value + "\n")
        self.d("dev")
        for node in nodes:
            self.u("dev/" + node)

    def fn(self, addr, ids, cls, parent=None, root=None, rev=1, sub=None, multi=False, buses=None,
           driver=None, group=None, unit=None, caps=(), ext=(), size=None, reset=None, pin=1,
           bars=(), vf_bars=(), numa=-1, boot_vga=None, physfn=None, totalvfs=None, numvfs=0, power="active",
           control="on", state="D0", override="(null)", acpi=None, command=0x406, companion=None,
           cdev=None):
        """One function with everything that a reader looks at."""
        vendor, device = (int(x, 16) for x in ids.split(":"))
        above = self.paths[parent] if parent else "sys/devices/" + (root or "pci0000:00")
        path = self.paths[addr] = above + "/" + addr
        subsystem = tuple(int(x, 16) for x in (sub or "0000:0000").split(":"))
        f = {"ids": (vendor, device), "cls": cls, "rev": rev, "hdr": 1 if buses else 0,
             "multi": multi, "buses": buses, "sub": subsystem, "pin": pin, "command": command,
             "vf": physfn is not None}
        if size is None:
            size = 4096 if any(c[0] == 0x10 for c in caps) else 256
        data = self.configs[addr] = config(f, caps, ext, size)
        self.comment(addr)
        self.up("sys/bus/pci/devices/" + addr, path)
        uevent = "" if not driver else "DRIVER=%s\n" % driver
        uevent += "PCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\nPCI_SLOT_NAME=%s\n" % (
            cls, vendor, device, *subsystem, addr)
        uevent += "MODALIAS=pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X\n" % (
            vendor, device, *subsystem, cls >> 16, cls >> 8 & 255, cls & 255)
        self.f(path + "/uevent", uevent)
        self.x(path + "/config", data)
        rows = ["0x%016x 0x%016x 0x%016x\n" % b for b in bars]
        rows += [NO_RESOURCE] * (7 - len(rows))
        rows += ["0x%016x 0x%016x 0x%016x\n" % b for b in vf_bars]
        # CONFIG_PCI_IOV adds the six VF BARs.
        if self.has_iov:
            rows += [NO_RESOURCE] * ((17 if buses else 13) - len(rows))
        self.f(path + "/resource", "".join(rows))
        self.f(path + "/revision", "0x%02x\n" % rev)
        self.f(path + "/driver_override", override + "\n")
        self.f(path + "/numa_node", "%d\n" % numa)
        self.f(path + "/power/control", control + "\n")
        self.f(path + "/power/runtime_status", power + "\n")
        self.f(path + "/power_state", state + "\n")
        if boot_vga is not None:
            self.f(path + "/boot_vga", "%d\n" % boot_vga)
        if reset:
            self.f(path + "/reset_method", reset + "\n")
        if driver:
            self.up(path + "/driver", "sys/bus/pci/drivers/" + driver)
        if unit:
            self.up(path + "/iommu", self.paths[unit])
        if group is not None:
            self.up(path + "/iommu_group", "sys/kernel/iommu_groups/%s" % group)
            self.groups.setdefault(str(group), []).append(addr)
        if physfn:
            self.up(path + "/physfn", self.paths[physfn])
        if totalvfs is not None:
            self.f(path + "/sriov_totalvfs", "%d\n" % totalvfs)
            self.f(path + "/sriov_numvfs", "%d\n" % numvfs)
        if companion:
            self.up(path + "/firmware_node", companion)
        if cdev:
            self.d(path + "/vfio-dev/" + cdev)
        return path

    def write_groups(self, kind="DMA-FQ", regions=(), types=None):
        self.comment("IOMMU groups")
        types = types or {}
        for ident in sorted(self.groups, key=int):
            base = "sys/kernel/iommu_groups/" + ident
            self.f(base + "/type", types.get(ident, kind) + "\n")
            rows = regions(ident) if callable(regions) else regions
            self.f(base + "/reserved_regions", "".join("0x%016x 0x%016x %s\n" % r for r in rows))
            for addr in self.groups[ident]:
                self.up(base + "/devices/" + addr, self.paths[addr])

    def interrupts(self, rows):
        head = "           CPU0       CPU1\n"
        self.f("proc/interrupts", head + "".join(
            " %3d:          0        %3d  %s\n" % (n, n * 7 % 100, text) for n, text in rows))


# --- ACPI tables ---

def table(signature, body, revision=1):
    """The 36 bytes of a header, its checksum right, in front of @body."""
    head = signature.encode() + le("IBB", 36 + len(body), revision, 0) + b"VCHECK" + b"FIXTURE " + \
        le("I", 1) + b"TEST" + le("I", 1)
    data = bytearray(head + body)
    data[9] = -sum(data) & 0xff
    return bytes(data)
