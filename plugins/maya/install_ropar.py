"""Drag this file from its folder into Maya's viewport: RoPAR is installed for this user.

It writes one file, `ropar.mod`, into the folder of modules in Maya's preferences; it says where RoPAR lies, so leave
this folder where it is. To remove RoPAR, delete that file.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PLUGIN = "roparMaya"
VERSION = "0.1.0"


def module_text(folder: Path) -> str:
    """The module file for a RoPAR in `folder`."""
    return f"+ RoPAR {VERSION} {folder.as_posix()}\nPYTHONPATH +:= site\n"


def install(modules: Path, folder: Path = HERE) -> Path:
    """Writes the module file into the folder `modules`; one of that name gives way.

    Raises:
        RuntimeError: `folder` has no RoPAR, or the file cannot be written.
    """
    if not (folder / "plug-ins" / f"{PLUGIN}.py").is_file():
        raise RuntimeError(f"{folder} has no RoPAR: unpack the whole ZIP, and drag the installer from there")
    try:
        modules.mkdir(parents=True, exist_ok=True)
        path = modules / "ropar.mod"
        beside = path.with_suffix(".new")
        beside.write_text(module_text(folder), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise RuntimeError(f"{modules} cannot be written ({error}): check its permissions") from None
    return path


def onMayaDroppedPythonFile(*_: object) -> None:
    """Maya calls this when the file is dropped."""
    from maya import cmds

    # Maya keeps the module of a dropped file: the next drop shall read the file anew.
    sys.modules.pop(Path(__file__).stem, None)
    ask: Any = cmds
    if sys.version_info < (3, 10):  # noqa: UP036 (Maya 2023 and older)
        ask.confirmDialog(title="RoPAR", message="RoPAR needs Maya 2024 or newer.", button=["OK"])
        return
    try:
        path = install(Path(ask.internalVar(userAppDir=True)) / "modules")
        for name in ("site", "scripts"):
            if (HERE / name).is_dir() and str(HERE / name) not in sys.path:
                sys.path.insert(0, str(HERE / name))
        importlib.invalidate_caches()
        plugin = str(HERE / "plug-ins" / f"{PLUGIN}.py")
        ask.loadPlugin(plugin)
        ask.pluginInfo(plugin, edit=True, autoload=True)
    except RuntimeError as error:
        ask.confirmDialog(title="RoPAR", message=str(error), button=["OK"])
        raise
    ask.confirmDialog(
        title="RoPAR",
        message=f"RoPAR is installed ({path}).\n\nIt is in the menu RoPAR of the main window.",
        button=["OK"],
    )
