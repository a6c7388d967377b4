"""What goes wrong, in words, with the next step."""

from __future__ import annotations

__all__ = ["Cancelled", "Error", "InputError", "InternalError", "OutputError", "PackageError", "RuntimeError_"]


class Error(Exception):
    """Any failure of RoPAR.

    Attributes:
        message: what is wrong and where, one line.
        hint: what to do about it, one line; empty where the message already says it.
        code: the library's error code, as in ``ropar.h``; 0 where this package found the fault before any call.
    """

    def __init__(self, message: str, hint: str = "", code: int = 0) -> None:
        # All three are arguments of the exception, so that it survives pickling (process pools, render farms).
        super().__init__(message, hint, code)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class InputError(Error):
    """A prompt, length, part, array, clip or rig that cannot be used, or a misused call."""


class PackageError(Error):
    """The model package is missing, incomplete, changed or too new."""


class RuntimeError_(Error):
    """The inference backend, provider or native library cannot be used."""


class OutputError(Error):
    """A file cannot be written."""


class Cancelled(Error):
    """The caller cancelled: through a progress callback, :meth:`Job.cancel`, or by closing the engine."""


class InternalError(Error):
    """A bug in the library or an exhausted machine."""
