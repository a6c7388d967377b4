# SPDX-License-Identifier: GPL-3.0-or-later
"""Made motion goes into the file: actions, keys, a mannequin; all of it or nothing. Main thread, in slices.

Between two slices anything may happen to the file. So objects are held by reference and found anew each time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator

import bpy
from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import AddonError
from ..history import prompts
from ..host import actions, control_edit, guards, objects
from ..host.objects import Reference
from ..host.writing import Writer
from ..jobs.plan import Applied
from ..mannequin import build
from ..mapping import store
from ..results import tags
from .request import Made, Request, Variation


def apply(
    context, scene: Reference, target: Reference | None, request: Request, result: Made
) -> Generator[None, None, Applied]:
    """Writes `result` onto `target`, or onto a new mannequin where that is None.

    Raises:
        AddonError: the armature, the scene or the action that is written was deleted; nothing is left behind.
    """
    scene.get(bpy.data.scenes)
    mannequin: Reference | None = None
    added: list[Reference] = []
    writers: list[Writer] = []
    try:
        if target is None:
            unit = context.scene.unit_settings.scale_length
            target = mannequin = Reference.to(build.create(context, result.rest, unit))
            yield
            build.skin(context, _armature(target), result.body)
            yield
        objects.check_editable(_armature(target))
        solved = []
        for variation in result.variations:
            solved.append((yield from control_edit.solved(variation.channels, target)))
        present = objects.action_of(_armature(target))
        present = Reference.to(present) if present is not None else None
        written, warnings = [], list(result.warnings)
        for variation, edit in zip(result.variations, solved, strict=True):
            action = _action_for(present, request, variation)
            if present is None or action.session_uid != present.uid:
                added.append(Reference.to(action))
            written.append(Reference.to(action))
            warnings += guards.check(action, _armature(target), edit, variation.frames)
            writers.append(Writer(action, _armature(target)))
            writers[-1].switch(edit.switches, variation.frames)
            yield from writers[-1].write(edit.channels, variation.frames)
        finished, armature = [reference.get(bpy.data.actions) for reference in written], _armature(target)
        into = scene.get(bpy.data.scenes)
    except BaseException as error:
        _take_back(added, writers, mannequin)
        if isinstance(error, ReferenceError):
            raise AddonError(
                rpt_("the armature or its action was removed while the motion was written"), rpt_("try again")
            ) from error
        raise
    # Only actions that were made here are variations, which can be deleted.
    for action, variation in zip(finished, result.variations, strict=True):
        batch = variation.batch if added else {}
        if request.placement == "NEW" or present is None:
            tags.write(action, variation.metadata | batch)
        else:
            tags.insert(action, variation.metadata, batch)
    _keep(armature, finished[0])
    actions.assign(armature, finished[0])
    if result.mapping is not None:
        store.keep(armature, result.mapping)
    return _finish(into, armature, request, result, warnings)


def _armature(target: Reference):
    return target.get(bpy.data.objects)


def _action_for(present: Reference | None, request: Request, variation: Variation):
    """The action that a variation goes into."""
    name = tags.name_for(request.prompt)
    if request.placement == "NEW" or present is None:
        action = bpy.data.actions.new(name)
    elif request.variations == 1:
        return present.get(bpy.data.actions)
    else:
        action = present.get(bpy.data.actions).copy()
        action.name = name
    # An action that nothing uses would be lost with the next save.
    action.use_fake_user = True
    return action


def _keep(armature, action) -> None:
    """The action that moved the armature before stays in the file, also when nothing else uses it."""
    before = objects.action_of(armature)
    if before is not None and before != action and before.library is None:
        before.use_fake_user = True


def _take_back(added: list[Reference], writers: list[Writer], mannequin: Reference | None) -> None:
    """After an undo, or with another file, some or all of it is gone already."""
    for writer in reversed(writers):
        writer.take_back()
    for action in added:
        with contextlib.suppress(AddonError):
            bpy.data.actions.remove(action.get(bpy.data.actions))
    if mannequin is not None:
        with contextlib.suppress(AddonError):
            build.remove(_armature(mannequin))


def _finish(scene, armature, request: Request, result: Made, warnings: list[str]) -> Applied:
    end = int(result.variations[0].frames[-1])
    if request.extend_scene and end > scene.frame_end:
        scene.frame_end = end
    prompts.remember(request.prompt)
    count = len(result.variations)
    if count == 1:
        message = rpt_('{} frames for "{}"').format(len(result.variations[0].frames), armature.name)
    else:
        message = rpt_('{} variations for "{}"').format(count, armature.name)
    # Variations are warned about in the same words.
    return Applied(message, tuple(dict.fromkeys(warnings)))
