# SPDX-License-Identifier: GPL-2.0-or-later
"""Give emulated functions an Enable No Snoop bit of another kind than QEMU's.

QEMU hardwires bit 11 of Device Control to 0. It is started paused here, and the
bit is changed in its memory before the guest runs:

  writable   set, and set in QEMU's own write mask of that function too
  stuck      set, and not in the mask: it reads 1 whatever is written
  returns    writable, and set again some time after somebody cleared it

What no kind has is a reset that sets the bit, as PCI Express has it: QEMU resets
no Device Control. QEMU keeps five arrays a function: config, cmask, wmask,
w1cmask, used (hw/pci/pci.c); five pointers to them stand next to each other
in its PCIDevice. No symbols are needed: the config array is found by its first
bytes, the pointers by its address, the masks by what QEMU always puts there.
"""
import json
import os
import re
import socket
import struct
import threading
import time

from vmlib.paths import VmError

REGION_MAX = 192 << 20  # the guest's memory is larger, QEMU's heaps are not
STATUS, CAPABILITY_LIST, CAPABILITY_POINTER, INTERRUPT_LINE = 0x06, 0x10, 0x34, 0x3C
EXPRESS, DEVCTL, NOSNOOP_HIGH = 0x10, 0x08, 0x08  # bit 11 is bit 3 of the high byte
RELAXED_ORDERING = 0x10  # a neighbour that no lock may touch, also hardwired in QEMU
KINDS = ("writable", "stuck", "returns")
RETURNS_AFTER = 2.0  # seconds: who writes and reads back sees the 0 first


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

    def byte(self, address):
        """As it is now, not as it was when the regions were read."""
        self.file.seek(address)
        return self.file.read(1)[0]

    def set_bits(self, address, bits):
        old = self.byte(address)
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


def change(memory, kind, ids):
    """Do it for every function with these ids ("8086:10d3"); where its bit is."""
    vendor, device = (int(part, 16) for part in ids.split(":"))
    places = []
    for config in set(memory.find(struct.pack("<HH", vendor, device))):
        express = express_capability(memory.read(config, 256))
        wmask = express and arrays_of(memory, config)
        if not wmask:
            continue
        if kind != "stuck":
            memory.set_bits(wmask + express + DEVCTL + 1, NOSNOOP_HIGH)
            memory.set_bits(wmask + express + DEVCTL, RELAXED_ORDERING)
        places.append(config + express + DEVCTL + 1)
        memory.set_bits(places[-1], NOSNOOP_HIGH)
    return places


def keep_returning(process, memory, places):
    """Set the bits again that have been clear for a while, until QEMU ends."""
    since = {}
    try:
        while process.poll() is None:
            for place in places:
                if memory.byte(place) & NOSNOOP_HIGH:
                    since.pop(place, None)
                elif time.monotonic() - since.setdefault(place, time.monotonic()) > RETURNS_AFTER:
                    memory.set_bits(place, NOSNOOP_HIGH)
            time.sleep(0.1)
    except (OSError, IndexError):  # it has ended meanwhile
        pass


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


class Bits:
    """For qemu.boot(around=): lines "KIND VENDOR:DEVICE" of the key nosnoop."""

    def __init__(self, lines):
        self.wanted = [line.split() for line in lines]

    def arguments(self, folder):
        return ["-S", "-qmp", f"unix:{folder}/qmp,server=on,wait=off"]

    def change_all(self, process):
        memory = Memory(process.pid)
        returning = []
        for kind, ids in self.wanted:
            places = change(memory, kind, ids) if kind in KINDS else None
            if not places:
                raise VmError(f"nosnoop: {kind} {ids}: no such kind, or not found in QEMU's memory")
            returning += places if kind == "returns" else []
        memory.regions = []
        if returning:
            threading.Thread(target=keep_returning, args=(process, memory, returning),
                             daemon=True).start()

    def started(self, process, folder):
        for _ in range(200):
            if os.path.exists(f"{folder}/qmp") or process.poll() is not None:
                break
            time.sleep(0.05)
        time.sleep(0.5)  # the monitor is there before the last device is
        try:
            self.change_all(process)
        except VmError:
            process.kill()
            raise
        let_run(f"{folder}/qmp")
