#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""neutral.py DIRECTORY...: from the files `json` and `text` of each, `neutral.json` and
`neutral.text`: without what differs between machines and releases, that is the names
of devices, which come from the pci.ids of the machine, and the program's version.

Findings that passed or do not apply are left out, and the others are one line each in
the document: the rules have tests of their own, and this is to be read by people."""
import json
import os
import sys


def brief(findings):
    return ["%s: %s%s: %s" % (f["id"], f["result"],
                              " " + f["severity"] if f["result"] == "fail" else "", f["summary"])
            for f in findings if f["result"] in ("fail", "unknown")]


def shorten(document):
    for key in ("devices", "groups"):
        for item in document.get(key) or []:
            item["findings"] = brief(item["findings"])
    document["host"]["findings"] = brief(document["host"]["findings"])


def names_of(document):
    names = {d["name"] for d in document.get("devices") or [] if d.get("name")}
    return sorted(names, key=len, reverse=True)


def without_names(line, names):
    """Also those that were cut at the end of the line."""
    for name in names:
        line = line.replace(name, "NAME")
    for name in names:
        at = line.find(name[:8])
        if at >= 0 and name.startswith(line[at:]):
            line = line[:at] + "NAME"
    return line


def neutralise(folder):
    with open(os.path.join(folder, "json"), encoding="utf-8") as f:
        raw = f.read()
    with open(os.path.join(folder, "text"), encoding="utf-8") as f:
        text = f.read()
    names = []
    if raw.strip():
        document = json.loads(raw)
        names = names_of(document)
        for device in document.get("devices") or []:
            device["name"] = None
        document["tool_version"] = None
        shorten(document)
        raw = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        for name in names:
            raw = raw.replace(name, "NAME")
    with open(os.path.join(folder, "neutral.json"), "w", encoding="utf-8") as f:
        f.write(raw)
    with open(os.path.join(folder, "neutral.text"), "w", encoding="utf-8") as f:
        f.write("".join(without_names(line, names) + "\n"
                        for line in text.splitlines() if not line.startswith("  PASS ")))


for directory in sys.argv[1:]:
    neutralise(directory)
