"""`maya.api.OpenMaya`, as far as the plug-in calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mel_reader
import scene

_UNITS = {
    "hour": 1,
    "min": 2,
    "sec": 3,
    "millisec": 4,
    "game": 5,
    "film": 6,
    "pal": 7,
    "ntsc": 8,
    "show": 9,
    "palf": 10,
    "ntscf": 11,
    "120fps": 25,
    "23.976fps": 38,
    "29.97fps": 39,
}
_RATES = {number: scene.Scene.UNITS[name] for name, number in _UNITS.items()}


class MObject:
    def __init__(self, name: str) -> None:
        self._name = name


class MTime:
    kSeconds = 3

    def __init__(self, value: float, unit: int) -> None:
        self._seconds = value / _RATES[unit]

    def asUnits(self, unit: int) -> float:
        return self._seconds * _RATES[unit]

    @staticmethod
    def uiUnit() -> int:
        return _UNITS[scene.current.time_unit]


class MAngle:
    @staticmethod
    def uiToInternal(value: float) -> float:
        return value / scene.current.angle_out(1.0)


class MDistance:
    @staticmethod
    def uiToInternal(value: float) -> float:
        return value / scene.current.length_out(1.0)

    @staticmethod
    def internalToUI(value: float) -> float:
        return scene.current.length_out(value)


class MTimeArray(list[Any]): ...


class MDoubleArray(list[float]): ...


class MGlobal:
    @staticmethod
    def displayError(text: str) -> None:
        scene.current.messages.append(("error", text))

    @staticmethod
    def displayWarning(text: str) -> None:
        scene.current.messages.append(("warning", text))

    @staticmethod
    def displayInfo(text: str) -> None:
        scene.current.messages.append(("info", text))


class MPlug:
    def __init__(self, node: str, attribute: str) -> None:
        self._node, self._attribute = node, attribute

    @property
    def _key(self) -> str:
        return f"{self._node}.{self._attribute}"

    @property
    def isLocked(self) -> bool:
        return self._attribute in scene.current.nodes[self._node].locked_plugs

    @property
    def isDestination(self) -> bool:
        return self._key in scene.current.connections

    def parent(self) -> MPlug:
        return MPlug(self._node, self._attribute.rstrip("XYZ"))

    def node(self) -> MObject:
        return MObject(self._node)

    def source(self) -> MPlug:
        return MPlug(*scene.current.connections[self._key].split(".", 1))

    def partialName(self, useLongNames: bool) -> str:
        assert useLongNames
        return self._attribute


class MSelectionList:
    def __init__(self) -> None:
        self._names: list[str] = []

    def add(self, name: str) -> None:
        node, attribute = name.split(".", 1)
        found = scene.current.matching(node)
        if len(found) != 1:
            raise RuntimeError("(kInvalidParameter): Object does not exist")
        self._names.append(f"{found[0]}.{attribute}")

    def getPlug(self, index: int) -> MPlug:
        return MPlug(*self._names[index].split(".", 1))


class MFnDependencyNode:
    def __init__(self, node: MObject) -> None:
        self._node = node._name

    def name(self) -> str:
        return self._node

    @property
    def typeName(self) -> str:
        return scene.current.nodes[self._node].kind

    @property
    def isLocked(self) -> bool:
        return scene.current.nodes[self._node].locked

    @property
    def isFromReferencedFile(self) -> bool:
        return scene.current.nodes[self._node].referenced

    def findPlug(self, name: str, wantNetworkedPlug: bool) -> MPlug:
        return MPlug(self._node, name)


class MDGModifier:
    """Queues operations; each is a function that does it and answers how to undo it."""

    def __init__(self) -> None:
        self._queued: list[Callable[[], Callable[[], None]]] = []
        self._undo: list[Callable[[], None]] = []

    def doIt(self) -> None:
        for operation in self._queued[len(self._undo) :]:
            self._undo.append(operation())

    def undoIt(self) -> None:
        while self._undo:
            self._undo.pop()()

    def commandToExecute(self, command: str) -> None:
        self._queued.append(lambda: mel_reader.run(command))

    def createNode(self, kind: str) -> MObject:
        made = MObject("")
        kept: list[scene.Node] = []

        def do() -> Callable[[], None]:
            current = scene.current
            if not kept:
                made._name = mel_reader.unused(kind)
                kept.append(current.add(made._name, kind))
            else:
                current.nodes[made._name] = kept[0]
            return lambda: current.nodes.pop(made._name) and None  # type: ignore[func-returns-value]

        self._queued.append(do)
        return made

    def renameNode(self, node: MObject, name: str) -> None:
        def do() -> Callable[[], None]:
            current, before = scene.current, node._name
            after = mel_reader.unused(name)
            current.nodes[after] = current.nodes.pop(before)
            node._name = after

            def undo() -> None:
                current.nodes[before] = current.nodes.pop(after)
                node._name = before

            return undo

        self._queued.append(do)

    def connect(self, source: MPlug, destination: MPlug) -> None:
        def do() -> Callable[[], None]:
            current, key = scene.current, destination._key
            if key in current.connections or destination.isLocked:
                raise RuntimeError(f"(kFailure): {key} cannot be connected")
            current.connections[key] = source._key
            return lambda: current.connections.pop(key) and None  # type: ignore[func-returns-value]

        self._queued.append(do)


# ---- Commands ----------------------------------------------------------------------------------------------------


class MSyntax:
    kNoArg, kBoolean, kLong, kDouble, kString, kTime = 1, 2, 3, 4, 5, 9
    kStringObjects = 2

    def __init__(self) -> None:
        self._flags: dict[str, tuple[str, int]] = {}
        self._multi: set[str] = set()
        self._objects = 0
        self.enableQuery = False

    def addFlag(self, shortName: str, longName: str, argTypes: int) -> None:
        short, long = shortName.lstrip("-"), longName.lstrip("-")
        assert 1 <= len(short) <= 3 and len(long) >= 4, (short, long)
        assert short not in ("q", "e", "h") and long not in ("query", "edit", "help")
        assert short not in {s for s, _ in self._flags.values()} and long not in self._flags, (short, long)
        self._flags[long] = (short, argTypes)

    def makeFlagMultiUse(self, flagName: str) -> None:
        self._multi.add(flagName.lstrip("-"))

    def setObjectType(self, objType: int, min: int, max: int) -> None:
        self._objects = max


class MArgList:
    def __init__(self, uses: list[tuple[str, Any]], objects: tuple[str, ...], query: bool) -> None:
        self._uses, self._given, self._query = uses, objects, query

    def asString(self, index: int) -> str:
        return str(self._uses[index][1])


class MArgDatabase:
    def __init__(self, syntax: MSyntax, args: MArgList) -> None:
        self._by_short: dict[str, list[Any]] = {}
        shorts = {name: short for name, (short, _) in syntax._flags.items()}
        kinds = dict(syntax._flags.values())
        for name, value in args._uses:
            short = shorts.get(name, name)
            if short not in kinds:
                raise RuntimeError(f"Invalid flag: -{name}")
            accepted = {2: (bool, int), 3: (int,), 4: (int, float), 5: (str,), 9: (int, float), 1: (bool,)}[
                kinds[short]
            ]
            if not args._query and not isinstance(value, accepted):
                raise RuntimeError(f"Invalid arguments for flag '-{name}': {value!r}")
            self._by_short.setdefault(short, []).append(value)
        if len(args._given) > syntax._objects:
            raise RuntimeError("Too many objects or values.")
        self._objects = args._given
        self.isQuery = args._query

    def isFlagSet(self, flag: str) -> bool:
        return flag.lstrip("-") in self._by_short

    def numberOfFlagUses(self, flag: str) -> int:
        return len(self._by_short[flag.lstrip("-")])

    def getFlagArgumentList(self, flag: str, occurrence: int) -> MArgList:
        return MArgList([(flag, self._by_short[flag.lstrip("-")][occurrence])], (), False)

    def _first(self, flag: str, index: int) -> Any:
        assert index == 0
        return self._by_short[flag.lstrip("-")][0]

    flagArgumentString = flagArgumentDouble = flagArgumentInt = flagArgumentBool = _first

    def flagArgumentMTime(self, flag: str, index: int) -> MTime:
        return MTime(float(self._first(flag, index)), MTime.uiUnit())

    def getObjectStrings(self) -> tuple[str, ...]:
        return self._objects


class MPxCommand:
    def __init__(self) -> None:
        self._result: Any = None
        self._syntax: MSyntax

    def syntax(self) -> MSyntax:
        return self._syntax

    def setResult(self, result: Any) -> None:
        assert isinstance(result, (bool, int, float, str, list)), result
        self._result = result


class MFnPlugin:
    def __init__(self, plugin: MObject, vendor: str = "", version: str = "") -> None: ...

    def registerCommand(self, name: str, creator: Any, createSyntaxFn: Any) -> None:
        if name in scene.current.commands:
            raise RuntimeError(f"(kFailure): {name} exists already")
        scene.current.commands[name] = (creator, createSyntaxFn)

    def deregisterCommand(self, name: str) -> None:
        del scene.current.commands[name]


def run_command(name: str, objects: tuple[str, ...], flags: dict[str, Any]) -> Any:
    """What Maya does with a command of a plug-in: a new instance, doIt, and the undo queue."""
    creator, create_syntax = scene.current.commands[name]
    command = creator()
    command._syntax = create_syntax()
    query = bool(flags.pop("query", flags.pop("q", False)))
    if query:
        assert command._syntax.enableQuery
    uses = [
        (flag, value) for flag, values in flags.items() for value in (values if isinstance(values, list) else [values])
    ]
    command.doIt(MArgList(uses, objects, query))
    if command.isUndoable():
        scene.current.undo_queue.append(command)
        scene.current.redo_queue.clear()
    return command._result
