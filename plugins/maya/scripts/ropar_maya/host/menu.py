"""The RoPAR menu of Maya's main window."""

from __future__ import annotations

from typing import Any, cast

from maya import cmds

from ..translations import tr
from . import window

MENU = "roparMenu"
MAIN_WINDOW = "MayaWindow"


def add() -> None:
    remove()
    cmds.menu(MENU, label="RoPAR", parent=MAIN_WINDOW, tearOff=True)
    item = cast(Any, cmds.menuItem)
    item(parent=MENU, label=tr("RoPAR Window"), command=_open, annotation=tr("Make motion from a sentence"))
    item(parent=MENU, label=tr("Self-Test"), command=_test, annotation=tr("Try everything, and say what works"))


def remove() -> None:
    if cmds.menu(MENU, exists=True):
        cast(Any, cmds.deleteUI)(MENU, menu=True)


def _open(*_: object) -> None:
    window.show()


def _test(*_: object) -> None:
    from .. import selftest

    selftest.in_maya()
