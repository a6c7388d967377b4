"""Left and right: whose joints are on which side, and which one exchanges places with which in a mirror image."""

from __future__ import annotations

from functools import lru_cache

import ropar_native

from .captions import mirror_caption


def mirrored_name(name: str) -> str:
    """The joint or part on the other side: `left_arm` -> `right_arm`, `torso` -> `torso`."""
    return mirror_caption(name.replace("_", " ")).replace(" ", "_")


@lru_cache(maxsize=1)
def mirrored_joints() -> list[int]:
    """For each of the 22 joints the one on the other side (itself on the middle line)."""
    names: list[str] = ropar_native.skeleton()["names"]
    return [names.index(mirrored_name(n)) for n in names]


@lru_cache(maxsize=1)
def limbs() -> dict[str, list[int]]:
    """The joints of `left_arm`, `right_arm`, `left_leg` and `right_leg`, by number."""
    scheme = ropar_native.part_scheme("five")
    return {n: [int(j) for j in js] for n, js in zip(scheme["parts"], scheme["joints"], strict=True) if n != "torso"}
