# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user wants, and what the work hands to the main thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..host import channels, control_edit
from ..mannequin import drawing
from ..mapping import store


@dataclass(frozen=True)
class Request:
    """What the user wants, whole: from the panel or from the operator's own properties."""

    prompt: str
    seconds: float | None
    seed: int
    variations: int
    guidance: float | None
    iterations: int | None
    steps: int | None
    mannequin: bool
    placement: str
    start: int
    end: int
    in_place: bool
    contacts: bool
    extend_scene: bool


@dataclass
class Variation:
    """One motion, ready to be written."""

    seed: int
    frames: np.ndarray
    #: On control rigs, a part of an action is worked out where it is written.
    channels: list[channels.Channel] | control_edit.ControlEdit
    report: dict[str, Any]
    metadata: dict[str, Any]
    #: With which others it was made, for an action of its own.
    batch: dict[str, Any] = field(default_factory=dict)


@dataclass
class Made:
    """What the work hands to the main thread."""

    variations: list[Variation]
    mapping: store.Found | None
    rest: dict[str, np.ndarray] | None
    body: drawing.Body | None
    warnings: list[str] = field(default_factory=list)
