"""Prompt, settings, Generate."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ..host import scene
from ..requests import MOST_SAMPLES
from ..translations import tr
from . import forms
from .prompt_field import PromptField
from .qt import QtWidgets

JOINTS, LAYER = "joints", "layer"
SELECTION, NEW = "selection", "new"
LONGEST = 60.0


class GenerateBox:
    """The fields of `roparGenerate`, the same as in Blender's panel."""

    def __init__(self, run: Callable[[str, dict[str, Any]], None]) -> None:
        self._run = run
        self.prompt = PromptField("a person waves with the left hand")
        self.automatic = forms.check("Automatic", True, "Let the model choose how long the motion takes")
        self.seconds = forms.number(4.0, 0.4, LONGEST, 0.5, "How long the motion takes, in seconds", unit=" s")
        self.seconds.setEnabled(False)
        self.automatic.toggled.connect(lambda on: self.seconds.setEnabled(not on))
        self.seed = forms.whole_number(
            0, 0, 2**31 - 1, "The same seed and prompt give the same motion; further variations count up from it"
        )
        dice = forms.button("Random", "Choose another seed at random", self._roll, small=True)
        self.samples = forms.whole_number(
            1,
            1,
            MOST_SAMPLES,
            "How many motions to make; more than one go on animation layers, and all but the first are muted",
        )
        self.who = forms.choice(
            [("Selection", SELECTION), ("New Skeleton", NEW)],
            "Who moves: the skeleton of what is selected, or a new one with HumanIK's names",
        )
        self.target = QtWidgets.QLabel()
        self.target.setToolTip(tr("Who moves: the skeleton of what is selected"))
        self.who.currentIndexChanged.connect(lambda *_: self.target.setVisible(self.who.currentData() == SELECTION))
        self.where = forms.choice(
            [("On the Joints", JOINTS), ("New Animation Layer", LAYER)],
            "Where the keys go: on the joints themselves, or on a new override layer above what is there",
        )
        self.start = forms.whole_number(1, -100000, 1000000, "First frame of the motion")
        playhead = forms.button("Now", "Start at the current frame", self._to_playhead, small=True)
        self.fill = forms.check("Fill up to", False, "Fill exactly the frames from Start to this one")
        self.end = forms.whole_number(100, -100000, 1000000, "Last frame to fill")
        self.end.setEnabled(False)
        self.fill.toggled.connect(self._fill_toggled)
        self.replace = forms.check("Replace Keys", True, "Keys in the way give way; without it they are an error")
        self.from_pose = forms.check(
            "Go On from Pose", False, "Start where the character stands and looks at the first frame"
        )
        self.in_place = forms.check(
            "In Place", False, "Keep the character where it is; without it, it moves over the floor"
        )
        self.contacts = forms.check("Foot Contacts", True, "Hold the feet to the floor while they stand on it")
        self.extend = forms.check(
            "Extend Playback Range", True, "Move the end of the playback range when the motion is longer"
        )
        self.guidance = forms.number(
            0.0, 0.0, 20.0, 0.5, "How closely the motion follows the prompt", at_zero="Automatic"
        )
        self.iterations = forms.whole_number(0, 0, 200, "Rounds in which the motion is filled in", at_zero="Automatic")
        self.steps = forms.whole_number(0, 0, 200, "Steps of the diffusion head per round", at_zero="Automatic")
        self.button = forms.button("Generate", "Make motion from the prompt and put it on the target", self.run)
        self.button.setMinimumHeight(forms.TALL)
        self.prompt.edit.returnPressed.connect(self.run)
        self.main = QtWidgets.QWidget()
        layout = QtWidgets.QVBoxLayout(self.main)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(5)
        self.prompt.edit.setMinimumHeight(28)
        for widget in (
            self.prompt.widget,
            forms.row("Length", self.automatic, self.seconds),
            forms.row("Seed", self.seed, dice),
            forms.row("Variations", self.samples),
            forms.row("Target", self.who),
            forms.row("", self.target),
            forms.row("Where", self.where),
            forms.row("Start", self.start, playhead),
            forms.row("", self.fill, self.end),
            forms.row("", self.replace, self.from_pose),
        ):
            layout.addWidget(widget)
        self.options = forms.Section("Options", opened=False)
        self.options.add(
            forms.row("Motion", self.in_place),
            forms.row("", self.contacts),
            forms.row("", self.extend),
            forms.row("Guidance", self.guidance),
            forms.row("Iterations", self.iterations),
            forms.row("Steps", self.steps),
        )

    def values(self) -> dict[str, Any]:
        """The flags of the command."""
        found: dict[str, Any] = {
            "prompt": self.prompt.text,
            "seed": self.seed.value(),
            "samples": self.samples.value(),
            "startTime": self.start.value(),
            "replace": self.replace.isChecked(),
            "fromPose": self.from_pose.isChecked(),
            "inPlace": self.in_place.isChecked(),
            "contacts": self.contacts.isChecked(),
            "extendRange": self.extend.isChecked(),
        }
        if self.fill.isChecked():
            found["endTime"] = self.end.value()
        elif not self.automatic.isChecked():
            found["seconds"] = self.seconds.value()
        if self.where.currentData() == LAYER:
            found["layer"] = ""
        if self.who.currentData() == NEW:
            found["newSkeleton"] = ""
            found["fromPose"] = False
        for name in ("guidance", "iterations", "steps"):
            value = getattr(self, name).value()
            if value:
                found[name] = value
        return found

    def run(self) -> None:
        self._run("roparGenerate", self.values())

    def show_start(self) -> None:
        """Takes the start of the playback range, when the window opens."""
        start, end = scene.playback()
        self.start.setValue(round(start))
        self.end.setValue(round(end))

    def _roll(self) -> None:
        self.seed.setValue(random.randrange(1_000_000))

    def _to_playhead(self) -> None:
        self.start.setValue(round(scene.now()))

    def _fill_toggled(self, on: bool) -> None:
        self.end.setEnabled(on)
        self.automatic.setEnabled(not on)
        self.seconds.setEnabled(not on and not self.automatic.isChecked())
