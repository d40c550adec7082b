# SPDX-License-Identifier: GPL-2.0-or-later
"""What is checked of one machine after it has run guest/compare-job.

Each check gets the run and returns the lines that speak against the tool; no
line is a pass. Skip says why a question makes no sense on this machine.
"""
import difflib
import json
import os
import re
import subprocess

from vmlib.build import SOURCE


class Skip(Exception):
    """The check does not apply; the text says why."""


class Run:
    """A machine that has run: its files, and the tool for this host."""

    def __init__(self, out, tool):
        self.out = out
        self.tool = tool

    def path(self, name):
        return os.path.join(self.out, name)

    def text(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as content:
            return content.read()

    def json(self, name):
        return json.loads(self.text(name))

    def truth(self):
        records = []
        for name in ("truth.jsonl", "platform.truth.jsonl"):
            records += [json.loads(line) for line in self.text(name).splitlines()]
        return records

    def outside(self, *arguments):
        """The tool's answer on this host, from the guest's capture."""
        done = subprocess.run([self.tool, "--root", self.path("host.capture"), *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.stdout.decode(errors="replace")


def steps(run):
    """Every step of the job ended well and said nothing on stderr."""
    wrong = []
    for name in sorted(os.listdir(run.out)):
        if not name.endswith(".status"):
            continue
        status = run.text(name).strip()
        said = run.text(name.replace(".status", ".err")).strip()
        # probe: 1 not accepted, 5 not moved for safety (a PF whose VFs would go)
        if status not in (("0", "1", "5") if name.startswith("probe") else ("0",)):
            wrong.append(f"{name[:-7]}: status {status}: {said[-400:]}")
    return wrong


def comparable(text):
    """A document without what rightly differs between the host and its capture."""
    document = json.loads(text)
    document["host"].pop("source", None)
    return json.dumps(document, indent=1, sort_keys=False).splitlines()


def same_from_capture(run):
    """The document from inside and the one from the capture, byte for byte."""
    lines = list(difflib.unified_diff(comparable(run.text("list.json")),
                                      comparable(run.outside("list", "--json")),
                                      "inside", "from the capture", lineterm="", n=2))
    return lines[:40]


def predictions(run):
    """attach.now and attach.with_group of every device against the kernel."""
    files = [run.path(f) for f in ("truth.jsonl", "platform.truth.jsonl")]
    done = subprocess.run([os.path.join(SOURCE, "tests/compare-truth"), "--strict",
                           run.path("list.json"), *files], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == 0:
        return []
    return done.stdout.splitlines()


def partition(pairs):
    """{(group, device)} as a set of sets of devices, numbers left out."""
    groups = {}
    for group, device in pairs:
        groups.setdefault(group, set()).add(device)
    return {frozenset(devices) for devices in groups.values()}


def probed_first(run, part, whole):
    """The part's first member got its group before any bridge above it that is not in the part."""
    order = {}
    for number, line in enumerate(run.text("dmesg").splitlines()):
        found = re.search(r" (\S+): Adding to iommu group ", line)
        if found:
            order.setdefault(found[1], number)
    paths = {d["address"]: d["path"].split("/") for d in run.json("list.json")["devices"]}
    first = min(part, key=lambda d: order.get(d, -1))
    above = [a for a in paths[first][:-1] if a in whole and a not in part]
    return bool(above) and all(order.get(a, -1) > order.get(first, -1) >= 0 for a in above)


def split_by_probing(run, kernel, predicted):
    """What the prediction itself says of kernels before 6.15, and dmesg shows that it was so:
    {the predicted group, the kernel's parts of it}."""
    said = {frozenset(g["devices"]) for g in run.json("groups.json")["groups"]
            if "before 6.15" in (g["why"] or "")}
    explained = set()
    for whole in predicted - kernel:
        parts = {part for part in kernel - predicted if part < whole}
        early = {part for part in parts if probed_first(run, part, whole)}
        if any(whole <= g for g in said) and frozenset().union(*parts) == whole and \
                len(parts - early) == 1:
            explained |= {whole, *parts}
    return explained


def groups(run):
    """groups --predict against the groups that the kernel made."""
    # noiommu mode makes a group of its own for every device: no grouping to predict
    kernel = {(r.get("group_now") or r["group"], r["bdf"]) for r in run.truth()
              if "bdf" in r and r.get("container", {}).get("set_iommu_type") != 8}
    kernel = {(group, device) for group, device in kernel if group}
    if not kernel:
        raise Skip("the kernel made no groups")
    asked = {r["bdf"] for r in run.truth() if "bdf" in r}
    predicted = {(g["id"], d) for g in run.json("groups.json")["groups"]
                 for d in g["devices"] if d in asked}
    kernel, predicted = partition(kernel), partition(predicted)
    explained = split_by_probing(run, kernel, predicted)
    wrong = []
    for text, ours, theirs in (("predicted only", predicted, kernel),
                               ("the kernel's only", kernel, predicted)):
        wrong += [f"{text}: {' '.join(sorted(g))}"
                  for g in sorted(ours - theirs - explained, key=sorted)]
    return wrong


def parted(run):
    """group.peer-to-peer fails for the groups whose endpoints the prediction has together with
    those of other groups, and for no other. What vfio makes without an IOMMU is no group."""
    document = run.json("list.json")
    apart = {d["address"] for d in document["devices"] if (d["class"] or "").startswith("0604") or
             any(f["id"] == "device.noiommu" and f["result"] == "fail" for f in d["findings"])}
    group = {d["address"]: d["group"] for d in document["devices"]
             if d["group"] is not None and d["address"] not in apart}
    expected = set()
    for whole in run.json("groups.json")["groups"]:
        parts = {group[d] for d in whole["devices"] if d in group}
        expected |= parts if len(parts) > 1 else set()
    found = {g["id"] for g in document["groups"] for f in g["findings"]
             if f["id"] == "group.peer-to-peer" and f["result"] == "fail"}
    return [f"group {g}: {'not ' if g in expected else ''}found"
            for g in sorted(expected ^ found)]


def bound_back(run):
    """probe --bind left every device with the driver it had."""
    drivers = [{d["address"]: d["driver"] for d in run.json(name)["devices"]}
               for name in ("list-before.json", "list-after.json")]
    return [f"{address}: {driver} before, {drivers[1].get(address)} after"
            for address, driver in drivers[0].items() if drivers[1].get(address) != driver]


def asked_alone(run):
    """{address: (what probe said, the truth's container)} of devices bound alone."""
    truth = {r["bdf"]: r for r in run.truth() if "bdf" in r and r["mode"] == "solo"}
    return {d["address"]: (d["probe"], truth[d["address"]])
            for d in run.json("probe.json")["devices"]
            if d["probe"] and d["address"] in truth}


def device_differences(said, container):
    """What both asked an open device, side by side: [(what, probe, truth)]."""
    coherency = container["ext_open"]["dma_cc"]
    # iommufd's container has no answer for a device without an IOMMU
    pairs = [("dma_cc", said["dma_cc"], bool(coherency) if coherency >= 0 else None),
             ("regions", said["device"]["regions_total"], container["num_regions"]),
             ("interrupts", said["device"]["irqs_total"], container["num_irqs"]),
             ("reset", said["device"]["reset"], bool(container["flag_reset"]))]
    if said["hot_reset"] and container["hot_reset_info"] == "ok":
        pairs.append(("hot reset", sorted(f"{d['address']}/{d['group']}"
                                          for d in said["hot_reset"]["devices"]),
                      sorted(container["hot_reset_devs"])))
    return [pair for pair in pairs if pair[1] != pair[2]]


IOMMUFD_STEPS = (("open_cdev", "open_cdev"), ("bind_iommufd", "bind"),
                 ("get_hw_info", "get_hw_info"), ("ioas_alloc", "ioas_alloc"), ("attach", "attach"))


def iommufd_differences(said, truth):
    """The steps of both by the device's own node, where the kernel has it."""
    if not truth.get("cdev"):
        return []
    if not said["iommufd"]:
        return [("iommufd", None, truth)]
    steps = {s["step"]: s["errno"] or (s["ok"] and "ok") for s in said["iommufd"]}
    pairs = [(ours, steps[ours], truth.get(theirs)) for ours, theirs in IOMMUFD_STEPS]
    if truth.get("get_hw_info") == "ok":
        pairs.append(("hardware", said["hardware"]["type_number"], truth["hw_type"]))
    return [pair for pair in pairs if pair[1] != pair[2]]


def probe(run):
    """The command's answers against the truth program's, and against the prediction."""
    wrong = []
    asked = asked_alone(run)
    for address, (said, record) in asked.items():
        if said["agrees"] is not True:
            wrong.append(f"{address}: it says itself that it disagrees with the prediction")
        wrong += [f"{address}: {what}: probe {ours}, truth {theirs}" for what, ours, theirs
                  in iommufd_differences(said, record.get("iommufd", {}))]
        container = record.get("container", {})
        opened = container.get("get_device_fd") == "ok"
        unsafe = "set_iommu_unsafe" in container  # the truth then goes on, probe does not
        if said["answer"]["accepted"] != (opened and not unsafe):
            wrong.append(f"{address}: probe says {said['answer']}, the truth is {record}")
        elif opened and not unsafe:
            wrong += [f"{address}: {what}: probe {ours}, truth {theirs}"
                      for what, ours, theirs in device_differences(said, container)]
    return wrong or ([] if asked else ["no device was probed"])


CHECKS = (
    ("every step of the job", steps),
    ("the same JSON from a capture", same_from_capture),
    ("attach predictions", predictions),
    ("groups --predict", groups),
    ("groups that are parted", parted),
    ("probe", probe),
    ("probe gives everything back", bound_back),
)
