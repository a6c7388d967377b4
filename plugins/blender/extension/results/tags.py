# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action remembers of how it was made: a custom property that Blender saves with it."""

from __future__ import annotations

from typing import Any

import bpy

KEY = "ropar"
#: Where in it motions are that were put among keys that were there, in the order in which they were made.
INSERTED = "inserted"
#: The longest action name that Blender takes everywhere, in bytes, with room for its own ".001".
NAME_BYTES = 55


def name_for(prompt: str) -> str:
    """An action's name from a prompt."""
    name = " ".join(prompt.split())
    while len(name.encode()) > NAME_BYTES:
        name = name.rsplit(" ", 1)[0] if " " in name else name[:-1]
    return name


def judgement(report: dict[str, Any]) -> dict[str, Any]:
    """The part of a retarget's report that is kept: the verdict, its reason, and the figures that are numbers."""
    verdict = report.get("verdict") or {}
    figures = {str(k): float(v) for k, v in report.items() if isinstance(v, int | float)}
    return {"verdict": grade(report), "reason": str(verdict.get("reason", "")), "figures": figures}


def grade(report: dict[str, Any]) -> str:
    """``good``, ``look at it`` or ``failed``."""
    return str((report.get("verdict") or {}).get("grade", "")).replace("_", " ")


def write(action, values: dict[str, Any]) -> None:
    """Remembers `values`."""
    action[KEY] = values


def insert(action, values: dict[str, Any], batch: dict[str, Any]) -> None:
    """Remembers `values` of a motion that was put among the keys of `action`, next to what is remembered of these."""
    kept = read(action)
    write(action, kept | batch | {INSERTED: [*kept.get(INSERTED, ()), values]})


def latest(action) -> dict[str, Any]:
    """What was remembered of the last motion that was made in `action`."""
    found = read(action)
    return [found, *found.get(INSERTED, ())][-1]


def read(action) -> dict[str, Any]:
    """What was remembered; empty for an action that was not made here."""
    found = action.get(KEY) if action is not None else None
    return found.to_dict() if hasattr(found, "to_dict") else {}


def siblings(action) -> list:
    """The variations that were made together with `action`, in order, itself among them."""
    batch = read(action).get("batch")
    if not batch:
        return []
    found = [other for other in bpy.data.actions if read(other).get("batch") == batch]
    return sorted(found, key=lambda other: (read(other).get("variation", 0), other.name))
