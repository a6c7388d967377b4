"""Changing a mapping by hand."""

from __future__ import annotations

import copy
from typing import Any

#: Joints that RoPAR's mapping has in lists, bottom to top: the rig may have more or fewer of them.
LISTS = {"spine1": "spine", "spine2": "spine", "spine3": "spine", "neck": "neck"}


def with_joint(document: dict[str, Any], joint: str, name: str, before: str) -> dict[str, Any]:
    """A mapping with another Maya joint for a joint of the body.

    Args:
        document: RoPAR's mapping.
        joint: of the body, such as ``left_wrist``.
        name: the Maya joint; empty: there is none.
        before: the Maya joint that stood there.
    """
    changed = copy.deepcopy(document)
    changed.pop("confidence", None)
    if joint not in LISTS:
        changed.setdefault("joints", {})[joint] = name or None
        return changed
    chain: list[str] = changed.setdefault(LISTS[joint], [])
    if name == before:
        return changed
    if before in chain:
        at = chain.index(before)
        chain[at : at + 1] = [name] if name else []
    elif name:
        chain.append(name)
    return changed
