"""The `ropar` package and one engine shared by everything. Everything here may be called from any thread."""

from __future__ import annotations

import contextlib
import importlib
import threading
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .errors import MayaError

_lock = threading.Lock()
_engine: Any = None
_options: Options | None = None


@dataclass(frozen=True)
class Options:
    """What an engine is opened with; empty and 0 mean: let the library choose."""

    package: str = ""
    backend: str = "auto"
    provider: str = "auto"
    threads: int = 0
    runtime_library: str = ""

    def arguments(self) -> dict[str, Any]:
        """As ``ropar.Engine`` takes them."""
        return {
            "package": self.package or None,
            "backend": self.backend,
            "provider": self.provider,
            "threads": self.threads or None,
            "runtime_library": self.runtime_library or None,
        }


def module() -> ModuleType:
    """The Python package `ropar`.

    Raises:
        MayaError: it is not there, its native library does not load, or something else has its name.
    """
    try:
        found = importlib.import_module("ropar")
    except (ImportError, OSError) as error:
        raise MayaError(
            f"the Python package ropar cannot be loaded ({error})",
            "install the module for this operating system again, or run `mayapy -m pip install ropar-*.whl`",
        ) from error
    if not hasattr(found, "Engine"):
        raise MayaError(
            f"{getattr(found, '__file__', 'a folder')} hides the Python package ropar", "rename or remove it"
        )
    return found


def engine(options: Options) -> Any:
    """The engine for `options`; opened on first use, which takes a second or two."""
    global _engine, _options
    with _lock:
        if _engine is None or _options != options:
            _close()
            _engine = module().Engine(**options.arguments())
            _options = options
        return _engine


def opened() -> Any:
    """The engine where one is open; never waits."""
    return _engine


def close() -> None:
    """Gives the engine's memory back."""
    if _lock.acquire(timeout=5.0):
        try:
            _close()
        finally:
            _lock.release()


def _close() -> None:
    global _engine, _options
    if _engine is not None:
        _engine.close()
    _engine = _options = None


def preload() -> None:
    """Loads the package on a thread of its own, so that the first motion does not hold the interface up."""

    def load() -> None:
        with contextlib.suppress(Exception):  # said where it is needed
            module()

    threading.Thread(target=load, name="ropar preload", daemon=True).start()
