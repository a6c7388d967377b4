# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings as files in the user's extension folder, for other characters with the same bones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import bpy
from bpy.app.translations import pgettext_rpt as rpt_

from .. import files
from ..addon import PACKAGE, AddonError

ENDING = ".json"


def names() -> list[str]:
    """The presets there are."""
    try:
        return sorted(path.stem for path in _folder(create=False).glob(f"*{ENDING}"))
    except (OSError, ValueError):
        return []


def save(name: str, text: str) -> None:
    """Writes a preset, in place of one with the same name.

    Raises:
        AddonError: the name holds nothing usable, or the file cannot be written.
    """
    clean = re.sub(r"[^\w .-]", "_", name).strip(" .")
    if not clean:
        raise AddonError(rpt_("the preset has no name"), rpt_("give it one"))
    try:
        files.write(_folder(create=True) / f"{clean}{ENDING}", text)
    except (OSError, ValueError) as error:
        raise AddonError(
            rpt_("the preset cannot be written ({})").format(error), rpt_("free space on the disk and try again")
        ) from error


def load(name: str) -> str:
    """The text of a preset.

    Raises:
        AddonError: it is gone or damaged.
    """
    try:
        text = (_folder(create=False) / f"{name}{ENDING}").read_text(encoding="utf-8")
        json.loads(text)
    except (OSError, ValueError) as error:
        raise AddonError(
            rpt_("the preset {} cannot be read ({})").format(name, error), rpt_("delete it and save it again")
        ) from error
    return text


def delete(name: str) -> None:
    """Removes a preset."""
    try:
        (_folder(create=False) / f"{name}{ENDING}").unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise AddonError(
            rpt_("the preset {} cannot be deleted ({})").format(name, error), rpt_("check the folder's permissions")
        ) from error


def _folder(create: bool) -> Path:
    return Path(bpy.utils.extension_path_user(PACKAGE, path="mappings", create=create))
