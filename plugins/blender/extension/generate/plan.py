# SPDX-License-Identifier: GPL-3.0-or-later
"""Making motion from a prompt: what is read, done and written. See `jobs/operator.py` for the shape."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np
from bpy.app.translations import pgettext_rpt as rpt_

from .. import library
from ..addon import AddonError
from ..history import prompts
from ..host import actions, channels, control_edit, controls, fitting, objects, sampling, skeleton
from ..host.writing import Writer
from ..jobs.job import Report, listener
from ..jobs.operator import Applied, Plan
from ..mannequin import build, drawing
from ..mapping import store
from ..results import tags

#: Share of a variation's work that is done when its motion is made; the rest is fitting it to the rig.
MADE = 0.9


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


@dataclass
class Made:
    """What the work hands to the main thread."""

    variations: list[Variation]
    mapping: store.Found | None
    rest: dict[str, np.ndarray] | None
    body: drawing.Body | None
    warnings: list[str] = field(default_factory=list)


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
        self._controls: controls.Controls | None = None
        if not request.mannequin:
            self._read_target(context)

    def _read_target(self, context) -> None:
        armature = objects.selected_armature(context)
        objects.check_editable(armature)
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
        self._present = channels.pose(self._bones, sampling.read(armature, self._bones, action, frame))

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
        made = Made([], None if request.mannequin else found, rest, body, list(bones.space.warnings))
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
            variation.metadata |= {"batch": batch, "variation": index, "variations": count}
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
        if self._request.placement == "NEW":
            # One key at rest for bones in between: a pose that was left on one would carry the others along.
            first = channels.Pose(values.rotations[:1], values.locations[:1])
            above = channels.carriers(rigged.bones, turning)
            keyed += channels.channels(rigged.bones, first, above, above)
        return keyed

    def _warnings(self, rigged: fitting.Rigged, made: Made) -> list[str]:
        bones = rigged.bones
        warnings = []
        if self._controls is None:
            keyed = {channel.bone for variation in made.variations for channel in variation.channels}
            held = sorted(keyed & bones.constrained)
        else:
            held = []
        if held:
            names = ", ".join(held[:3]) + (", ..." if len(held) > 3 else "")
            warnings.append(rpt_("Constraints or drivers hold keyed bones and may hide the motion: {}").format(names))
        for variation in made.variations:
            grade = tags.grade(variation.report)
            if grade != "good":
                reason = variation.metadata["reason"]
                warnings.append(rpt_("The fit of seed {}: {} ({})").format(variation.seed, rpt_(grade), reason))
        return warnings

    # ---- On the main thread -------------------------------------------------------------------------------------

    def apply(self, context, result: Made) -> Generator[None, None, Applied]:
        scene = self._scene.get(bpy.data.scenes)
        with_mannequin = self._request.mannequin
        added: list[Any] = []
        writers: list[Writer] = []
        armature = None
        try:
            if with_mannequin:
                armature = build.create(context, result.rest, self._unit)
                yield
                build.skin(context, armature, result.body)
                yield
            else:
                armature = self._target.get(bpy.data.objects)
                objects.check_editable(armature)
            solved = []
            for variation in result.variations:
                solved.append((yield from control_edit.solved(variation.channels, self._target)))
            if not with_mannequin:
                armature = self._target.get(bpy.data.objects)
            present = objects.action_of(armature)
            first = None
            for variation, edit in zip(result.variations, solved, strict=True):
                action = self._action_for(armature, present, first, variation)
                if action != present:
                    added.append(action)
                writer = Writer(action, armature)
                writers.append(writer)
                writer.switch(edit.switches, variation.frames)
                for _ in writer.write(edit.channels, variation.frames):
                    yield
                    if not with_mannequin:
                        armature = self._target.get(bpy.data.objects)
                tags.write(action, variation.metadata)
                first = first or action
        except BaseException as error:
            # After an undo in the middle there is nothing left to take back: the references are gone with the data.
            with contextlib.suppress(ReferenceError):
                self._take_back(added, writers, armature if with_mannequin else None)
            if isinstance(error, ReferenceError):
                raise AddonError(
                    rpt_("the armature or its action was removed while the motion was written"), rpt_("try again")
                ) from error
            raise
        actions.assign(armature, first)
        if result.mapping is not None:
            store.keep(armature, result.mapping)
        return self._finish(scene, armature, result)

    def _action_for(self, armature, present, first, variation: Variation):
        """The action that a variation goes into."""
        if self._request.placement == "NEW" or present is None:
            action = bpy.data.actions.new(tags.name_for(self._request.prompt))
        elif first is None and self._request.variations == 1:
            return present
        else:
            action = present.copy()
            action.name = tags.name_for(self._request.prompt)
        # An action that nothing uses would be lost with the next save.
        action.use_fake_user = True
        return action

    @staticmethod
    def _take_back(added: list, writers: list[Writer], mannequin) -> None:
        for writer in writers:
            if not any(writer.action == action for action in added):
                writer.take_back()
        for action in added:
            bpy.data.actions.remove(action)
        if mannequin is not None:
            build.remove(mannequin)

    def _finish(self, scene, armature, result: Made) -> Applied:
        request = self._request
        end = int(result.variations[0].frames[-1])
        if request.extend_scene and end > scene.frame_end:
            scene.frame_end = end
        prompts.remember(request.prompt)
        count = len(result.variations)
        frames = len(result.variations[0].frames)
        if count == 1:
            message = rpt_('{} frames for "{}"').format(frames, armature.name)
        else:
            message = rpt_('{} variations for "{}"').format(count, armature.name)
        return Applied(message, tuple(result.warnings))
