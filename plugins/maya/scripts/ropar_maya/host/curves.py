"""Animation curves and their keys. Every change of keys goes into an `MAnimCurveChange`."""

from __future__ import annotations

from collections.abc import Sequence

from .maya_api import MAnimCurveChange, MDGModifier, MDoubleArray, MFnAnimCurve, MPlug, MTime, MTimeArray

#: How near, in the scene's unit, two keys are at the same time.
SAME = 1e-3


def new_curve(modifier: MDGModifier, plug: MPlug, kind: str, name: str) -> MFnAnimCurve:
    node = modifier.createNode(kind)
    modifier.renameNode(node, name)
    curve = MFnAnimCurve(node)
    modifier.connect(curve.findPlug("output", False), plug)
    return curve


def keys_between(curve: MFnAnimCurve, start: float, end: float) -> list[int]:
    """Indices of the keys from `start` to `end`, both included."""
    unit = MTime.uiUnit()
    count = int(curve.numKeys)
    if not count:
        return []
    index = int(curve.findClosest(MTime(start, unit)))
    found = []
    while index < count:
        time = float(curve.input(index).asUnits(unit))
        if time > end + SAME:
            break
        if time >= start - SAME:
            found.append(index)
        index += 1
    return found


def remove_between(curve: MFnAnimCurve, start: float, end: float, change: MAnimCurveChange) -> None:
    for index in reversed(keys_between(curve, start, end)):
        curve.remove(index, change)


def add_keys(
    curve: MFnAnimCurve,
    times: Sequence[float],
    values: Sequence[float],
    change: MAnimCurveChange,
    tangent: int = MFnAnimCurve.kTangentAuto,
) -> None:
    unit = MTime.uiUnit()
    at = MTimeArray([MTime(time, unit) for time in times])
    curve.addKeys(at, MDoubleArray(list(values)), tangent, tangent, True, change)
