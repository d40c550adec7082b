#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""unpack.py MANIFEST DIRECTORY: a fixture host as real files, as far as a file system can
hold it. A file that is there and was not read becomes an empty one."""
import os
import re
import sys

ESCAPES = {"n": b"\n", "t": b"\t", "0": b"\0"}


def unquote(text):
    def one(match):
        word = match[1]
        if word.startswith("x"):
            return bytes([int(word[1:], 16)])
        return ESCAPES.get(word, word.encode())

    parts = re.split(r"\\(x[0-9a-f]{2}|.)", text)
    return b"".join(p.encode() if i % 2 == 0 else one({1: p}) for i, p in enumerate(parts))


def place(top, path):
    full = os.path.join(top, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def main():
    manifest, top = sys.argv[1:]
    out = None
    with open(manifest, encoding="utf-8") as f:
        for line in f.read().splitlines():
            if not line or line.startswith("#"):
                continue
            if line.startswith("  "):
                if line.startswith('  "'):
                    out.write(unquote(line[3:-1]))
                    continue
                at, data = line.split(":")
                data = bytes.fromhex(data)
                start, _, length = at.strip().partition("+")
                out.seek(int(start, 16))
                out.write(data * (int(length, 16) // len(data)) if length else data)
                continue
            kind, rest = line.split(" ", 1)
            path, _, rest = rest.partition(" ")
            full = place(top, path)
            if out:
                out.close()
                out = None
            if kind == "d":
                os.makedirs(full, exist_ok=True)
            elif kind == "l":
                os.symlink(rest[3:], full)
            else:
                out = open(full, "wb")
                if kind == "f" and rest:
                    out.write(unquote(rest[1:-1]))
    if out:
        out.close()


main()
