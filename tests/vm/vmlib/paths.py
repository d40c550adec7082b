# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the suite finds things, and the error that all of its parts raise."""
import os

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.environ.get("VCK_VM_CACHE", "/var/tmp/viommu-check-vm")
ARCHES = {"amd64": "x86_64", "arm64": "aarch64"}


class VmError(Exception):
    """A machine or one of its parts cannot be made; the text says which."""


def cached(*parts):
    """A path in the cache that `fetch` must have filled."""
    path = os.path.join(CACHE, *parts)
    if not os.path.exists(path):
        own = parts[0].startswith("kernel-") and parts[0].split("-")[2] in ("lean", "compat")
        how = "lean/build" if own else f"fetch {parts[0]}"
        raise VmError(f"{path} is missing (run tests/vm/{how})")
    return path
