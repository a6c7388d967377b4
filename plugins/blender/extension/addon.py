# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module of the extension needs to know of it."""

from __future__ import annotations

from collections.abc import Iterable

#: How many names a message has.
NAMED = 3

#: The module that Blender knows the extension by, such as ``bl_ext.user_default.ropar``.
PACKAGE = __package__


class AddonError(Exception):
    """Something the user has to know: what is wrong, and what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return sentence(self.message, self.hint)


class Stopped(Exception):
    """The user cancelled."""


def sentence(message: str, hint: str = "") -> str:
    """One line for Blender's status bar and info log."""
    text = message[:1].upper() + message[1:]
    return f"{text.rstrip('.')}: {hint}" if hint else text


def some(names: Iterable[str]) -> str:
    """The first of some names, for a message."""
    ordered = sorted(names)
    return ", ".join(ordered[:NAMED]) + (", ..." if len(ordered) > NAMED else "")


def words(error: BaseException) -> str:
    """An error as a user should read it."""
    if isinstance(error, AddonError):
        return str(error)
    message = getattr(error, "message", None)
    if isinstance(message, str):  # ropar.Error
        return sentence(message, getattr(error, "hint", ""))
    return sentence(str(error) or type(error).__name__)
