# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries everything that a motion needs and says what works."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from . import library
from .addon import PACKAGE, words
from .host import channels, fitting
from .host.canonical import JOINTS
from .jobs.job import Report, listener
from .jobs.operator import JobOperator
from .jobs.plan import Applied, Plan
from .mannequin import build
from .results import tags


@dataclass(frozen=True)
class Line:
    """One finding."""

    text: str
    good: bool = True


#: What is made: a walk, whose feet stand and leave the floor by turns. Shorter clips, and others in which the model
#: lets the feet slide, say more about the model than about this installation.
PROMPT, SECONDS = "a person walks forward", 4.0
#: How far joints of a mannequin, which has the motion's own skeleton, may be from the motion: metres.
TOLERANCE = 1e-3

_lines: list[Line] = []


def lines() -> list[Line]:
    """What the last test found."""
    return _lines


def deviation(motion, rigged: fitting.Rigged) -> float:
    """The largest distance of a mannequin's bones from the motion's joints, all the way through bone channels: metres.

    The floor of a rig is found from its soles, so that the whole motion may stand a little higher or lower.
    """
    fitted = fitting.fit(motion, rigged, contacts=False, in_place=False)
    posed = channels.pose(rigged.bones, fitted.pose(rigged.bones))
    _, places = rigged.bones.forward(*posed)
    joints = [rigged.node(joint) for joint in JOINTS]
    away = places[:, joints] - np.asarray(motion.positions(), dtype=float)
    away[..., 1] -= away[..., 1].mean()
    return float(np.linalg.norm(away, axis=-1).max())


def _storage() -> Line:
    """Whether presets and prompts can be saved."""
    try:
        folder = Path(bpy.utils.extension_path_user(PACKAGE, create=True))
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"RoPAR")
    except (OSError, ValueError) as error:
        return Line(rpt_("Presets and the prompt history cannot be saved ({})").format(error), good=False)
    return Line(rpt_("Presets and the prompt history are in {}").format(folder))


class SelfTestPlan(Plan):
    title = "self-test"

    def __init__(self, options: library.Options) -> None:
        self._options = options

    def work(self, report: Report) -> list[Line]:
        found = [Line(f"Blender {bpy.app.version_string}, Python package: {rpt_('not tried')}")]
        try:
            self._try(report, found)
        except Exception as error:
            if type(error).__name__ in ("Stopped", "Cancelled"):
                raise
            found.append(Line(words(error), good=False))
        return found

    def _try(self, report: Report, found: list[Line]) -> None:
        report(0.0, rpt_("Loading the library"))
        ropar = library.module()
        found[0] = Line(f"Blender {bpy.app.version_string}, ropar {ropar.__version__}")
        began = time.monotonic()
        engine = library.engine(self._options)
        found.append(
            Line(
                rpt_("Model loaded in {:.1f} s on {} ({}); weights: {}").format(
                    time.monotonic() - began, library.backend(engine), engine.provider.upper(), engine.licence
                )
            )
        )
        text = rpt_("Making a motion")
        report(0.3, text)
        began = time.monotonic()
        motion = engine.generate(PROMPT, seconds=SECONDS, seed=1, progress=listener(report, 0.3, 0.6, text))
        found.append(Line(rpt_("{:.1f} s of motion made in {:.1f} s").format(motion.seconds, time.monotonic() - began)))
        rigged = fitting.rig(build.bones(build.rest_places()))
        off = deviation(motion, rigged)
        found.append(
            Line(
                rpt_("On a mannequin: joints within {:.2f} mm of the motion's").format(1000 * off), good=off < TOLERANCE
            )
        )
        verdict = tags.judgement(fitting.fit(motion, rigged, contacts=True, in_place=False).report)
        found.append(
            Line(
                rpt_("With foot contacts: {} ({})").format(rpt_(verdict["verdict"]), verdict["reason"]),
                good=verdict["verdict"] != "failed",
            )
        )
        found.append(_storage())

    def apply(self, context, result: list[Line]) -> Generator[None, None, Applied]:
        _lines[:] = result
        for line in result:
            print(f"RoPAR self-test: {'works' if line.good else 'FAILS'}: {line.text}")
        for window in context.window_manager.windows:
            for area in window.screen.areas:
                area.tag_redraw()
        bad = [line.text for line in result if not line.good]
        return Applied(bad[0] if bad else rpt_("Everything works"), tuple(bad[1:]))
        yield


class ROPAR_OT_self_test(JobOperator, bpy.types.Operator):
    """Load the library and the model, make a short motion, retarget it, and say what works"""

    bl_idname = "ropar.self_test"
    bl_label = "Self-Test"
    bl_options = {"INTERNAL"}

    def plan(self, context) -> SelfTestPlan:
        from .preferences import options

        return SelfTestPlan(options(context))


def register() -> None:
    bpy.utils.register_class(ROPAR_OT_self_test)


def unregister() -> None:
    bpy.utils.unregister_class(ROPAR_OT_self_test)
