"""Clips played backwards, for contents that a corpus may lack: who walks forward, walks backwards in reverse.

The joints of the legs move in backward walking much as in forward walking run backwards (Winter, Pluck and Yang 1989,
Backward walking: a simple reversal of forward walking?, Journal of Motor Behavior 21(3)). What such clips teach is
used only where no recorded clip of the selection shows it (training/dataset.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from importlib import resources

import numpy as np

from .reader import Clip
from .solving import Solved


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    return json.loads(resources.files("ropar_models").joinpath("tables/reversals.json").read_text())


def both_ways(clip: Clip, solved: Solved, seen: np.ndarray) -> Iterator[tuple[Clip, Solved, np.ndarray]]:
    """The clip as it is, and a training clip whose content has a reversal (tables/reversals.json) played backwards too.

    `seen` is the joint confidence [T, 22]. The clip that is played backwards has no captions: what its own say is no
    longer so.
    """
    yield clip, solved, seen
    content = _table().get(clip.content)
    if content is not None and clip.split == "train":
        told = replace(clip, identifier=f"{clip.identifier}_reversed", content=content, captions=[])
        backwards = (np.ascontiguousarray(values[::-1]) for values in (*solved, seen))
        root, rotations, seen = backwards
        yield told, Solved(root, rotations), seen
