# SPDX-License-Identifier: GPL-2.0-or-later
"""Break a kernel that runs: write into its code, as a debugger does.

The guest asks for it by a line on its console, "vm: patch ADDRESS BYTES" (both in
hexadecimal); it is done through QEMU's gdb stub while the machine stands still.
"""
import re
import socket
import threading
import time


def packet(text):
    return b"$%s#%02x" % (text.encode(), sum(text.encode()) & 0xFF)


def ask(connection, text):
    """Send one packet, return the answer to it."""
    connection.sendall(packet(text))
    answer = b""
    while not re.search(rb"\$[^#]*#..", answer):
        part = connection.recv(4096)
        if not part:
            break
        answer += part
    connection.sendall(b"+")
    return re.sub(rb"^.*\$([^#]*)#.*$", rb"\1", answer, flags=re.S).decode()


def write(path, address, code):
    """The bytes `code` to a virtual address; the machine runs on afterwards."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        done = ask(connection, f"M{address:x},{len(code) // 2:x}:{code}")
        ask(connection, "D")
    return done == "OK"


class Patches:
    """For qemu.boot(around=): does what the guest asks for."""

    def arguments(self, folder):
        return ["-gdb", f"unix:{folder}/gdb,server=on,wait=off"]

    def watch(self, process, folder):
        done = 0
        while process.poll() is None:
            time.sleep(0.3)
            try:
                with open(f"{folder}/console.log", encoding="utf-8", errors="replace") as console:
                    wanted = re.findall(r"vm: patch ([0-9a-f]+) ([0-9a-f]+)\s", console.read())
            except OSError:
                continue
            for address, code in wanted[done:]:
                write(f"{folder}/gdb", int(address, 16), code)
                done += 1

    def started(self, process, folder):
        threading.Thread(target=self.watch, args=(process, folder), daemon=True).start()
