"""Qt as Maya has it: PySide6 from Maya 2025 on, PySide2 in Maya 2024. Nothing here is typed by either set of stubs."""

from __future__ import annotations

import importlib
from typing import Any


def _bindings() -> tuple[Any, Any, Any, Any]:
    for name, shiboken in (("PySide6", "shiboken6"), ("PySide2", "shiboken2")):
        try:
            modules = [importlib.import_module(f"{name}.{part}") for part in ("QtCore", "QtGui", "QtWidgets")]
            return (*modules, importlib.import_module(shiboken))  # type: ignore[return-value]
        except ImportError:
            continue
    raise ImportError("neither PySide6 nor PySide2 is here")


QtCore, QtGui, QtWidgets, shiboken = _bindings()

#: `QShortcut` moved from QtWidgets to QtGui in Qt 6.
QShortcut: Any = getattr(QtGui, "QShortcut", None) or QtWidgets.QShortcut


def wrapped(pointer: object) -> Any:
    """The widget behind a pointer of Maya's."""
    return shiboken.wrapInstance(int(pointer), QtWidgets.QWidget)  # type: ignore[call-overload]
