"""The part of a wheel's build that hatchling cannot know: its platform, and that it carries the native library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NativeWheel(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # a development install loads the library from the checkout's `target` folder
        platform = os.environ.get("ROPAR_WHEEL_PLATFORM")
        if platform is None or not (Path(self.root) / "src" / "ropar" / "_native").is_dir():
            raise SystemExit(
                "error: this folder alone makes no wheel\nnext: run `python plugins/python/build_wheel.py`"
            )
        # ctypes: any CPython of version 3, no ABI.
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
