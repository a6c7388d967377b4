# SPDX-License-Identifier: GPL-3.0-or-later
"""The test double as a wheel, for trying the extension where `ropar` itself is not built."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

NAME = "ropar-0.0.0"
TAG = "py3-none-manylinux_2_28_x86_64"


def build(folder: Path) -> Path:
    """Writes the wheel into `folder`."""
    path = folder / f"{NAME}-{TAG}.whl"
    info = f"{NAME}.dist-info"
    source = Path(__file__).parent / "double" / "ropar" / "__init__.py"
    files = {
        "ropar/__init__.py": source.read_text(encoding="utf-8"),
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: ropar\nVersion: 0.0.0\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: ropar\nRoot-Is-Purelib: false\nTag: {TAG}\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
