"""A line for a prompt that offers those used before, and examples."""

from __future__ import annotations

from typing import Any

from .. import history
from ..host import scene
from ..translations import tr
from .forms import line
from .qt import QtCore, QtWidgets

SHOWN = 12


class PromptField:
    def __init__(self, placeholder: str) -> None:
        self.edit = line(
            placeholder, "What the character shall do, in English, such as: a person waves with the left hand"
        )
        menu = QtWidgets.QToolButton()
        menu.setArrowType(QtCore.Qt.DownArrow)
        menu.setPopupMode(QtWidgets.QToolButton.InstantPopup)
        menu.setToolTip(tr("Prompts used before, and examples"))
        self._menu = QtWidgets.QMenu(menu)
        self._menu.aboutToShow.connect(self._fill)
        menu.setMenu(self._menu)
        self.widget = QtWidgets.QWidget()
        layout = QtWidgets.QHBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.edit)
        layout.addWidget(menu)
        self.offer()

    @property
    def text(self) -> str:
        return str(self.edit.text()).strip()

    def offer(self) -> None:
        """Offers while one types what is known by now."""
        known = list(dict.fromkeys([*history.used(scene.option(history.OPTION, "")), *history.examples()]))
        completer = QtWidgets.QCompleter(known, self.edit)
        completer.setCaseSensitivity(QtCore.Qt.CaseInsensitive)
        completer.setFilterMode(QtCore.Qt.MatchContains)
        self.edit.setCompleter(completer)

    def _fill(self) -> None:
        self._menu.clear()
        used = history.used(scene.option(history.OPTION, ""))[:SHOWN]
        for heading, prompts in ((tr("Used Before"), used), (tr("Examples"), history.examples())):
            if prompts:
                self._menu.addSection(heading)
            for prompt in prompts:
                self._add(prompt)
        if used:
            self._menu.addSeparator()
            self._menu.addAction(tr("Clear History")).triggered.connect(self._forget)

    def _add(self, prompt: str) -> None:
        self._menu.addAction(prompt).triggered.connect(lambda *_: self.edit.setText(prompt))

    def _forget(self, *_: Any) -> None:
        scene.keep_option(history.OPTION, "")
        self.offer()
