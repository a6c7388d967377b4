"""What a run takes a corpus' confidence for: as it is, ignored, or wrong on purpose (experiments on other sources)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import ropar_native

from ..corpus.mirror import mirrored_joints

# Confidence [T, 22] and whether the clip is mirrored -> confidence [T, 22].
Change = Callable[[np.ndarray, bool], np.ndarray]
LATE_FRAMES = 10


class ConfidenceError(ValueError):
    """A name that stands for no confidence."""


def _as_it_is(seen: np.ndarray, mirrored: bool) -> np.ndarray:
    return seen


def _ignored(seen: np.ndarray, mirrored: bool) -> np.ndarray:
    return np.ones_like(seen)


def _inverted(seen: np.ndarray, mirrored: bool) -> np.ndarray:
    return 1.0 - seen


def _shifted(seen: np.ndarray, mirrored: bool) -> np.ndarray:
    """Half a second late (10 frames at 20 per second): each frame reports what was true before."""
    late = min(LATE_FRAMES, len(seen) - 1)
    return np.concatenate([np.repeat(seen[:1], late, 0), seen[: len(seen) - late]])


def _blind(part: str) -> Change:
    """Never doubts one body part of the five."""
    scheme = ropar_native.part_scheme("five")
    if part not in scheme["parts"]:
        raise ConfidenceError(f"blind:{part}: there is no such part; the parts are {', '.join(scheme['parts'])}")
    joints = [int(j) for j in scheme["joints"][scheme["parts"].index(part)]]
    swapped = [mirrored_joints()[j] for j in joints]

    def change(seen: np.ndarray, mirrored: bool) -> np.ndarray:
        out = seen.copy()
        out[:, swapped if mirrored else joints] = 1.0
        return out

    return change


def change_of(name: str) -> Change:
    """By its name in a configuration: corpus, ignore, inverted, shifted, blind:PART or oracle (see `Arrays.seen`)."""
    if name.startswith("blind:"):
        return _blind(name.removeprefix("blind:"))
    known = {"corpus": _as_it_is, "ignore": _ignored, "inverted": _inverted, "shifted": _shifted, "oracle": _as_it_is}
    if name not in known:
        raise ConfidenceError(f"confidence {name!r} is not known; choose {', '.join(known)} or blind:PART")
    return known[name]
