"""The body to click on, and what its parts shall do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..canonical import PARTS, label
from ..host import scene
from ..translations import tr
from . import forms
from .prompt_field import PromptField
from .qt import QtCore, QtWidgets

#: Row, column and width of each part on the figure. It faces the viewer: its right is on the left.
FIGURE = {
    "right_arm": (0, 0, 2),
    "torso": (0, 2, 2),
    "left_arm": (0, 4, 2),
    "right_leg": (1, 1, 2),
    "left_leg": (1, 3, 2),
}
#: The styles of Maya hardly tell a pressed button from another.
CHOSEN = "QPushButton:checked { background-color: palette(highlight); color: palette(highlighted-text); }"
TIPS = {
    "torso": "Hips, spine, neck and head, and the way over the floor",
    "left_arm": "From the left collar bone to the hand",
    "right_arm": "From the right collar bone to the hand",
    "left_leg": "From the left hip to the toes",
    "right_leg": "From the right hip to the toes",
}


class RedoBox:
    """The fields of `roparRedo`."""

    def __init__(self, run: Callable[[str, dict[str, Any]], None]) -> None:
        self._run = run
        self.section = forms.Section("Redo Body Parts", opened=False)
        figure = QtWidgets.QWidget()
        grid = QtWidgets.QGridLayout(figure)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        self.parts: dict[str, Any] = {}
        for part in PARTS:
            button = QtWidgets.QPushButton(tr(label(part)))
            button.setCheckable(True)
            button.setMinimumHeight(36)
            button.setStyleSheet(CHOSEN)
            button.setToolTip(tr(TIPS[part]))
            line, column, width = FIGURE[part]
            grid.addWidget(button, line, column, 1, width)
            self.parts[part] = button
        self.parts["left_arm"].setChecked(True)
        self.prompt = PromptField("the parts do this")
        self.whole = forms.check("All Keys", True, "From the first key to the last")
        self.start = forms.whole_number(1, -100000, 1000000, "First frame to make anew")
        self.end = forms.whole_number(100, -100000, 1000000, "Last frame to make anew")
        timeline = forms.button("From Timeline", "Take the playback range", self._timeline, small=True)
        for box in (self.start, self.end):
            box.setEnabled(False)
            self.whole.toggled.connect(lambda on, box=box: box.setEnabled(not on))
        self.in_step = forms.check(
            "In Step",
            False,
            "Go with what the rest of the body does, as arms swing with a gait; otherwise follow the prompt alone",
        )
        self.layer = forms.check(
            "New Animation Layer", False, "Leave the present keys alone and put the new ones on a layer"
        )
        self.seed = forms.whole_number(0, 0, 2**31 - 1, "The same seed gives the same motion")
        self.guidance = forms.number(
            0.0, 0.0, 20.0, 0.5, "How closely the parts follow the prompt", at_zero="Automatic"
        )
        self.button = forms.button("Redo", "Make the chosen parts anew; all other keys stay as they are", self.run)
        self.prompt.edit.returnPressed.connect(self.run)
        sides = QtWidgets.QWidget()
        ends = QtWidgets.QHBoxLayout(sides)
        ends.setContentsMargins(2, 0, 2, 0)
        right, left = QtWidgets.QLabel(tr("R")), QtWidgets.QLabel(tr("L"))
        ends.addWidget(right)
        ends.addStretch(1)
        ends.addWidget(left)
        for side in (right, left):
            side.setEnabled(False)
        left.setAlignment(QtCore.Qt.AlignRight)
        self.section.add(
            sides,
            figure,
            self.prompt.widget,
            forms.row("Frames", self.whole, timeline),
            forms.row("", self.start, self.end),
            forms.row("Seed", self.seed),
            forms.row("Guidance", self.guidance),
            forms.row("", self.in_step, self.layer),
            self.button,
        )

    def values(self) -> dict[str, Any]:
        """The flags of the command."""
        found: dict[str, Any] = {
            "parts": [part for part, button in self.parts.items() if button.isChecked()],
            "prompt": self.prompt.text,
            "seed": self.seed.value(),
            "inStep": self.in_step.isChecked(),
        }
        if not self.whole.isChecked():
            found |= {"startTime": self.start.value(), "endTime": self.end.value()}
        if self.guidance.value():
            found["guidance"] = self.guidance.value()
        if self.layer.isChecked():
            found["layer"] = ""
        return found

    def run(self) -> None:
        self._run("roparRedo", self.values())

    def _timeline(self) -> None:
        start, end = scene.playback()
        self.whole.setChecked(False)
        self.start.setValue(round(start))
        self.end.setValue(round(end))
