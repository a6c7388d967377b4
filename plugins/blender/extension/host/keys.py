# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, many at a time. What a key holds besides its value is kept where a key is kept."""

from __future__ import annotations

import bpy
import numpy as np

#: ``Keyframe.interpolation``: straight lines between keys on every frame.
LINEAR = 1
#: The value of a key stays until the next one.
CONSTANT = 0
#: ``Keyframe.handle_*_type``: auto clamped.
AUTO_CLAMPED = 4

#: What a key consists of: attribute, numbers per key, type.
_FIELDS = (
    ("co", 2, np.float32),
    ("handle_left", 2, np.float32),
    ("handle_right", 2, np.float32),
    ("handle_left_type", 1, np.int32),
    ("handle_right_type", 1, np.int32),
    ("interpolation", 1, np.int32),
    ("easing", 1, np.int32),
    ("type", 1, np.int32),
    ("back", 1, np.float32),
    ("amplitude", 1, np.float32),
    ("period", 1, np.float32),
)


def path(bone: str, name: str) -> str:
    """The data path of a pose bone's property; custom ones are named with their brackets."""
    dot = "" if name.startswith("[") else "."
    return f'pose.bones["{bpy.utils.escape_identifier(bone)}"]{dot}{name}'


def read(curve) -> dict[str, np.ndarray]:
    """All keys of a curve: attribute -> (keys, numbers)."""
    points = curve.keyframe_points
    result = {}
    for name, width, kind in _FIELDS:
        values = np.empty(len(points) * width, dtype=kind)
        points.foreach_get(name, values)
        result[name] = values.reshape(len(points), width)
    return result


def fill(curve, frames: np.ndarray, values: np.ndarray) -> None:
    """Keys of an empty curve."""
    points = curve.keyframe_points
    points.add(len(frames))
    points.foreach_set("co", np.column_stack((frames, values)).astype(np.float32).ravel())
    points.foreach_set("interpolation", np.full(len(frames), LINEAR, dtype=np.int32))
    curve.update()


def replace(curve, frames: np.ndarray, values: np.ndarray, before: bool = False, after: bool = False) -> None:
    """Puts keys at `frames` (ascending) in place of those from the first to the last of them.

    Keys outside of that range keep every number. Keys that lie on one of the frames keep all but their value.

    Args:
        before, after: whether there are frames on that side that something is seen of. A curve that has no key there
            gets one, so that it goes on as it did.
    """
    old = read(curve)
    times = old["co"][:, 0]
    if len(times) == 0:
        fill(curve, frames, values)
        return
    first, last = float(frames[0]), float(frames[-1])
    early, late = times < first - 1e-3, times > last + 1e-3
    if before and not early.any():
        frames, values = np.append(first - 1, frames), np.append(curve.evaluate(first - 1), values)
    if after and not late.any():
        frames, values = np.append(frames, last + 1), np.append(values, curve.evaluate(last + 1))
    inside = (times >= first - 1e-3) & (times <= last + 1e-3)
    if inside.sum() == len(frames) and np.allclose(times[inside], frames, atol=1e-3):
        shift = np.zeros((len(times), 2), dtype=np.float32)
        shift[inside, 1] = np.asarray(values, dtype=np.float32) - old["co"][inside, 1]
        points = curve.keyframe_points
        co = old["co"].copy()
        co[inside, 1] = np.asarray(values, dtype=np.float32)
        points.foreach_set("co", co.ravel())
        for side in ("handle_left", "handle_right"):
            points.foreach_set(side, (old[side] + shift).ravel())
        curve.update()
        return
    new = _new_keys(frames, values)
    until = times <= last + 1e-3
    if until.any():  # what follows goes on as it went
        new["interpolation"][-1] = old["interpolation"][until][-1]
    put_back(curve, {name: np.concatenate((old[name][early], new[name], old[name][late])) for name in old})


def hold(curve, first: float, last: float, value: float, present: float, before: bool, after: bool) -> None:
    """Makes a curve constant from `first` to `last`, and what it was on all frames outside of that.

    Args:
        present: the value that goes for a curve without keys.
        before, after: whether there are frames before and after that something is seen of.
    """
    old = read(curve)
    times = old["co"][:, 0]
    early, late = times < first - 1e-3, times > last + 1e-3
    there = curve.evaluate if len(times) else lambda _: present
    keys = [{name: old[name][early] for name in old}]
    if before:
        # The frame before keeps its value and leads nowhere.
        if not (early.any() and times[early][-1] > first - 1 - 1e-3):
            keys.append(_new_keys(np.array([first - 1]), np.array([there(first - 1)])))
        keys[-1]["interpolation"] = keys[-1]["interpolation"].copy()
        keys[-1]["interpolation"][-1] = CONSTANT
    held = _new_keys(np.array([first]), np.array([value]))
    held["interpolation"][:] = CONSTANT
    keys.append(held)
    if after and not (late.any() and times[late][0] < last + 1 + 1e-3):
        again = _new_keys(np.array([last + 1]), np.array([there(last + 1)]))
        until = times <= last + 1e-3
        again["interpolation"][:] = old["interpolation"][until][-1] if until.any() else CONSTANT
        keys.append(again)
    keys.append({name: old[name][late] for name in old})
    put_back(curve, {name: np.concatenate([part[name] for part in keys]) for name in old})


def put_back(curve, fields: dict[str, np.ndarray]) -> None:
    """Makes `fields`, as :func:`read` gives them, the only keys of a curve."""
    points = curve.keyframe_points
    points.clear()
    points.add(len(fields["co"]))
    for name, _, _ in _FIELDS:
        points.foreach_set(name, np.ascontiguousarray(fields[name]).ravel())
    curve.update()


def _new_keys(frames: np.ndarray, values: np.ndarray) -> dict[str, np.ndarray]:
    count = len(frames)
    co = np.column_stack((frames, values)).astype(np.float32)
    third = np.array([1.0 / 3.0, 0.0], dtype=np.float32)
    auto = np.full((count, 1), AUTO_CLAMPED, dtype=np.int32)
    zero = np.zeros((count, 1), dtype=np.int32)
    return {
        "co": co,
        "handle_left": co - third,
        "handle_right": co + third,
        "handle_left_type": auto,
        "handle_right_type": auto,
        "interpolation": np.full((count, 1), LINEAR, dtype=np.int32),
        "easing": zero,
        "type": zero,
        "back": np.full((count, 1), 1.70158, dtype=np.float32),
        "amplitude": np.full((count, 1), 0.8, dtype=np.float32),
        "period": np.full((count, 1), 4.1, dtype=np.float32),
    }


def values_at(curve, frames: np.ndarray) -> np.ndarray:
    """The values of a curve at `frames`, from its keys where it has one on each of them."""
    points = curve.keyframe_points
    if not curve.modifiers and len(points) >= len(frames) > 0:
        co = np.empty(len(points) * 2, dtype=np.float32)
        points.foreach_get("co", co)
        co = co.reshape(-1, 2)
        start = int(np.searchsorted(co[:, 0], frames[0] - 1e-3))
        part = co[start : start + len(frames)]
        if len(part) == len(frames) and np.allclose(part[:, 0], frames, atol=1e-4):
            return part[:, 1].astype(np.float64)
    return np.array([curve.evaluate(float(frame)) for frame in frames])
