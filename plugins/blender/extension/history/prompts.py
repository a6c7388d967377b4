# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompts used before are kept in the user's extension folder; the examples come with the extension."""

from __future__ import annotations

import json
from pathlib import Path

import bpy

from .. import files
from ..addon import PACKAGE

EXAMPLES = Path(__file__).parents[1] / "data" / "examples.json"
KEPT = 40

_history: list[str] | None = None


def examples() -> list[str]:
    """Prompts that the shipped model follows well."""
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def history() -> list[str]:
    """The prompts used before, the last one first."""
    global _history
    if _history is None:
        try:
            found = json.loads(_file(create=False).read_text(encoding="utf-8"))
            _history = [line for line in found if isinstance(line, str)][:KEPT]
        except (OSError, ValueError):
            _history = []  # none yet, or damaged: a history is not worth an error
    return _history


def remember(prompt: str) -> None:
    """Puts a prompt first in the history.

    A full disk does not stop a motion: the history then lives until Blender ends.
    """
    global _history
    prompt = prompt.strip()
    _history = [prompt, *(line for line in history() if line != prompt)][:KEPT]
    if background():
        return  # a farm's prompts are not the user's
    try:
        files.write(_file(create=True), json.dumps(_history, indent=1, ensure_ascii=False))
    except OSError as error:
        print(f"RoPAR: the prompt history was not saved: {error}")


def background() -> bool:
    """Whether Blender runs without an interface."""
    return bpy.app.background


def forget() -> None:
    """Empties the history."""
    global _history
    _history = []
    try:
        _file(create=False).unlink(missing_ok=True)
    except OSError as error:
        print(f"RoPAR: the prompt history was not removed: {error}")


def suggest(self, context, text: str) -> list[str]:
    """What the prompt field offers while one types."""
    wanted = text.lower()
    known = dict.fromkeys([*history(), *examples()])
    return [line for line in known if wanted in line.lower()]


def _file(create: bool) -> Path:
    try:
        folder = bpy.utils.extension_path_user(PACKAGE, create=create)
    except ValueError as error:  # run from a folder that is not an extension repository
        raise OSError(str(error)) from error
    return Path(folder) / "prompts.json"
