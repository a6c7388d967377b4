"""Loading and unloading: commands, and a menu where there is an interface."""

from __future__ import annotations

import sys
from collections.abc import Callable

from .. import __version__, library, translations
from . import background, commands, menu, scene, window
from .maya_api import MFnPlugin, MGlobal, MObject, MPxCommand, MSyntax

VENDOR = "RoPAR"


def load(plugin: MObject) -> None:
    """Registers everything.

    Raises:
        RuntimeError: this Maya is too old, or a command of that name exists already.
    """
    if sys.version_info < (3, 10):  # noqa: UP036 (Maya 2023 and older)
        message = "RoPAR needs Maya 2024 or newer (Python 3.10)"
        MGlobal.displayError(message)
        raise RuntimeError(message)
    function_set = MFnPlugin(plugin, VENDOR, __version__)
    registered: list[str] = []
    try:
        for command in commands.COMMANDS:
            function_set.registerCommand(command.NAME, _creator(command), _syntax(command.NAME))
            registered.append(command.NAME)
    except Exception:
        for name in registered:
            function_set.deregisterCommand(name)
        raise
    translations.use(scene.language())
    if not scene.in_batch():
        menu.add()
        library.preload()


def unload(plugin: MObject) -> None:
    """Takes everything down; a running job is stopped."""
    background.close()
    if not scene.in_batch():
        window.remove()
        menu.remove()
    function_set = MFnPlugin(plugin)
    for command in commands.COMMANDS:
        function_set.deregisterCommand(command.NAME)
    library.close()


def _creator(command: type[commands.Command]) -> Callable[[], MPxCommand]:
    """A plain function, as in all of Autodesk's examples."""
    return lambda: command()


def _syntax(name: str) -> Callable[[], MSyntax]:
    return lambda: commands.syntax_of(name)
