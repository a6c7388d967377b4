"""RoPAR for Maya: the plug-in. Everything it does is in scripts/ropar_maya.

Not named ropar.py: Maya puts the folders of plug-ins on Python's path, where it would hide the package `ropar`
(docs/decisions/0033).
"""

from __future__ import annotations

from maya.api import OpenMaya


def maya_useNewAPI() -> None:
    """Says to Maya that this plug-in uses the Python API 2.0."""


def initializePlugin(plugin: OpenMaya.MObject) -> None:
    from ropar_maya.host import plugin as host

    host.load(plugin)


def uninitializePlugin(plugin: OpenMaya.MObject) -> None:
    from ropar_maya.host import plugin as host

    host.unload(plugin)
