"""Tries everything that can be tried, and says what works. What it prints is made to be sent.

In Maya's interface only the library and the model are tried: the user's scene is not touched. In `mayapy`
(`ropar_selftest.py`) everything else follows, in new scenes.
"""

from __future__ import annotations

import json
import math
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from maya import cmds

from . import __version__, fitting, library
from .canonical import HIPS_HEIGHT, JOINTS
from .errors import words
from .host import reading, scene
from .humanik import SLOTS
from .values import worlds_of

PROMPT = "a person waves with the left hand"
#: Centimetres: the plug-in promises a millimetre.
CLOSE = 0.1
FRAMES = (1, 7, 20)


@dataclass
class Report:
    lines: list[str] = field(default_factory=list)
    failed: int = 0

    def check(self, name: str, attempt: Callable[[], str]) -> None:
        """Tries something; a failure is a line and its traceback."""
        began = time.monotonic()
        try:
            found = attempt()
        except Exception as error:
            self.failed += 1
            self.lines.append(f"FAILS  {name}: {words(error)}")
            self.lines += [f"       {line}" for line in traceback.format_exc().strip().splitlines()]
        else:
            self.lines.append(f"works  {name}{': ' if found else ''}{found} ({time.monotonic() - began:.1f} s)")

    @property
    def text(self) -> str:
        end = "Everything works." if not self.failed else f"{self.failed} checks fail."
        return "\n".join([*self.lines, end])


def in_maya() -> str:
    """Tries library and model, prints the report to the Script Editor, and answers its last line."""
    report = Report()
    _about(report)
    _model(report)
    print(report.text)
    return report.text.splitlines()[-1] if not report.failed else next(x for x in report.lines if x.startswith("FAILS"))


def everything() -> Report:
    """Tries everything, in new scenes: for `mayapy` only."""
    report = Report()
    _about(report)
    _model(report)
    report.check("the plug-in is loaded and answers", _queries)
    for name, build in (("plain joints", _plain), ("orders, orients, axes and scales", _awkward)):
        report.check(f"generate on {name}: every joint is where RoPAR has it", lambda build=build: _generate(build))  # type: ignore[misc]
    report.check("undo and redo are exact", _undo)
    report.check("a new animation layer moves the body in the same way, and undo removes it", _layer)
    report.check("redo changes keys of its part and range only", _redo)
    report.check("keys are on whole frames at ntsc", _ntsc)
    report.check("a locked channel is refused and nothing changes", _locked)
    report.check("a skeleton of the scene is retargeted to another", _retarget)
    report.check("a clip of a file is retargeted", _file)
    return report


def _about(report: Report) -> None:
    version = str(cmds.about(version=True))
    report.lines.append(
        f"Maya {version}, Python {sys.version.split()[0]}, {platform.platform()}, plug-in {__version__}"
    )


def _model(report: Report) -> None:
    report.check("the Python package ropar loads", lambda: str(library.module().__version__))
    report.check("the model loads", _engine)
    report.check("a motion is made", _motion)


def _engine() -> str:
    engine = library.engine(scene.engine_options())
    return f"{engine.package_name} {engine.package_version} on {engine.backend} ({engine.provider}), {engine.licence}"


def _motion() -> str:
    made = library.engine(scene.engine_options()).generate(PROMPT, seconds=1.0, seed=1)
    return f"{made.seconds:.1f} s"


def _queries() -> str:
    found = cast(Any, cmds).roparInfo(version=True)
    found = found[0] if isinstance(found, list) else found
    assert found == __version__, found
    return str(found)


# ---- Skeletons ---------------------------------------------------------------------------------------------------

#: Joint -> the one above and its place in it, metres: a body in a T pose.
_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
Build = Callable[[int], dict[str, Any]]


def _plain(_: int) -> dict[str, Any]:
    return {}


def _awkward(index: int) -> dict[str, Any]:
    return {
        "rotateOrder": index % 6,
        "jointOrient": (20.0 * index, -35.0 + 11.0 * index, 50.0 - 9.0 * index),
        "rotateAxis": (5.0 * index, -3.0 * index, 7.0),
        "scale": (1.0 + 0.03 * (index % 5),) * 3,
        "segmentScaleCompensate": index % 2,
    }


def _body(build: Build, name: str = "") -> str:
    """Makes a skeleton whose joints stand in a T pose with all rotations at 0; its root."""
    ropar = library.module()
    rest = ropar.Motion.from_arrays(20.0, [[0.0, HIPS_HEIGHT, 0.0]], [[[0.0, 0.0, 0.0, 1.0]] * len(JOINTS)])
    places = [[100.0 * float(c) for c in place] for place in rest.positions()[0]]
    paths: list[str] = []
    make, put = cast(Any, cmds.createNode), cast(Any, cmds.setAttr)
    for index, parent in enumerate(_PARENTS):
        label = name + SLOTS.get(JOINTS[index], JOINTS[index].title())
        made = make("joint", name=label, **({"parent": paths[parent]} if parent >= 0 else {}))
        path = str(cast(Any, cmds.ls)(made, long=True)[0])
        for attribute, value in build(index).items():
            if isinstance(value, tuple):
                put(f"{path}.{attribute}", *value, type="double3")
            else:
                put(f"{path}.{attribute}", value)
        cast(Any, cmds.xform)(path, worldSpace=True, translation=places[index])
        paths.append(path)
    return paths[0]


def _new_scene(unit: str = "film") -> None:
    cast(Any, cmds.file)(new=True, force=True)
    cast(Any, cmds.currentUnit)(time=unit)
    cast(Any, cmds.undoInfo)(state=True)  # mayapy starts without


def _expected(root: str) -> tuple[list[str], list[list[tuple[float, float, float]]]]:
    """Paths of the joints and where RoPAR's core has them in each frame, centimetres."""
    subject = reading.subject(root)
    rigged = fitting.rig(subject.skeleton, subject.mapping)
    motion = library.engine(scene.engine_options()).generate(PROMPT, seconds=1.0, seed=1).resample(subject.rate)
    pose = fitting.fit(motion, rigged, contacts=True, in_place=False).pose
    places = [worlds_of(rigged.skeleton, pose, frame)[1] for frame in range(len(pose))]
    return (
        [joint.path for joint in subject.skeleton.joints],
        [[rigged.skeleton.space.point_out(place) for place in frame] for frame in places],
    )


def _places(paths: list[str]) -> list[list[tuple[float, float, float]]]:
    get = cast(Any, cmds.getAttr)
    return [[tuple(get(f"{path}.worldMatrix[0]", time=frame)[12:15]) for path in paths] for frame in FRAMES]


def _apart(one: Any, other: Any) -> float:
    return max(math.dist(a, b) for x, y in zip(one, other, strict=True) for a, b in zip(x, y, strict=True))


def _run(**flags: Any) -> Any:
    return cast(Any, cmds).roparGenerate(prompt=PROMPT, seconds=1.0, seed=1, startTime=1, **flags)


def _generate(build: Build) -> str:
    _new_scene()
    root = _body(build)
    paths, wanted = _expected(root)
    _run(target=root)
    away = _apart(_places(paths), [wanted[frame - 1] for frame in FRAMES])
    assert away < CLOSE, f"{10 * away:.2f} mm away"
    return f"{10 * away:.4f} mm away at most"


def _state() -> dict[str, Any]:
    """All curves with their keys, all layers, and the attributes that are kept."""
    result: dict[str, Any] = {}
    for curve in cast(Any, cmds.ls)(type="animCurve") or []:
        ask = cast(Any, cmds.keyframe)
        result[str(curve)] = (ask(curve, query=True, timeChange=True), ask(curve, query=True, valueChange=True))
    for layer in cast(Any, cmds.ls)(type="animLayer") or []:
        result[str(layer)] = "layer"
    for joint in cast(Any, cmds.ls)(type="joint", long=True) or []:
        result[str(joint)] = [reading.text_of(str(joint), name) for name in (reading.MAPPING, reading.MOTION)]
    return result


def _undo() -> str:
    _new_scene()
    root = _body(_awkward)
    before = _state()
    _run(target=root)
    after = _state()
    for _ in range(2):
        cmds.undo()
        assert _state() == before, "undo left something"
        cmds.redo()
        assert _state() == after, "redo made something else"
    return f"{len(after)} curves and attributes"


def _layer() -> str:
    _new_scene()
    root = _body(_awkward)
    paths, wanted = _expected(root)
    before = _state()
    layers = _run(target=root, layer="roparTest")
    away = _apart(_places(paths), [wanted[frame - 1] for frame in FRAMES])
    assert away < CLOSE, f"{10 * away:.2f} mm away"
    cmds.undo()
    left = {name for name in _state() if name != "BaseAnimation"} - set(before)
    assert not left, f"undo left {sorted(left)[:4]}"
    return f"{layers}, {10 * away:.4f} mm away at most"


def _redo() -> str:
    _new_scene()
    root = _body(_awkward)
    _run(target=root)
    before = _state()
    cast(Any, cmds).roparRedo(
        parts="left_arm", prompt="a person raises the left arm", startTime=6, endTime=18, target=root
    )
    after = _state()
    changed = {name for name, keys in before.items() if after.get(name) != keys} - {root}
    arm = {SLOTS[joint] for joint in ("left_collar", "left_shoulder", "left_elbow", "left_wrist")}
    strange = {name for name in changed if name.rsplit("_", 1)[0] not in arm}
    assert changed, "nothing changed"
    assert not strange, f"{sorted(strange)[:4]} changed"
    cmds.undo()
    assert _state() == before, "undo left something"
    return f"{len(changed)} curves changed"


def _ntsc() -> str:
    _new_scene("ntsc")
    root = _body(_plain)
    _run(target=root)
    times = cast(Any, cmds.keyframe)(root, query=True, timeChange=True)
    assert all(abs(at - round(at)) < 1e-6 for at in times), times[:5]
    return f"frames {min(times):g} to {max(times):g}"


def _locked() -> str:
    _new_scene()
    root = _body(_plain)
    joint = str(cast(Any, cmds.ls)(SLOTS["left_elbow"], long=True)[0])
    cast(Any, cmds.setAttr)(f"{joint}.rotateY", lock=True)
    before = _state()
    try:
        _run(target=root)
    except RuntimeError as error:
        assert _state() == before, "something changed"
        return str(error)
    raise AssertionError("it was not refused")


def _retarget() -> str:
    _new_scene()
    one, other = _body(_plain, "a_"), _body(_awkward, "b_")
    _run(target=one)
    cast(Any, cmds).roparRetarget(source=one, sourceStart=1, sourceEnd=20, target=other, startTime=1)
    known = json.loads(reading.text_of(other, reading.MOTION))
    assert known["verdict"] != "failed", known
    return str(known["verdict"])


def _file() -> str:
    _new_scene()
    root = _body(_awkward)
    made = library.engine(scene.engine_options()).generate(PROMPT, seconds=1.0, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.fbx"
        made.save(path)
        cast(Any, cmds).roparRetarget(file=str(path), target=root, startTime=1)
    known = json.loads(reading.text_of(root, reading.MOTION))
    assert known["verdict"] != "failed", known
    return str(known["verdict"])
