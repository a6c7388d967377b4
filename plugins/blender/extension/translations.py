# SPDX-License-Identifier: GPL-3.0-or-later
"""Translations of the user interface: `data/translations/LANGUAGE.json`, from English text to that language.

Labels and tooltips are translated by Blender itself; text that is put together goes through ``pgettext_iface`` and
``pgettext_rpt``.
"""

from __future__ import annotations

import json
from pathlib import Path

import bpy

from .addon import PACKAGE

FOLDER = Path(__file__).parent / "data" / "translations"


def load() -> dict[str, dict[tuple[str, str], str]]:
    """What ``bpy.app.translations.register`` takes: language -> (context, English) -> text."""
    result = {}
    for path in sorted(FOLDER.glob("*.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        # Operators have a context of their own.
        result[path.stem] = {(context, text): said for text, said in texts.items() for context in ("*", "Operator")}
    return result


def register() -> None:
    bpy.app.translations.register(PACKAGE, load())


def unregister() -> None:
    bpy.app.translations.unregister(PACKAGE)
