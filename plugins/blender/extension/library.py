# SPDX-License-Identifier: GPL-3.0-or-later
"""The `ropar` package and one engine shared by all operators. Everything here may be called from any thread."""

from __future__ import annotations

import contextlib
import importlib
import threading
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from bpy.app.translations import pgettext_rpt as rpt_

from .addon import AddonError

#: The library's names of what networks run on, in words.
BACKENDS = {"embedded": "the built-in backend", "onnxruntime": "ONNX Runtime"}

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
    """The Python package `ropar`, which comes with the extension.

    Raises:
        AddonError: it is not there, or its native library does not load.
    """
    try:
        return importlib.import_module("ropar")
    except (ImportError, OSError) as error:
        raise AddonError(
            rpt_("the RoPAR library cannot be loaded ({})").format(error),
            rpt_("install the extension's ZIP for this operating system again and restart Blender"),
        ) from error


def engine(options: Options) -> Any:
    """The engine for `options`; opened on first use, which takes a second or two."""
    global _engine, _options
    with _lock:
        if _engine is None or _options != options:
            _close()
            _engine = module().Engine(**options.arguments())
            _options = options
        return _engine


def backend(engine: Any) -> str:
    """What the networks run on, in words."""
    return BACKENDS.get(engine.backend, engine.backend)


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
        leave = getattr(_engine, "close", None)
        if leave is not None:
            leave()
        else:
            _engine.__exit__(None, None, None)
    _engine = _options = None


def preload() -> None:
    """Loads the package on a thread of its own, so that the first motion does not hold the interface up."""

    def load() -> None:
        with contextlib.suppress(AddonError):  # said where it is needed
            module()

    threading.Thread(target=load, name="ropar preload", daemon=True).start()
