# SPDX-License-Identifier: GPL-2.0-or-later
"""Make an initramfs: cpio archives, kernel modules, programs with libraries."""
import hashlib
import lzma
import os
import re
import stat
import subprocess
import tempfile

from vmlib.paths import ARCHES, CACHE, HERE, VmError, cached

INDEXES = ("modules.builtin", "modules.alias", "modules.devname")
INTERPRETER = {"amd64": "/lib64/ld-linux-x86-64.so.2", "arm64": "/lib/ld-linux-aarch64.so.1"}


class Archive:
    """A cpio archive ("newc") in memory; parents of a path are made with it."""

    def __init__(self):
        self.parts = []
        self.have = set()

    def entry(self, path, mode, data=b""):
        path = path.strip("/")
        if path in self.have:
            return
        if "/" in path:
            self.directory(os.path.dirname(path))
        self.have.add(path)
        name = path.encode() + b"\0"
        head = (len(self.have), mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        out = b"070701" + b"".join(b"%08X" % number for number in head) + name
        out += b"\0" * (-len(out) % 4) + data
        self.parts.append(out + b"\0" * (-len(out) % 4))

    def directory(self, path):
        self.entry(path, stat.S_IFDIR | 0o755)

    def file(self, path, data, mode=0o644):
        self.entry(path, stat.S_IFREG | mode, data)

    def link(self, path, target):
        self.entry(path, stat.S_IFLNK | 0o777, target.encode())

    def copy(self, source, path):
        with open(source, "rb") as content:
            self.file(path, content.read(), stat.S_IMODE(os.stat(source).st_mode))

    def bytes(self):
        self.entry("TRAILER!!!", 0)
        data = b"".join(self.parts)
        return data + b"\0" * (-len(data) % 512)


def module_name(path):
    return re.sub(r"\.ko(\.\w+)?$", "", os.path.basename(path)).replace("-", "_")


def module_data(path):
    if path.endswith(".xz"):
        with lzma.open(path) as content:
            return content.read()
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    with open(path, "rb") as content:
        return content.read()


class Modules:
    """The modules of one kernel, from its modules.dep."""

    def __init__(self, kernel):
        with open(os.path.join(kernel, "version"), encoding="ascii") as version:
            self.version = version.read().strip()
        self.base = os.path.join(kernel, "lib/modules", self.version)
        self.needs = {}
        self.path = {}
        with open(os.path.join(self.base, "modules.dep"), encoding="ascii") as lines:
            for line in lines:
                path, needs = line.split(":")
                self.path[module_name(path)] = path
                self.needs[module_name(path)] = [module_name(n) for n in needs.split()]

    def closure(self, names):
        wanted = []
        for name in names:
            name = module_name(name)
            if name in self.path and name not in wanted:
                wanted += [n for n in self.needs[name] if n not in wanted] + [name]
        return wanted

    def add_to(self, archive, names):
        target = f"lib/modules/{self.version}"
        plain = {n: re.sub(r"\.(xz|zst|gz)$", "", p) for n, p in self.path.items()}
        lines = []
        for name in self.closure(names):
            archive.file(f"{target}/{plain[name]}",
                         module_data(os.path.join(self.base, self.path[name])))
            lines.append(f"{plain[name]}: {' '.join(plain[n] for n in self.needs[name])}\n")
        archive.file(f"{target}/modules.dep", "".join(lines).encode())
        for index in INDEXES:
            if os.path.exists(os.path.join(self.base, index)):
                archive.copy(os.path.join(self.base, index), f"{target}/{index}")


def wanted_modules():
    """(all, loaded at start) from the file `modules`."""
    every, start = [], []
    with open(os.path.join(HERE, "modules"), encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if words:
                every.append(words[-1])
                if words[0] == "+":
                    start.append(words[-1])
    return every, start


def library_folders(arch):
    """Where libraries are: this host's first, so that its tool gets its own."""
    triplet = f"{ARCHES[arch]}-linux-gnu"
    roots = ["/", f"{CACHE}/udev-amd64"] if arch == "amd64" else [cached("sysroot-arm64")]
    return [os.path.join(root, d, triplet) for root in roots for d in ("usr/lib", "lib")]


def needed_libraries(program):
    run = subprocess.run(["readelf", "-d", program], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True, check=False)
    return re.findall(r"\(NEEDED\).*\[(.+)\]", run.stdout)


def add_libraries(archive, arch, program):
    """The shared libraries of a program and theirs, and the loader."""
    for name in needed_libraries(program):
        target = f"lib/{ARCHES[arch]}-linux-gnu/{name}"
        if target in archive.have:
            continue
        for folder in library_folders(arch):
            source = os.path.join(folder, name)
            if os.path.exists(source):
                break
        else:
            raise VmError(f"{program}: library {name} not found for {arch}")
        archive.copy(source, target)
        if name in INTERPRETER[arch]:
            archive.copy(source, INTERPRETER[arch])
        add_libraries(archive, arch, source)


def add_program(archive, arch, source, path):
    archive.copy(source, path)
    add_libraries(archive, arch, source)


def base(arch, series):
    """The part that only depends on the kernel: busybox, modules. Cached."""
    kernel = cached(f"kernel-{series}-{arch}")
    every, start = wanted_modules()
    modules = Modules(kernel)
    key = hashlib.sha256(repr((every, start, modules.version, INDEXES)).encode()).hexdigest()[:12]
    path = os.path.join(CACHE, "initramfs", f"{series}-{arch}-{key}.cpio")
    if not os.path.exists(path):
        archive = Archive()
        archive.copy(cached(f"guest-{arch}", "bin/busybox"), "bin/busybox")
        for folder in ("proc", "sys", "dev", "tmp", "run", "etc", "sbin", "usr/bin", "var"):
            archive.directory(folder)
        modules.add_to(archive, every)
        archive.file("vm/modules", "\n".join(start).encode() + b"\n")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # two machines with this kernel may come here at once
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as out:
            out.write(archive.bytes())
        os.rename(out.name, path)
    with open(path, "rb") as content:
        return content.read()


def extra(arch, job, files):
    """The part that belongs to one boot: init, the job, the files it wants."""
    archive = Archive()
    archive.copy(os.path.join(HERE, "guest/init"), "init")
    archive.copy(job, "vm/job")
    for source, path in files:
        add_program(archive, arch, source, path)
    return archive.bytes()
