# SPDX-License-Identifier: GPL-2.0-or-later
"""The file `machines`: sections, inheritance by `like`, {key} references."""
import configparser
import os
import re
import shlex

from vmlib.paths import HERE, VmError, cached


class Machine:
    """One machine; `key(name)` is a value with everything filled in."""

    def __init__(self, name, values):
        self.name = name
        self.values = values
        self.arch = values.get("arch", "amd64")

    def key(self, name):
        def fill(match):
            if match[1] == "firmware":
                return cached("firmware", "usr/share/qemu-efi-aarch64/QEMU_EFI.fd")
            if match[1] not in self.values:
                return match[0]
            return self.key(match[1])
        return re.sub(r"\{(\w+)\}", fill, self.values.get(name, ""))

    def words(self, name):
        return shlex.split(self.key(name))

    def lines(self, name):
        return [line for line in self.key(name).splitlines() if line.strip()]


def inherit(sections, name, seen=()):
    """The values of a section on top of those it is like."""
    if name not in sections:
        raise VmError(f"no machine {name}")
    if name in seen:
        raise VmError(f"machine {name} is like itself")
    own = dict(sections[name])
    parent = own.pop("like", None)
    return {**inherit(sections, parent, (*seen, name)), **own} if parent else own


def load(path=os.path.join(HERE, "machines")):
    """{name: Machine} of everything that can be booted, in the file's order."""
    parser = configparser.ConfigParser(interpolation=None)
    with open(path, encoding="utf-8") as lines:
        parser.read_file(lines)
    machines = {}
    for name in parser.sections():
        values = inherit(parser, name)
        if "board" in values:
            machines[name] = Machine(name, values)
    return machines
