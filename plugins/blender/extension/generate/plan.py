# SPDX-License-Identifier: GPL-3.0-or-later
"""Making motion from a prompt: what is read, done and written. See `jobs/plan.py` for the shape."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from typing import Any

import bpy
import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from .. import library
from ..addon import some
from ..host import channels, control_edit, controls, fitting, objects, sampling, skeleton
from ..jobs.job import Report, listener
from ..jobs.plan import Applied, Plan
from ..mannequin import build, drawing
from ..mapping import store
from ..results import tags
from .apply import apply
from .request import Made, Request, Variation

#: Share of a variation's work that is done when its motion is made; the rest is fitting it to the rig.
MADE = 0.9


class GeneratePlan(Plan):
    title = "generate"

    def __init__(self, context, request: Request, options: library.Options) -> None:
        self._request = request
        self._options = options
        scene = context.scene
        self._scene = objects.Reference.to(scene)
        self._fps = objects.frame_rate(scene)
        self._unit = scene.unit_settings.scale_length
        self._target: objects.Reference | None = None
        self._bones: skeleton.Bones | None = None
        self._mapping_text = ""
        #: Local rotations and places of the bones on the frame on which the motion begins.
        self._present: tuple[np.ndarray, np.ndarray] | None = None
        self._near: dict[str, list[float]] = {}
        #: Bones that have keys or are not at rest on that frame.
        self._posed: set[int] = set()
        self._controls: controls.Controls | None = None
        if not request.mannequin:
            self._read_target(context)

    def _read_target(self, context) -> None:
        armature = objects.selected_armature(context)
        objects.check_editable(armature)
        if self._request.placement != "NEW":
            objects.check_action(objects.action_of(armature))
        self._target = objects.Reference.to(armature)
        self._bones = skeleton.read(armature, self._unit)
        self._mapping_text = store.text(armature)
        pose = armature.pose.bones
        self._controls = controls.find(self._bones, lambda bone, setting: pose[bone].get(setting) is not None)
        if self._controls is not None:
            self._bones = self._controls.body

    def read(self) -> Generator[None, None, None]:
        """Where the character stands, for a motion that goes on from there."""
        if self._request.placement == "NEW":
            return
        frame = np.array([float(self._request.start)])
        if self._controls is not None:
            self._present = yield from control_edit.skeleton(self._controls, self._target, frame)
            return
        armature = self._target.get(bpy.data.objects)
        action = objects.action_of(armature)
        self._near = sampling.rotation_numbers(armature, action, self._bones.names, self._request.start)
        present = sampling.read(armature, self._bones, action, frame)
        self._posed = sampling.keyed(armature, self._bones, action).union(*channels.moved(self._bones, present, ()))
        self._present = channels.pose(self._bones, present)

    # ---- On the thread ------------------------------------------------------------------------------------------

    def work(self, report: Report) -> Made:
        request = self._request
        report(0.0, rpt_("Loading the model"))
        rest = build.rest_places() if request.mannequin else None
        bones = build.bones(rest) if rest is not None else self._bones
        rigged = fitting.rig(bones, self._mapping_text)
        found = store.Found.of(rigged, automatic=not self._mapping_text)
        engine = library.engine(self._options)
        body = drawing.draw(rest) if rest is not None else None
        made = Made([], None if request.mannequin else found, rest, body, list(bones.warnings))
        batch = uuid.uuid4().hex
        count = request.variations
        for index in range(count):
            text = rpt_("Making the motion") if count == 1 else rpt_("Making motion {} of {}").format(index + 1, count)

            report(index / count, text)
            motion = engine.generate(
                request.prompt,
                seconds=request.seconds,
                seed=request.seed + index,
                guidance=request.guidance,
                iterations=request.iterations,
                steps=request.steps,
                progress=listener(report, index / count, MADE / count, text),
            )
            report((index + MADE) / count, text)
            variation = self._fit(motion, rigged, request.seed + index)
            variation.batch = {"batch": batch, "variation": index, "variations": count}
            made.variations.append(variation)
        made.warnings += self._warnings(rigged, made)
        report(1.0, rpt_("Writing the keys"))
        return made

    def _fit(self, motion: Any, rigged: fitting.Rigged, seed: int) -> Variation:
        request = self._request
        at_rate = motion.resample(self._fps)
        if request.placement == "REPLACE":
            at_rate = fitting.to_length(at_rate, request.end - request.start + 1)
        fitted = fitting.fit(at_rate, rigged, contacts=request.contacts, in_place=request.in_place)
        if self._present is not None:
            fitted = fitting.start_at(fitted, rigged, self._present)
        frames = request.start + np.arange(at_rate.frames, dtype=np.float64)
        keyed: list[channels.Channel] | control_edit.ControlEdit
        if self._controls is None:
            keyed = self._channels(fitted.pose(rigged.bones), rigged)
        elif request.placement == "NEW":
            keyed = self._controls.channels(fitted.rotations, fitted.translations)
        else:
            keyed = control_edit.ControlEdit.of(
                self._controls, frames, fitted.rotations, fitted.translations, frozenset(rigged.bones.names)
            )
        metadata = {
            "prompt": request.prompt,
            "seed": seed,
            "fps": self._fps,
            "start": int(request.start),
            "end": int(request.start + at_rate.frames - 1),
            **tags.judgement(fitted.report),
        }
        return Variation(seed, frames, keyed, fitted.report, metadata)

    def _channels(self, values: channels.Pose, rigged: fitting.Rigged) -> list[channels.Channel]:
        turning, moving = channels.moved(rigged.bones, values, rigged.nodes())
        keyed = channels.channels(rigged.bones, values, turning, moving, self._near)
        # Bones in between are at rest: a pose that was left on one would carry the others along.
        above = channels.carriers(rigged.bones, turning)
        if self._request.placement == "NEW":
            # In an action that has nothing else, one key is enough.
            first = channels.Pose(values.rotations[:1], values.locations[:1])
            return keyed + channels.channels(rigged.bones, first, above, above)
        posed = [index for index in above if index in self._posed]
        placed = [index for index in posed if index not in moving]
        return keyed + channels.channels(rigged.bones, values, posed, placed, self._near)

    def _warnings(self, rigged: fitting.Rigged, made: Made) -> list[str]:
        bones = rigged.bones
        warnings = []
        if self._controls is None:
            keyed = {channel.bone for variation in made.variations for channel in variation.channels}
            held = keyed & bones.constrained
        else:
            held = set()
        if held:
            text = rpt_("Constraints or drivers hold keyed bones and may hide the motion: {}")
            warnings.append(text.format(some(held)))
        for variation in made.variations:
            grade = tags.grade(variation.report)
            if grade != "good":
                reason = variation.metadata["reason"]
                warnings.append(rpt_("The fit of seed {}: {} ({})").format(variation.seed, rpt_(grade), reason))
        return warnings

    # ---- On the main thread -------------------------------------------------------------------------------------

    def apply(self, context, result: Made) -> Generator[None, None, Applied]:
        return apply(context, self._scene, self._target, self._request, result)
