"""The panel in the dockable window of Maya."""

from __future__ import annotations

from typing import Any, cast

from maya import OpenMayaUI, cmds

from .. import translations
from ..host import scene
from ..host.window import CONTROL
from .panel import Panel
from .qt import wrapped

_panel: Panel | None = None


def fill() -> None:
    """Puts the panel into the window."""
    global _panel
    if not cmds.pluginInfo("roparMaya", query=True, loaded=True):  # a layout of the user opened the window
        cmds.loadPlugin("roparMaya", quiet=True)
    translations.use(scene.language())
    pointer = cast(Any, OpenMayaUI).MQtUtil.findControl(CONTROL)
    if pointer is None:
        raise RuntimeError("the RoPAR window is not there: open it from the RoPAR menu")
    _panel = Panel()
    wrapped(pointer).layout().addWidget(_panel.widget)
