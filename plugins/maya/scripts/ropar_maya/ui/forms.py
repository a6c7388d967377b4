"""Rows, numbers and folding sections, made alike everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..translations import tr
from .qt import QtCore, QtWidgets

LABEL_WIDTH = 84
#: Height of what is pressed most.
TALL = 34


class Section:
    """A heading that folds what is below it."""

    def __init__(self, title: str, *, opened: bool) -> None:
        self.widget = QtWidgets.QWidget()
        self._button = QtWidgets.QToolButton()
        self._button.setText(tr(title))
        self._button.setCheckable(True)
        self._button.setChecked(opened)
        self._button.setAutoRaise(True)
        self._button.setToolButtonStyle(QtCore.Qt.ToolButtonTextBesideIcon)
        self._button.setSizePolicy(QtWidgets.QSizePolicy.Expanding, QtWidgets.QSizePolicy.Fixed)
        font = self._button.font()
        font.setBold(True)
        self._button.setFont(font)
        self.body = QtWidgets.QWidget()
        self.rows = QtWidgets.QVBoxLayout(self.body)
        self.rows.setContentsMargins(8, 2, 4, 8)
        self.rows.setSpacing(5)
        whole = QtWidgets.QVBoxLayout(self.widget)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._button)
        whole.addWidget(self.body)
        self._button.toggled.connect(self._fold)
        self._fold(opened)

    def add(self, *widgets: Any) -> None:
        for widget in widgets:
            self.rows.addWidget(widget)

    def _fold(self, opened: bool) -> None:
        self._button.setArrowType(QtCore.Qt.DownArrow if opened else QtCore.Qt.RightArrow)
        self.body.setVisible(opened)


def row(label: str, *widgets: Any, tip: str = "") -> Any:
    """A labelled row."""
    whole = QtWidgets.QWidget()
    layout = QtWidgets.QHBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    name = QtWidgets.QLabel(tr(label))
    name.setFixedWidth(LABEL_WIDTH)
    name.setAlignment(QtCore.Qt.AlignRight | QtCore.Qt.AlignVCenter)
    layout.addWidget(name)
    for widget in widgets:
        layout.addWidget(widget)
    if tip:
        whole.setToolTip(tr(tip))
    return whole


def whole_number(value: int, low: int, high: int, tip: str = "", *, at_zero: str = "") -> Any:
    box = QtWidgets.QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    return _number(box, tip, at_zero)


def number(
    value: float, low: float, high: float, step: float, tip: str = "", *, at_zero: str = "", unit: str = ""
) -> Any:
    box = QtWidgets.QDoubleSpinBox()
    box.setRange(low, high)
    box.setSingleStep(step)
    box.setDecimals(1)
    box.setValue(value)
    if unit:
        box.setSuffix(unit)
    return _number(box, tip, at_zero)


def _number(box: Any, tip: str, at_zero: str) -> Any:
    box.setToolTip(tr(tip))
    box.setSizePolicy(QtWidgets.QSizePolicy.Expanding, QtWidgets.QSizePolicy.Fixed)
    if at_zero:
        box.setSpecialValueText(tr(at_zero))
    return box


def check(label: str, on: bool, tip: str) -> Any:
    box = QtWidgets.QCheckBox(tr(label))
    box.setChecked(on)
    box.setToolTip(tr(tip))
    return box


def choice(items: list[tuple[str, str]], tip: str) -> Any:
    """A list of (text, value)."""
    box = QtWidgets.QComboBox()
    for text, value in items:
        box.addItem(tr(text), value)
    box.setToolTip(tr(tip))
    return box


def button(label: str, tip: str, pressed: Callable[[], object], *, small: bool = False) -> Any:
    made = QtWidgets.QPushButton(tr(label))
    made.setToolTip(tr(tip))
    made.clicked.connect(lambda *_: pressed())
    if small:
        made.setSizePolicy(QtWidgets.QSizePolicy.Maximum, QtWidgets.QSizePolicy.Fixed)
    return made


def line(placeholder: str, tip: str) -> Any:
    edit = QtWidgets.QLineEdit()
    edit.setPlaceholderText(placeholder)
    edit.setToolTip(tr(tip))
    edit.setClearButtonEnabled(True)
    return edit


def aside(text: str = "") -> Any:
    """Small print."""
    label = QtWidgets.QLabel(text)
    label.setWordWrap(True)
    label.setEnabled(False)
    return label
