"""The dockable window of Maya that holds the panel: opened, and taken away. What is in it is `ui.workspace`'s."""

from __future__ import annotations

from typing import Any, cast

from maya import cmds

CONTROL = "roparWorkspaceControl"
#: Maya runs this when it opens the window, also the next time it starts.
SCRIPT = "from ropar_maya.ui import workspace; workspace.fill()"
WIDTH, HEIGHT = 340, 640


def show() -> None:
    """Opens the window, or brings it to the front."""
    control = cast(Any, cmds.workspaceControl)
    if control(CONTROL, exists=True):
        control(CONTROL, edit=True, restore=True)
        return
    control(CONTROL, label="RoPAR", uiScript=SCRIPT, initialWidth=WIDTH, initialHeight=HEIGHT, retain=False)


def remove() -> None:
    """Takes the window away with everything in it, where it is open."""
    if cast(Any, cmds.workspaceControl)(CONTROL, exists=True):
        cast(Any, cmds.deleteUI)(CONTROL, control=True)
