"""The native library: found, loaded once, called with errors as exceptions."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib.util
import json
import logging
import os
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

from . import _abi
from .errors import Cancelled, Error, InputError, InternalError, OutputError, PackageError, RuntimeError_

_PACKAGE = Path(__file__).resolve().parent
#: In a development install this package is plugins/python/src/ropar of a checkout.
_CHECKOUT = _PACKAGE.joinpath(*[".."] * 4).resolve()
_NAME = {"win32": "ropar.dll", "darwin": "libropar.dylib"}.get(sys.platform, "libropar.so")

_ERRORS: dict[int, type[Error]] = {
    _abi.ERROR_INTERNAL: InternalError,
    _abi.ERROR_ARGUMENT: InputError,
    _abi.ERROR_INPUT: InputError,
    _abi.ERROR_PACKAGE: PackageError,
    _abi.ERROR_RUNTIME: RuntimeError_,
    _abi.ERROR_OUTPUT: OutputError,
    _abi.ERROR_HANDLE: InputError,
    _abi.ERROR_UNSUPPORTED: RuntimeError_,
    _abi.CANCELLED: Cancelled,
}

_lock = threading.Lock()
_loaded: ctypes.CDLL | None = None
_explicit: Path | None = None


def use_library(path: str | os.PathLike[str]) -> None:
    """Loads libropar from this file instead of the one that the package carries; for development.

    Must be called before anything else of the package. A second call with the same file does nothing.

    Raises:
        RuntimeError_: another file was loaded before, or this one cannot be.
    """
    global _explicit
    wanted = Path(path).resolve()
    with _lock:
        if _loaded is not None and Path(_loaded._name) != wanted:
            raise RuntimeError_(
                f"{_loaded._name} is loaded already, not {wanted}", "call use_library before anything else of ropar"
            )
        _explicit = wanted
    library()


def library() -> ctypes.CDLL:
    """The library, loaded by the first call."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _load(_find())
        return _loaded


def _find() -> Path:
    if _explicit is not None:
        return _explicit
    bundled = _PACKAGE / "_native" / _NAME
    built = _CHECKOUT / "target" / "release" / _NAME
    for candidate in (bundled, built):
        if candidate.is_file():
            return candidate
    raise RuntimeError_(
        f"{bundled} is not there",
        "install the wheel for this platform; in a checkout run `cargo build --release -p ropar-ffi`",
    )


def _load(path: Path) -> ctypes.CDLL:
    try:
        loaded = ctypes.CDLL(str(path))
        _abi.declare(loaded)
    except (OSError, AttributeError) as error:
        hint = "install the wheel for this platform, and this package and the library in the same version"
        raise RuntimeError_(f"{path} cannot be used: {error}", hint) from None
    version = loaded.ropar_abi_version()
    if version != _abi.ABI_VERSION:
        raise RuntimeError_(
            f"{path} has the interface version {version}, not {_abi.ABI_VERSION}",
            "install this package and the library in the same version",
        )
    for folder in _search_folders():
        _check(loaded.ropar_add_search_folder, encoded(folder))
    _forward_log(loaded)
    return loaded


def _search_folders() -> list[Path]:
    """Where the library shall look for the model package and for ONNX Runtime besides its own places."""
    bundled = _PACKAGE / "_models"
    folders = [bundled if bundled.is_dir() else _CHECKOUT / "models" / "pretrained"]
    with contextlib.suppress(ImportError, ValueError):  # a broken or half-removed installation is none
        if (found := importlib.util.find_spec("onnxruntime")) is not None:
            folders += [Path(place) / "capi" for place in found.submodule_search_locations or ()]
    return [folder for folder in folders if folder.is_dir()]


def _forward_log(loaded: ctypes.CDLL) -> None:
    """Sends what the library has to say to the logger ``ropar``, at the level the logger has now."""
    logger = logging.getLogger("ropar")
    levels = {
        _abi.LOG_ERROR: logging.ERROR,
        _abi.LOG_WARN: logging.WARNING,
        _abi.LOG_INFO: logging.INFO,
        _abi.LOG_DEBUG: logging.DEBUG,
    }
    level = max((ours for ours, theirs in levels.items() if logger.isEnabledFor(theirs)), default=_abi.LOG_ERROR)

    def forward(level: int, target: bytes, message: bytes, _user: Any) -> None:
        words = [text.decode("utf-8", "replace") for text in (target, message)]
        logger.log(levels.get(level, logging.DEBUG), "%s: %s", *words)

    callback = _abi.LOG(forward)
    _check(loaded.ropar_set_log, callback, None, level)
    # Keeps the callback alive until the library has let go of it; afterwards nothing calls into a gone interpreter.
    atexit.register(lambda keep: loaded.ropar_set_log(_abi.LOG(), None, 0, None), callback)


def call(name: str, *arguments: Any) -> None:
    """Calls a function of ``_abi.CHECKED`` and raises what it answers."""
    _check(getattr(library(), name), *arguments)


def _check(function: Any, *arguments: Any) -> None:
    error = _abi.Error()
    status = function(*arguments, ctypes.byref(error))
    if status != _abi.OK:
        message, hint = (text.decode("utf-8", "replace") for text in (error.message, error.hint))
        raise _ERRORS.get(status, InternalError)(message, hint, status)


class Handle:
    """A handle of the library, freed when nothing refers to it any more."""

    def __init__(self, value: int | None, free: str) -> None:
        self.value = value
        self._finalizer = weakref.finalize(self, getattr(library(), free), value)

    def free(self) -> None:
        """Frees it now."""
        self._finalizer()


def make(free: str, name: str, *arguments: Any) -> Handle:
    """Calls a function whose last parameter before the error is a new handle."""
    out = _abi.HANDLE()
    call(name, *arguments, ctypes.byref(out))
    return Handle(out.value, free)


def take_json(name: str, *arguments: Any) -> Any:
    """Calls a function whose last parameter before the error is a new text, and answers its JSON."""
    return json.loads(take_text(name, *arguments))


def take_text(name: str, *arguments: Any) -> str:
    """Calls a function whose last parameter before the error is a new text."""
    out = ctypes.c_void_p()
    call(name, *arguments, ctypes.byref(out))
    try:
        return ctypes.string_at(out.value or 0).decode("utf-8") if out.value else ""
    finally:
        library().ropar_text_free(out)


def encoded(text: str | os.PathLike[str], name: str = "text") -> bytes:
    """UTF-8 for the library.

    Raises:
        InputError: no text, or text that C cannot take.
    """
    raw = text if isinstance(text, str) else os.fspath(text) if isinstance(text, os.PathLike) else None
    if not isinstance(raw, str):
        raise InputError(f"{name} is {text!r}, not text", "give a str")
    if "\0" in raw:
        raise InputError(f"{name} has a NUL character", "remove it")
    try:
        return raw.encode()
    except UnicodeEncodeError:  # half a character; also how Python shows a file name that is not UTF-8
        raise InputError(f"{name} is not valid Unicode", "give text that UTF-8 can say; rename such a file") from None


def encoded_or_none(text: str | os.PathLike[str] | None, name: str = "text") -> bytes | None:
    """As :func:`encoded`; ``None`` is NULL."""
    return None if text is None else encoded(text, name)
