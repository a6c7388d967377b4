"""The four commands. Each is one step of Maya's undo queue, or none where it changes nothing."""

from __future__ import annotations

import json
from typing import Any

from .. import __version__, fitting, flags, library
from ..errors import MayaError, words
from ..flags import Flag
from ..translations import tr
from . import background, plans, progress, reading, scene
from .maya_api import MArgDatabase, MArgList, MGlobal, MPxCommand, MSyntax, MTime
from .plans import Plan
from .writing import Writer

_KINDS: dict[str, Any] = {
    "string": MSyntax.kString,
    "double": MSyntax.kDouble,
    "long": MSyntax.kLong,
    "boolean": MSyntax.kBoolean,
    "time": MSyntax.kTime,
    "none": MSyntax.kNoArg,
}


def syntax_of(name: str) -> MSyntax:
    """The syntax of a command: its flags, at most one object in place of -target, and -query."""
    syntax = MSyntax()
    for flag in flags.COMMANDS[name]:
        syntax.addFlag(f"-{flag.short}", f"-{flag.long}", _KINDS[flag.kind])
        if flag.multi:
            syntax.makeFlagMultiUse(f"-{flag.short}")
    syntax.setObjectType(MSyntax.kStringObjects, 0, 1)
    syntax.enableQuery = True
    return syntax


def parse(name: str, syntax: MSyntax, arguments: MArgList) -> tuple[dict[str, Any], bool]:
    """The flags that are set, by long name, and whether they are asked for.

    Raises:
        MayaError: a flag that does not exist, lacks its value, or has one of another kind.
    """
    try:
        database = MArgDatabase(syntax, arguments)
        values = {
            flag.long: _value(flag, database) for flag in flags.COMMANDS[name] if database.isFlagSet(f"-{flag.short}")
        }
        objects = [str(text) for text in database.getObjectStrings()]
    except (RuntimeError, TypeError, ValueError) as error:
        raise MayaError(f"{name}: {error or 'its flags cannot be read'}", f"`help {name}` lists its flags") from None
    if objects:
        if "target" in values:
            raise MayaError(f"{objects[0]} and -target both name a skeleton", "give one of them")
        values["target"] = objects[0]
    return values, bool(database.isQuery)


def _value(flag: Flag, database: MArgDatabase) -> Any:
    name = f"-{flag.short}"
    if flag.multi:
        return [database.getFlagArgumentList(name, use).asString(0) for use in range(database.numberOfFlagUses(name))]
    if flag.kind == "none" or database.isQuery:
        return True
    if flag.kind == "string":
        return str(database.flagArgumentString(name, 0))
    if flag.kind == "double":
        return float(database.flagArgumentDouble(name, 0))
    if flag.kind == "long":
        return int(database.flagArgumentInt(name, 0))
    if flag.kind == "boolean":
        return bool(database.flagArgumentBool(name, 0))
    return float(database.flagArgumentMTime(name, 0).asUnits(MTime.uiUnit()))


class Command(MPxCommand):
    """What the commands share: errors in Maya's way."""

    NAME = ""

    def __init__(self) -> None:
        super().__init__()
        self._writer: Writer | None = None

    def doIt(self, arguments: MArgList) -> None:
        try:
            values, asked = parse(self.NAME, self.syntax(), arguments)
            if asked:
                self.setResult(answer(values))
            else:
                self.run(values)
        except Exception as error:
            background.show(error)
            raise RuntimeError(words(error)) from None

    def run(self, values: dict[str, Any]) -> None:
        raise NotImplementedError

    def isUndoable(self) -> bool:
        return self._writer is not None

    def undoIt(self) -> None:
        if self._writer is not None:
            self._writer.undo()

    def redoIt(self) -> None:
        if self._writer is not None:
            self._writer.redo()


class MakingCommand(Command):
    """A command that makes motion: at once, as a job, or by writing what a job made."""

    def run(self, values: dict[str, Any]) -> None:
        if values.get("cancel"):
            background.cancel()
        elif "applyJob" in values:
            done = background.take(values["applyJob"])
            self._write(done.plan, done.job.result)
        elif values.get("background"):
            self.setResult(background.start(plans.plan(self.NAME, values)))
        else:
            background.check_free()
            plan = plans.plan(self.NAME, values)
            with progress.window("RoPAR") as shown:
                made = background.foreground(plan, shown)
            self._write(plan, made)

    def _write(self, plan: Plan, made: Any) -> None:
        writer = Writer(plan.subject, made)
        writer.write()
        self._writer = writer
        plans.remember(plan)
        for warning in [*made.warnings, *writer.warnings]:
            MGlobal.displayWarning(warning)
        frames, name = len(made.takes[0].times), scene.short(plan.subject.root)
        MGlobal.displayInfo(tr("{} frames for {}").format(frames, name))
        self.setResult(writer.layers or [plan.subject.root])


class Generate(MakingCommand):
    """Motion from a prompt."""

    NAME = "roparGenerate"


class Retarget(MakingCommand):
    """A clip of another rig."""

    NAME = "roparRetarget"


class Redo(MakingCommand):
    """Body parts made anew."""

    NAME = "roparRedo"


class Info(Command):
    """What is installed, and what is known of a skeleton. Changes nothing."""

    NAME = "roparInfo"

    def run(self, values: dict[str, Any]) -> None:
        if values.get("version"):
            self.setResult(__version__)
        elif values.get("progress"):
            self.setResult(share())
        elif values.get("mapping"):
            subject = reading.subject(values.get("target", ""))
            self.setResult(str(fitting.rig(subject.skeleton, subject.mapping).mapping.to_json()))
        elif values.get("motion"):
            root, _ = scene.root_of(values.get("target", ""))
            self.setResult(reading.text_of(root, reading.MOTION) or "{}")
        elif values.get("parts"):
            self.setResult([str(part) for part in library.engine(scene.engine_options()).parts])
        elif values.get("licence"):
            licence = library.engine(scene.engine_options()).licence
            self.setResult(f"{licence}: {licence.notice}")
        else:
            self.setResult(json.dumps(summary()))


def answer(values: dict[str, Any]) -> Any:
    """The answer to a query.

    Raises:
        MayaError: a flag that cannot be asked for.
    """
    if set(values) == {"progress"}:
        return share()
    if set(values) == {"version"}:
        return __version__
    raise MayaError("only one of -progress and -version can be queried", "ask for one of them")


def share() -> float:
    """How much of the running job is done; -1 where none runs."""
    found = background.running()
    return -1.0 if found is None else float(found.job.share)


def summary() -> dict[str, Any]:
    """Versions, and what the model runs on."""
    ropar = library.module()
    engine = library.engine(scene.engine_options())
    return {
        "plugin": __version__,
        "ropar": ropar.__version__,
        "package": f"{engine.package_name} {engine.package_version}",
        "backend": engine.backend,
        "provider": engine.provider,
        "threads": engine.threads,
        "licence": str(engine.licence),
        "commercial": engine.licence.commercial,
        "parts": list(engine.parts),
        "seconds": [engine.limits.min_seconds, engine.limits.max_seconds],
    }


COMMANDS: tuple[type[Command], ...] = (Generate, Retarget, Redo, Info)
