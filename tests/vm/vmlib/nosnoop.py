# SPDX-License-Identifier: GPL-2.0-or-later
"""Give emulated functions an Enable No Snoop bit that can be written.

QEMU hardwires bit 11 of Device Control to 0. It is started paused here, and the
bit is set in its own write mask of that function (and in the register itself)
before the guest runs. QEMU keeps five arrays a function: config, cmask, wmask,
w1cmask, used (hw/pci/pci.c); five pointers to them stand next to each other
in its PCIDevice. No symbols are needed: the config array is found by its first
bytes, the pointers by its address, the masks by what QEMU always puts there.
"""
import json
import os
import re
import socket
import struct
import time

from vmlib.paths import VmError

REGION_MAX = 192 << 20  # the guest's memory is larger, QEMU's heaps are not
STATUS, CAPABILITY_LIST, CAPABILITY_POINTER, INTERRUPT_LINE = 0x06, 0x10, 0x34, 0x3C
EXPRESS, DEVCTL, NOSNOOP_HIGH = 0x10, 0x08, 0x08  # bit 11 is bit 3 of the high byte
RELAXED_ORDERING = 0x10  # a neighbour that no lock may touch, also hardwired in QEMU


class Memory:
    """The writable memory of another process."""

    def __init__(self, pid):
        self.file = open(f"/proc/{pid}/mem", "r+b", buffering=0)  # noqa: SIM115
        self.regions = []
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
            for line in maps:
                found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw-p ", line)
                if found:
                    self.add(int(found[1], 16), int(found[2], 16))

    def add(self, start, end):
        if end - start > REGION_MAX:
            return
        try:
            self.file.seek(start)
            self.regions.append((start, self.file.read(end - start)))
        except OSError:  # a guard page or a special mapping
            pass

    def find(self, needle):
        """Addresses, multiples of 8, at which these bytes stand."""
        for start, data in self.regions:
            at = data.find(needle)
            while at >= 0:
                if (start + at) % 8 == 0:
                    yield start + at
                at = data.find(needle, at + 1)

    def read(self, address, size):
        for start, data in self.regions:
            if start <= address and address + size <= start + len(data):
                return data[address - start:address - start + size]
        return None

    def set_bits(self, address, bits):
        self.file.seek(address)
        old = self.file.read(1)[0]
        self.file.seek(address)
        self.file.write(bytes([old | bits]))


def express_capability(config):
    """Offset of the PCI Express capability in 256 bytes of config space, or None."""
    if not config or not config[STATUS] & CAPABILITY_LIST:
        return None
    at, seen = config[CAPABILITY_POINTER] & 0xFC, set()
    while at >= 0x40 and at not in seen:
        if config[at] == EXPRESS:
            return at
        seen.add(at)
        at = config[at + 1] & 0xFC
    return None


def arrays_of(memory, config):
    """The address of the write mask that belongs to a config array, or None."""
    for place in memory.find(struct.pack("<Q", config)):
        pointers = memory.read(place, 40)
        if not pointers:
            continue
        _, cmask, wmask, _, _ = struct.unpack("<5Q", pointers)
        checked, writable = memory.read(cmask, 4), memory.read(wmask, 256)
        if checked == b"\xff\xff\xff\xff" and writable and writable[INTERRUPT_LINE] == 0xFF:
            return wmask
    return None


def make_writable(pid, ids, enabled=True):
    """Do it for every function with these ids ("8086:10d3"); how many there were."""
    memory = Memory(pid)
    done = 0
    for text in ids:
        vendor, device = (int(part, 16) for part in text.split(":"))
        for config in set(memory.find(struct.pack("<HH", vendor, device))):
            express = express_capability(memory.read(config, 256))
            wmask = express and arrays_of(memory, config)
            if wmask:
                memory.set_bits(wmask + express + DEVCTL + 1, NOSNOOP_HIGH)
                memory.set_bits(wmask + express + DEVCTL, RELAXED_ORDERING)
                if enabled:
                    memory.set_bits(config + express + DEVCTL + 1, NOSNOOP_HIGH)
                done += 1
    return done


def let_run(path):
    """Tell a paused QEMU to go, over its QMP socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        with connection.makefile("rw") as lines:
            lines.readline()
            for name in ("qmp_capabilities", "cont"):
                lines.write(json.dumps({"execute": name}) + "\n")
                lines.flush()
                lines.readline()


class Writable:
    """For qemu.boot(around=): these ids get a writable bit before the guest runs."""

    def __init__(self, ids, enabled=True):
        self.ids = ids
        self.enabled = enabled
        self.done = 0

    def arguments(self, folder):
        return ["-S", "-qmp", f"unix:{folder}/qmp,server=on,wait=off"]

    def started(self, process, folder):
        for _ in range(200):
            if os.path.exists(f"{folder}/qmp") or process.poll() is not None:
                break
            time.sleep(0.05)
        time.sleep(0.5)  # the monitor is there before the last device is
        self.done = make_writable(process.pid, self.ids, self.enabled)
        if not self.done:
            process.kill()
            raise VmError(f"no function {' '.join(self.ids)} found in QEMU's memory")
        let_run(f"{folder}/qmp")
