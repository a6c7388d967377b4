"""What a user has to know: what is wrong, and what to do about it."""

from __future__ import annotations

from .translations import tr


class MayaError(Exception):
    """A refusal in words. The scene is as it was."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return sentence(self.message, self.hint)


class Stopped(Exception):
    """The user cancelled."""


def sentence(message: str, hint: str = "") -> str:
    """One line for Maya's help line and Script Editor, which put "Error: " before it; names keep their case."""
    text = " ".join(message.split())
    return f"{text.rstrip('.')}: {' '.join(hint.split())}" if hint else text


def is_cancel(error: BaseException) -> bool:
    """Whether an error says that somebody cancelled: here, or in the `ropar` package."""
    return isinstance(error, Stopped) or type(error).__name__ == "Cancelled"


def is_expected(error: BaseException) -> bool:
    """Whether an error was meant for the user, so that its traceback says nothing more."""
    return isinstance(error, MayaError) or is_cancel(error) or hasattr(error, "hint")


def words(error: BaseException) -> str:
    """An error as a user should read it."""
    if is_cancel(error):
        return tr("Cancelled; nothing was changed")
    if isinstance(error, MayaError):
        return str(error)
    message = getattr(error, "message", None)
    if isinstance(message, str):  # ropar.Error
        return sentence(message, getattr(error, "hint", ""))
    return sentence(str(error) or type(error).__name__)
