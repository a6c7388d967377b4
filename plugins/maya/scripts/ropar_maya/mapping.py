"""Changing a mapping by hand."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

#: The lists of RoPAR's mapping, and the joints of the body in them, bottom to top: the rig may have more or fewer.
LISTS = {"spine": ("spine1", "spine2", "spine3"), "neck": ("neck",)}


def with_joints(document: dict[str, Any], found: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, Any]:
    """A mapping with the Maya joints that the user chose.

    It is made of what was found and of all that is chosen by now, never of an earlier choice: so a choice can be taken
    back, and neighbours can change places one after the other.

    Args:
        document: RoPAR's mapping, as it was found.
        found: joint of the body, such as ``left_wrist`` -> the Maya joint in `document`; left out or empty: none.
        chosen: joint of the body -> the Maya joint that shall stand there; empty: none.
    """
    changed = copy.deepcopy(document)
    changed.pop("confidence", None)
    listed = {joint for members in LISTS.values() for joint in members}
    joints = changed.setdefault("joints", {})
    joints.update({joint: name or None for joint, name in chosen.items() if joint not in listed})
    for key, members in LISTS.items():
        pairs = [(found.get(joint, ""), chosen.get(joint, "")) for joint in members]
        changed[key] = _chain(changed.get(key, []), pairs, set(chosen.values()))
    return changed


def _chain(chain: Sequence[str], pairs: Sequence[tuple[str, str]], taken: Collection[str]) -> list[str]:
    """A list with other Maya joints in their places.

    Args:
        chain: the list, bottom to top.
        pairs: the Maya joint that was found, and the one that is chosen, of each joint of the body, bottom to top.
        taken: the chosen Maya joints, which stand nowhere else.
    """
    result: list[str] = []
    rest = list(chain)
    for before, after in pairs:
        if before in rest:
            at = rest.index(before)
            result += [name for name in rest[:at] if name not in taken]
            del rest[: at + 1]
        if after:
            result.append(after)
    return result + [name for name in rest if name not in taken]
