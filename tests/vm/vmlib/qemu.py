# SPDX-License-Identifier: GPL-2.0-or-later
"""Run one machine: command line, device tree, acceleration, what comes back."""
import os
import re
import subprocess
import tarfile
import time

from vmlib import initramfs
from vmlib.paths import ARCHES, CACHE, VmError, cached

COMMON = ("panic=-1 oops=panic quiet loglevel=4 mitigations=off nokaslr "
          "random.trust_cpu=on tsc=reliable no_timer_check")  # a busy host is late
CONSOLE = {"amd64": "ttyS0", "arm64": "ttyAMA0"}


class Result:
    """What a guest left behind: its status, its files in `folder`."""

    def __init__(self, folder, status, seconds):
        self.folder = folder
        self.status = status
        self.seconds = seconds

    def path(self, name):
        return os.path.join(self.folder, name)


def program(machine):
    """The QEMU to run, as the start of a command line."""
    name = f"qemu-system-{ARCHES[machine.arch]}"
    if machine.key("qemu") != "next":
        return [name]
    root = cached("qemu-next")
    script = ('for d in dev proc sys; do mount --rbind /$d "$0/$d"; done; '
              'for d in tmp var/tmp; do mkdir -p "$0/$d"; mount --rbind /$d "$0/$d"; done; '
              'exec chroot "$0" "$@"')
    for folder in ("dev", "proc", "sys"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    return ["unshare", "-m", "--propagation", "private", "sh", "-c", script, root, name]


KVM = ["-accel", "kvm", "-cpu", "host"]


def kvm_note():
    """Where this boot of the host notes whether a guest has come up with KVM."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot_id:
        return os.path.join(CACHE, f"kvm-{boot_id.read().strip()}")


def try_kvm(machine, series, job, folder):
    """A working /dev/kvm is proved only by a guest that comes up: try one, once."""
    if os.path.exists(kvm_note()) or machine.arch != "amd64":
        return
    worked = "no"
    if os.access("/dev/kvm", os.R_OK | os.W_OK):
        try:
            boot(machine, series, job, [], folder, timeout=30, accel=KVM)
            worked = "yes"
        except VmError:
            pass
    with open(kvm_note(), "w", encoding="ascii") as note:
        note.write(worked)


def acceleration(arch):
    """KVM where a guest has come up with it, emulation everywhere else."""
    if arch == "amd64" and os.path.exists(kvm_note()):
        with open(kvm_note(), encoding="ascii") as note:
            if note.read() == "yes":
                return KVM
    cpu = "max" if arch == "amd64" else "max,pauth-impdef=on"
    return ["-accel", "tcg,thread=multi", "-cpu", cpu]


def serial_lines(arch, folder):
    """The console, and a second line by which the guest's files come back."""
    lines = ["-serial", f"file:{folder}/console.log"]
    if arch == "amd64":
        return lines + ["-serial", f"file:{folder}/out.tar.gz"]
    return lines + ["-device", "virtio-serial-device",
                    "-chardev", f"file,id=out,path={folder}/out.tar.gz",
                    "-device", "virtserialport,chardev=out"]


def device_tree(machine, folder, qemu):
    """QEMU's own device tree with the machine's edits, as QEMU arguments."""
    edits = machine.lines("tree")
    if not edits:
        return []
    blob = os.path.join(folder, "machine.dtb")
    dump = [a + f",dumpdtb={blob}" if a.startswith("virt,") else a for a in qemu]
    subprocess.run(dump, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    phandle = subprocess.run(["fdtget", "-t", "x", blob, "/smmuv3@9050000", "phandle"],
                             check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    for edit in edits:
        words = edit.replace("{smmu}", phandle).split()
        option, rest = (words[:1], words[1:]) if words[0] == "-d" else (words[:2], words[2:])
        subprocess.run(["fdtput", *option, blob, *rest], check=True)
    return ["-dtb", blob]


def command(machine, series, folder, append, accel):
    kernel = os.path.realpath(cached(f"kernel-{series}-{machine.arch}", "vmlinuz"))
    cmdline = f"console={CONSOLE[machine.arch]} {COMMON} {machine.key('cmdline')} {append}"
    qemu = program(machine) + ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                               "-m", machine.key("memory")]
    qemu += (accel or acceleration(machine.arch)) + machine.words("board") + machine.words("devices")
    qemu += serial_lines(machine.arch, folder)
    qemu += device_tree(machine, folder, qemu)
    return qemu + ["-kernel", kernel, "-initrd", f"{folder}/initrd", "-append", cmdline.strip()]


def console_tail(folder, lines=25):
    try:
        with open(f"{folder}/console.log", encoding="utf-8", errors="replace") as console:
            text = re.sub(r"[^\n\t -~]", "", console.read())
    except OSError:
        text = ""
    return "\n".join(text.splitlines()[-lines:]) or "(the console is empty)"


def unpack(folder):
    """The guest's archive into folder/out; its job's exit status."""
    target = os.path.join(folder, "out")
    try:
        with tarfile.open(f"{folder}/out.tar.gz") as archive:
            archive.extractall(target)
        with open(f"{target}/status", encoding="ascii") as status:
            return int(status.read())
    except (OSError, EOFError, tarfile.TarError, ValueError):
        return None


def boot(machine, series, job, files, folder, *, append="", timeout=300, around=None, accel=None):
    """Boot, run the job, return a Result. A guest that dies is a VmError.

    `around` may add arguments and act on QEMU once it runs (see nosnoop.Bits).
    """
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/initrd", "wb") as initrd:
        initrd.write(initramfs.base(machine.arch, series))
        initrd.write(initramfs.extra(machine.arch, job, files))
    line = command(machine, series, folder, append, accel)
    with open(f"{folder}/command", "w", encoding="utf-8") as out:
        out.write("\n".join(line) + "\n")
    start = time.monotonic()
    with open(f"{folder}/qemu.log", "wb") as log:
        with subprocess.Popen(line + (around.arguments(folder) if around else []),
                              stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
            try:
                if around:
                    around.started(process, folder)
                process.wait(timeout)
                died = f"QEMU ended with status {process.returncode}"
            except subprocess.TimeoutExpired:
                died = f"no end after {timeout} s"
            finally:
                process.kill()
    os.unlink(f"{folder}/initrd")
    status = unpack(folder)
    if status is None:
        with open(f"{folder}/qemu.log", encoding="utf-8", errors="replace") as log:
            raise VmError(f"{machine.name} {series}: {died}\n{log.read()}{console_tail(folder)}")
    return Result(os.path.join(folder, "out"), status, time.monotonic() - start)
