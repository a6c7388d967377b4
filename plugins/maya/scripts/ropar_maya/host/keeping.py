"""Texts on a node, written by the user in the window: one undoable step."""

from __future__ import annotations

from typing import Any, cast

from maya import cmds

from ..errors import MayaError
from ..translations import tr
from . import scene


def keep(node: str, attribute: str, text: str) -> None:
    """Keeps a text as an attribute of a node.

    Raises:
        MayaError: the node is locked or gone.
    """
    if not cmds.objExists(node):
        raise MayaError(f"there is no {scene.short(node)} any more", tr("try again"))
    if cast(Any, cmds.lockNode)(node, query=True, lock=True)[0]:
        raise MayaError(f"{scene.short(node)} is locked", tr("unlock the node (lockNode -lock 0)"))
    cast(Any, cmds.undoInfo)(openChunk=True, chunkName="RoPAR")
    try:
        if not cast(Any, cmds.attributeQuery)(attribute, node=node, exists=True):
            cast(Any, cmds.addAttr)(node, longName=attribute, dataType="string")
        cast(Any, cmds.setAttr)(f"{node}.{attribute}", text, type="string")
    finally:
        cast(Any, cmds.undoInfo)(closeChunk=True)
