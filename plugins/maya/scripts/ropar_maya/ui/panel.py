"""The whole panel: the boxes, the running job, what came of the last one."""

from __future__ import annotations

from typing import Any

from maya import cmds

from .. import library
from ..errors import MayaError
from ..host import background, reading, scene
from ..translations import tr
from . import forms
from .clip_box import ClipBox
from .generate_box import GenerateBox
from .mapping_box import MappingBox
from .qt import QShortcut, QtCore, QtGui, QtWidgets
from .redo_box import RedoBox
from .settings_box import SettingsBox

#: Milliseconds between two looks at the job and the selection.
TICK = 150
#: What of the placement a clip takes over from the fields above.
PLACEMENT = ("startTime", "replace", "fromPose", "inPlace", "contacts", "extendRange", "layer")


class Panel:
    """Everything in the window. Without Maya's interface it shows as well, for tests."""

    def __init__(self) -> None:
        self.generate = GenerateBox(self.run)
        self.redo = RedoBox(self.run)
        self.clip = ClipBox(self.run, self._placement)
        self.mapping = MappingBox()
        self.settings = SettingsBox(self._self_test)
        self.target = self.generate.target
        self.bar = QtWidgets.QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setAlignment(QtCore.Qt.AlignCenter)
        self.stop = forms.button("Cancel", "Stop making the motion; nothing is changed (Esc)", self.cancel, small=True)
        self.result = QtWidgets.QLabel()
        self.result.setWordWrap(True)
        self.result.setTextInteractionFlags(QtCore.Qt.TextSelectableByMouse)
        self.widget = QtWidgets.QWidget()
        self.widget.setObjectName("roparPanel")
        self._fields = QtWidgets.QWidget()
        #: The selection whose skeleton is shown; None: look again.
        self._selected: list[str] | None = None
        self._lay_out()
        QShortcut(QtGui.QKeySequence(QtCore.Qt.Key_Escape), self.widget).activated.connect(self.cancel)
        self._timer = QtCore.QTimer(self.widget)
        self._timer.timeout.connect(self._look)
        self._timer.start(TICK)
        background.listen(self._finished)
        self.widget.destroyed.connect(lambda *_: background.unlisten(self._finished))
        self.generate.show_start()
        self.tick()

    def _lay_out(self) -> None:
        fields = QtWidgets.QVBoxLayout(self._fields)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(4)
        fields.addWidget(self.generate.main)
        running = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(running)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.bar, self.stop):
            widget.setMinimumHeight(forms.TALL)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        self._running = running
        inside = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(inside)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        column.addWidget(self._fields)
        column.addWidget(self.generate.button)
        column.addWidget(running)
        column.addWidget(self.result)
        for section in (
            self.generate.options,
            self.redo.section,
            self.clip.section,
            self.mapping.section,
            self.settings.section,
        ):
            column.addWidget(section.widget)
        column.addStretch(1)
        scroll = QtWidgets.QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QtWidgets.QFrame.NoFrame)
        scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        whole = QtWidgets.QVBoxLayout(self.widget)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    # ---- Commands ------------------------------------------------------------------------------------------------

    def run(self, command: str, values: dict[str, Any]) -> None:
        """Starts a command in the background; what is wrong with it at once is shown."""
        try:
            getattr(cmds, command)(background=True, **values)
        except Exception:
            self._say(background.shown(), bad=True)
        self.tick()

    def cancel(self) -> None:
        background.cancel()

    def _placement(self) -> dict[str, Any]:
        return {name: value for name, value in self.generate.values().items() if name in PLACEMENT}

    def _self_test(self) -> None:
        from .. import selftest

        self._say(selftest.in_maya())

    # ---- Showing -------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """What the timer does; nothing while nobody sees it, as behind another tab."""
        if self.widget.isVisible():
            self.tick()

    def tick(self) -> None:
        """Shows the running job and the selected skeleton."""
        found = background.running()
        busy = found is not None
        self._running.setVisible(busy)
        self.generate.button.setVisible(not busy)
        for part in (self._fields, self.redo.section.widget, self.clip.section.widget):
            part.setEnabled(not busy)
        if found is not None:
            left = found.job.seconds_left()
            text = found.job.text or tr("Starting")
            if left is not None:
                text += tr(" ({:.0f} s left)").format(left)
            self.bar.setValue(round(100 * found.job.share))
            self.bar.setFormat(text)
            return
        selected = scene.selected()
        if selected == self._selected:  # reading a skeleton takes long in a large scene
            return
        self._selected = selected
        try:
            root, character = scene.root_of("")
            self.target.setText(scene.short(root) + (f"  (HumanIK: {character})" if character else ""))
        except MayaError as error:
            self.target.setText(error.message)

    def _finished(self, text: str, failed: bool) -> None:
        self._say(text or self._outcome(), bad=failed)
        self.generate.prompt.offer()
        self.redo.prompt.offer()
        self._selected = None
        self.tick()

    def _outcome(self) -> str:
        """The verdict on the last motion, in words."""
        try:
            root, _ = scene.root_of("")
        except MayaError:
            return tr("Done")
        known = reading.kept(root, reading.MOTION)
        lines = [tr("Frames {:g} to {:g}").format(known.get("start", 0.0), known.get("end", 0.0))]
        if known.get("verdict"):
            lines.append(tr("Fit: {}").format(tr(known["verdict"])) + f" ({known.get('reason', '')})")
        engine = library.opened()
        if engine is not None:
            lines.append(tr("Made on {} ({}); weights: {}").format(engine.backend, engine.provider, engine.licence))
        return "\n".join(lines)

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.result.setText(text)
        self.result.setStyleSheet("color: #e06c5a" if bad else "")
