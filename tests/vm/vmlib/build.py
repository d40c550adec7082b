# SPDX-License-Identifier: GPL-2.0-or-later
"""Build what runs inside: the guest programs and, for arm64, the tool itself."""
import glob
import os
import subprocess

from vmlib import initramfs
from vmlib.paths import HERE, VmError, cached

SOURCE = os.path.dirname(os.path.dirname(HERE))
PCI_IDS = "/usr/share/misc/pci.ids"
SETPCI = "/usr/bin/setpci"
QEMU = "/usr/bin/qemu-system-x86_64"
QEMU_MODULES = "/usr/lib/x86_64-linux-gnu/qemu"
COMPILER = {"amd64": "gcc", "arm64": "aarch64-linux-gnu-gcc"}
PROGRAMS = {
    "vfio-truth": ("vfio-truth.c", "json.c", "device.c", "ask-*.c"),
    "try-nosnoop": ("try-*.c", "json.c", "device.c"),
}


def run(arguments, **more):
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **more)
    if done.returncode:
        raise VmError(f"{' '.join(arguments[:3])} ...: status {done.returncode}\n"
                      f"{done.stdout[-3000:]}")


def guest_programs(arch, folder):
    """Compile the guest's own programs, static, into folder; {name: path}."""
    target = os.path.join(folder, f"guest-{arch}")
    os.makedirs(target, exist_ok=True)
    made = {}
    for name, patterns in PROGRAMS.items():
        sources = [s for p in patterns for s in sorted(glob.glob(f"{HERE}/guest/{p}"))]
        made[name] = os.path.join(target, name)
        run([COMPILER[arch], "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-static",
             "-pthread", "-o", made[name], *sources])
    return made


def tool_arm64(folder):
    """Configure and make the tool for arm64 against Debian's own arm64 packages."""
    root = cached("sysroot-arm64")
    build = os.path.join(folder, "arm64")
    os.makedirs(build, exist_ok=True)
    libraries = f"{root}/usr/lib/aarch64-linux-gnu"
    environment = {**os.environ, "PKG_CONFIG_SYSROOT_DIR": root,
                   "PKG_CONFIG_LIBDIR": f"{libraries}/pkgconfig:{root}/usr/share/pkgconfig"}
    if not os.path.exists(f"{build}/Makefile"):
        run([os.path.join(SOURCE, "configure"), "-q", "--host=aarch64-linux-gnu",
             f"CC={COMPILER['arm64']} --sysroot={root}"], cwd=build, env=environment)
    run(["make", "-s", "-j2", "viommu-check"], cwd=build, env=environment)
    return os.path.join(build, "viommu-check")


def nested(folder):
    """A VMM for the guest: QEMU, what it needs at run time, a machine for it to run."""
    archive = initramfs.Archive()
    archive.copy(cached("guest-amd64", "bin/busybox"), "bin/busybox")
    initramfs.add_program(archive, "amd64", SETPCI, "bin/setpci")
    archive.copy(f"{HERE}/guest/nested-init", "init")
    initrd = os.path.join(folder, "nested.cpio")
    with open(initrd, "wb") as out:
        out.write(archive.bytes())
    kernel = os.path.realpath(cached("kernel-6.1-amd64", "vmlinuz"))
    files = [(kernel, "/vm/nested-kernel"), (initrd, "/vm/nested-initrd")]
    # QEMU looks for its modules relative to where it is itself
    files += [(path, path) for path in (QEMU, *glob.glob(f"{QEMU_MODULES}/accel-tcg-x86_64.so"),
                                        "/usr/share/seabios/bios-256k.bin",
                                        "/usr/share/qemu/linuxboot_dma.bin", "/usr/share/qemu/kvmvapic.bin")]
    return files


def udev(folder):
    """A real udev for the guest, and the project's rule as it is installed."""
    with open(f"{SOURCE}/data/70-viommu-check.rules.in", encoding="utf-8") as rules:
        text = rules.read().replace("@sbindir@", "/bin")
    rule = os.path.join(folder, "70-viommu-check.rules")
    with open(rule, "w", encoding="utf-8") as out:
        out.write(text)
    udevadm = cached("udev-amd64", "bin/udevadm")
    return [(udevadm, "/bin/udevadm"), (udevadm, "/bin/systemd-udevd"),
            (rule, "/usr/lib/udev/rules.d/70-viommu-check.rules")]


def flock(_):
    """util-linux's flock: it holds the tool's lock."""
    return [("/usr/bin/flock", "/bin/flock")]


def everything(machine, tool, folder):
    """[(file, path in the guest)]: the tool, the guest's programs, the job's helpers.

    `tool` is the one built for this host; another architecture gets its own.
    """
    arch = machine.arch
    setpci = SETPCI if arch == "amd64" else cached("sysroot-arm64", SETPCI.strip("/"))
    files = [(tool if arch == "amd64" else tool_arm64(folder), "/bin/viommu-check"),
             (PCI_IDS, PCI_IDS), (setpci, "/bin/setpci")]
    files += [(f"{HERE}/guest/{name}", f"/vm/{name}") for name in ("prepare", "tap")]
    files += [(path, f"/vm/writers/{os.path.basename(path)}")
              for path in sorted(glob.glob(f"{HERE}/guest/writers/*"))]
    files += [(path, f"/bin/{name}") for name, path in guest_programs(arch, folder).items()]
    more = {"vmm": nested, "udev": udev, "deferral": flock}.get(machine.key("job"))
    return files + (more(folder) if more else [])
