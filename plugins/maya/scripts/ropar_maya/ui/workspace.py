"""The panel as a dockable window of Maya."""

from __future__ import annotations

from typing import Any, cast

from maya import OpenMayaUI, cmds

from .. import translations
from ..host import scene
from .panel import Panel
from .qt import wrapped

CONTROL = "roparWorkspaceControl"
#: Maya runs this when it opens the window, also the next time it starts.
SCRIPT = "from ropar_maya.ui import workspace; workspace.fill()"
WIDTH, HEIGHT = 340, 640

_panel: Panel | None = None


def show() -> None:
    """Opens the window, or brings it to the front."""
    control = cast(Any, cmds.workspaceControl)
    if control(CONTROL, exists=True):
        control(CONTROL, edit=True, restore=True)
        return
    control(CONTROL, label="RoPAR", uiScript=SCRIPT, initialWidth=WIDTH, initialHeight=HEIGHT, retain=False)


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
