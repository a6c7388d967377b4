"""Left and right exchanged: joints by number, as `ropar_native.mirror` exchanges the motion."""

from __future__ import annotations

from functools import lru_cache

import ropar_native

from .captions import mirror_caption


@lru_cache(maxsize=1)
def mirrored_joints() -> list[int]:
    """For each of the 22 joints the one on the other side (itself on the middle line)."""
    names: list[str] = ropar_native.skeleton()["names"]
    return [names.index(mirror_caption(n.replace("_", " ")).replace(" ", "_")) for n in names]
