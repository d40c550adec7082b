# SPDX-License-Identifier: GPL-2.0-or-later
"""Build what runs inside: the guest programs and, for arm64, the tool itself."""
import glob
import os
import subprocess

from vmlib.paths import HERE, VmError, cached

SOURCE = os.path.dirname(os.path.dirname(HERE))
PCI_IDS = "/usr/share/misc/pci.ids"
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


def everything(arch, tool, folder):
    """[(file, path in the guest)]: the tool, the guest's programs, their helpers.

    `tool` is the one built for this host; another architecture gets its own.
    """
    files = [(tool if arch == "amd64" else tool_arm64(folder), "/bin/viommu-check"),
             (PCI_IDS, PCI_IDS), (f"{HERE}/guest/prepare", "/vm/prepare")]
    return files + [(path, f"/bin/{name}") for name, path in guest_programs(arch, folder).items()]
