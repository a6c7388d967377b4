"""`maya.api.OpenMayaAnim`, as far as the plug-in calls it."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import scene

from .OpenMaya import MFnDependencyNode, MTime


class MAnimCurveChange:
    """Keeps the keys of every curve before its first and after its last change."""

    def __init__(self) -> None:
        self._before: dict[int, tuple[scene.Node, list[scene.Key]]] = {}
        self._after: dict[int, list[scene.Key]] = {}

    def undoIt(self) -> None:
        for number, (node, keys) in self._before.items():
            self._after[number] = copy.deepcopy(node.keys)
            node.keys = copy.deepcopy(keys)

    def redoIt(self) -> None:
        for number, (node, _) in self._before.items():
            node.keys = copy.deepcopy(self._after[number])


class MFnAnimCurve(MFnDependencyNode):
    kTangentAuto = 11
    kTangentLinear = 2

    @property
    def _curve(self) -> scene.Node:
        return scene.current.nodes[self._object._name]

    def __init__(self, node: object) -> None:
        super().__init__(node)  # type: ignore[arg-type]
        self._object = node  # a modifier gives the node its name later

    def findPlug(self, name: str, wantNetworkedPlug: bool):  # type: ignore[no-untyped-def]
        from .OpenMaya import MPlug

        curve = self._object

        class Later(MPlug):
            @property
            def _key(self) -> str:
                return f"{curve._name}.{name}"

        return Later("", name)

    @property
    def isTimeInput(self) -> bool:
        return self._curve.kind.startswith("animCurveT")

    @property
    def numKeys(self) -> int:
        return len(self._curve.keys)

    def input(self, index: int) -> MTime:
        return MTime(self._curve.keys[index].time, MTime.kSeconds)

    def findClosest(self, time: MTime) -> int:
        at = time.asUnits(MTime.kSeconds)
        return min(range(self.numKeys), key=lambda index: abs(self._curve.keys[index].time - at))

    def remove(self, index: int, change: MAnimCurveChange) -> None:
        self._change(change)
        del self._curve.keys[index]

    def addKeys(
        self,
        times: Sequence[MTime],
        values: Sequence[float],
        tangentInType: int,
        tangentOutType: int,
        keepExistingKeys: bool,
        change: MAnimCurveChange,
    ) -> None:
        self._change(change)
        assert len(times) == len(values)
        if not keepExistingKeys:
            self._curve.keys.clear()
        kept = self._curve.keys
        for time, value in zip(times, values, strict=True):
            seconds = time.asUnits(MTime.kSeconds)
            kept[:] = [key for key in kept if abs(key.time - seconds) > 1e-6]
            kept.append(scene.Key(seconds, float(value), (tangentInType, tangentOutType)))
        kept.sort(key=lambda key: key.time)

    def _change(self, change: MAnimCurveChange) -> None:
        node = self._curve
        change._before.setdefault(id(node), (node, copy.deepcopy(node.keys)))
