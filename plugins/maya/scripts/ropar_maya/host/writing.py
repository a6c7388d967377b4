"""Keys into the scene, and out of it again.

Three kinds of changes, each with its own exact undo: modifiers that run Maya's undoable commands (layers, attributes)
or make curves, one `MAnimCurveChange` for all keys, and the playback range, whose old end is kept.
"""

from __future__ import annotations

import json
from typing import Any, Protocol, cast

from maya import cmds

from ..errors import MayaError
from ..making import Made, Subject, Take
from ..translations import tr
from . import channels, mel, reading, scene
from .channels import Blocked, Free
from .curves import add_keys, keys_between, new_curve, remove_between
from .maya_api import (
    MAnimCurveChange,
    MDGModifier,
    MDistance,
    MFnAnimCurve,
)


class Edit(Protocol):
    """A change that was made, and can be unmade and made again."""

    def undoIt(self) -> object: ...

    def redo(self) -> object: ...


class _Modifier:
    def __init__(self) -> None:
        self.modifier = MDGModifier()

    def redo(self) -> None:
        self.modifier.doIt()

    def undoIt(self) -> None:
        self.modifier.undoIt()


class _Keys:
    def __init__(self) -> None:
        self.change = MAnimCurveChange()

    def redo(self) -> None:
        self.change.redoIt()

    def undoIt(self) -> None:
        self.change.undoIt()


class _Range:
    """The end of the playback range. `playbackOptions` has no undo of its own."""

    def __init__(self, end: float) -> None:
        ask = cast(Any, cmds.playbackOptions)
        self._before = float(ask(query=True, maxTime=True)), float(ask(query=True, animationEndTime=True))
        self._after = max(end, self._before[0]), max(end, self._before[1])

    def redo(self) -> None:
        cast(Any, cmds.playbackOptions)(animationEndTime=self._after[1], maxTime=self._after[0])

    def undoIt(self) -> None:
        cast(Any, cmds.playbackOptions)(maxTime=self._before[0], animationEndTime=self._before[1])


class Writer:
    """Writes what was made. What goes wrong in the middle is taken back."""

    def __init__(self, subject: Subject, made: Made) -> None:
        self._subject = subject
        self._made = made
        self._edits: list[Edit] = []
        self.layers: list[str] = []
        self._hidden = False

    def write(self) -> None:
        """Makes all changes.

        Raises:
            MayaError: channels that cannot be keyed, or keys in the way; the scene is as it was.
        """
        self._check()
        try:
            self._write()
        except BaseException:
            self.undo()
            self._edits.clear()
            raise

    @property
    def warnings(self) -> list[str]:
        """What the user should know of where the keys are."""
        return [tr("The keys are on the base layer: animation layers above it may hide them")] if self._hidden else []

    def undo(self) -> None:
        for edit in reversed(self._edits):
            edit.undoIt()

    def redo(self) -> None:
        for edit in self._edits:
            edit.redo()

    # ---- Before anything is changed ------------------------------------------------------------------------------

    def _check(self) -> None:
        root = self._subject.root
        if self._subject.new:
            group = root.rsplit("|", 1)[0]
            if cmds.objExists(group):
                raise MayaError(f"there is a {scene.short(group)} by now", tr("try again"))
            return
        if not cmds.objExists(root) or scene.uuid(root) != self._subject.uuid:
            raise MayaError(f"{scene.short(root)} was removed or renamed meanwhile", tr("try again"))
        blocked: list[Blocked] = []
        held = channels.held_by_ik([joint.path for joint in self._made.skeleton.joints])
        in_the_way: list[str] = []
        for take in self._made.takes:
            for channel in take.channels:
                name = self._name(channel.joint, channel.attribute)
                found = channels.destination(
                    name, onto_layer=take.layer is not None, below_layers=self._made.below_layers
                )
                if take.layer is None and channels.is_layered(name):
                    self._hidden = True
                handle = held.get(self._made.skeleton.joints[channel.joint].path)
                if handle is not None and channel.angular:
                    blocked.append(channels.on_handle(name, handle))
                elif isinstance(found, Blocked):
                    blocked.append(found)
                elif (
                    isinstance(found, MFnAnimCurve)
                    and take.layer is None
                    and not self._made.replace
                    and keys_between(found, take.times[0], take.times[-1])
                ):
                    in_the_way.append(name)
        channels.refuse(blocked)
        if in_the_way:
            name = in_the_way[0].rsplit("|", 1)[-1]
            take = self._made.takes[0]
            raise MayaError(
                f"{name} has keys from {take.times[0]:g} to {take.times[-1]:g}"
                + (tr(", and so have {} more channels").format(len(in_the_way) - 1) if len(in_the_way) > 1 else ""),
                tr("use -replace, -layer or another -startTime"),
            )

    def _name(self, joint: int, attribute: str) -> str:
        return f"{self._made.skeleton.joints[joint].path}.{attribute}"

    # ---- Changes -------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        if self._subject.new:
            self._make_skeleton()
        self._make_layers()
        curves = [self._curves(take) for take in self._made.takes]
        keys = _Keys()
        self._edits.append(keys)
        for take, of_take in zip(self._made.takes, curves, strict=True):
            for channel, curve in zip(take.channels, of_take, strict=True):
                times, values = take.times, channel.values
                if channel.still:  # the first and the last key say everything
                    times, values = [times[0], times[-1]], [values[0], values[-1]]
                remove_between(curve, take.times[0], take.times[-1], keys.change)
                add_keys(curve, times, values, keys.change)
        self._fade(keys)
        self._remember()
        if self._made.extend:
            longest = max(take.times[-1] for take in self._made.takes)
            if longest > scene.playback()[1]:
                self._done(_Range(longest))

    def _done(self, edit: Edit) -> None:
        edit.redo()
        self._edits.append(edit)

    def _make_skeleton(self) -> None:
        edit = _Modifier()
        group = self._subject.root.rsplit("|", 1)[0]
        edit.modifier.commandToExecute(mel.new_node("transform", scene.short(group)))
        for joint in self._made.skeleton.joints:
            parent = joint.path.rsplit("|", 1)[0]
            edit.modifier.commandToExecute(mel.new_node("joint", joint.name, parent))
            x, y, z = (float(MDistance.internalToUI(value)) for value in joint.translate)
            edit.modifier.commandToExecute(mel.set_three(f"{joint.path}.translate", (x, y, z)))
        edit.modifier.commandToExecute(mel.select(self._subject.root))
        self._done(edit)

    def _make_layers(self) -> None:
        edit = _Modifier()
        wanted = False
        for take in self._made.takes:
            if take.layer is None:
                continue
            wanted = True
            layer = scene.unused(take.layer, self.layers)
            self.layers.append(layer)
            edit.modifier.commandToExecute(mel.new_layer(layer))
            for channel in take.channels:
                edit.modifier.commandToExecute(mel.put_on_layer(layer, self._name(channel.joint, channel.attribute)))
            if take.muted:
                edit.modifier.commandToExecute(mel.mute_layer(layer))
        if wanted:
            self._done(edit)

    def _curves(self, take: Take) -> list[MFnAnimCurve]:
        """The curves of a take's channels; those that are missing are made."""
        layer = None
        if take.layer is not None:
            index = [other for other in self._made.takes if other.layer is not None].index(take)
            layer = self.layers[index]
        edit = _Modifier()
        result: list[MFnAnimCurve] = []
        for channel in take.channels:
            name = self._name(channel.joint, channel.attribute)
            if layer is not None:
                plug = channels.layered(layer, name)
            else:
                found = channels.destination(name, onto_layer=False)
                if isinstance(found, MFnAnimCurve):
                    result.append(found)
                    continue
                if not isinstance(found, Free):
                    raise MayaError(found.reason, found.hint)
                plug = found.plug
            result.append(
                new_curve(
                    edit.modifier,
                    plug,
                    "animCurveTA" if channel.angular else "animCurveTL",
                    self._label(channel.joint, channel.attribute),
                )
            )
        self._done(edit)
        return result

    def _fade(self, keys: _Keys) -> None:
        """Gives layers no weight outside of their motion."""
        on_layers = [take for take in self._made.takes if take.layer is not None]
        for layer, take in zip(self.layers, on_layers, strict=True):
            if not take.fades:
                continue
            edit = _Modifier()
            curve = new_curve(edit.modifier, channels.plug(f"{layer}.weight"), "animCurveTU", f"{layer}_weight")
            self._done(edit)
            start, end = take.times[0], take.times[-1]
            step = (end - start) / max(1, len(take.times) - 1)
            times = [start - step, start, end, end + step]
            add_keys(curve, times, [0.0, 1.0, 1.0, 0.0], keys.change, MFnAnimCurve.kTangentLinear)

    def _label(self, joint: int, attribute: str) -> str:
        return f"{self._made.skeleton.joints[joint].name}_{attribute}"

    def _remember(self) -> None:
        """Keeps the mapping on the root, and on the root or the layers how the motion was made."""
        root = self._subject.root
        texts = [(root, reading.MAPPING, self._made.mapping)] if not reading.text_of(root, reading.MAPPING) else []
        for number, layer in enumerate(self.layers):
            takes = [take for take in self._made.takes if take.layer is not None]
            texts.append((layer, reading.MOTION, json.dumps(takes[number].metadata)))
        texts.append((root, reading.MOTION, json.dumps({**self._made.takes[0].metadata, "layers": self.layers})))
        edit = _Modifier()
        for node, attribute, text in texts:
            if not cast(Any, cmds.attributeQuery)(attribute, node=node, exists=True):
                edit.modifier.commandToExecute(mel.add_string_attribute(node, attribute))
            elif cast(Any, cmds.getAttr)(f"{node}.{attribute}", lock=True):
                continue
            edit.modifier.commandToExecute(mel.set_string(f"{node}.{attribute}", text))
        if not cast(Any, cmds.lockNode)(root, query=True, lock=True)[0]:
            self._done(edit)
