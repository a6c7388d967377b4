"""Puts the built extension `ropar_native` into this Python's site-packages, as `pip install models/native` does."""

import os
import platform
import shutil
import sysconfig
from pathlib import Path

name = {"Linux": "libropar_native.so", "Darwin": "libropar_native.dylib", "Windows": "ropar_native.dll"}[
    platform.system()
]
suffix = ".pyd" if platform.system() == "Windows" else ".abi3.so"
target = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).resolve().parents[1] / "target"))
destination = Path(sysconfig.get_paths()["platlib"]) / f"ropar_native{suffix}"
beside = destination.with_suffix(".part")
shutil.copyfile(target / "release" / name, beside)
os.replace(beside, destination)
