#!/usr/bin/env python3
"""Builds the Maya module as a ZIP: plug-in, scripts, installer, and the package `ropar` with its library and model.

    python plugins/maya/build.py --wheel dist/ropar-0.1.0-py3-none-manylinux_2_28_x86_64.whl -o dist

Without `--wheel`, the wheel of this machine's platform is built from plugins/python. `--stage DIR` writes the files
without packing them.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
#: What of this folder users get.
PARTS = ("plug-ins", "scripts", "ropar.mod", "install_ropar.py", "ropar_selftest.py", "README.md")
#: A fixed time in the archive: the same input gives the same file.
EPOCH = (2026, 1, 1, 0, 0, 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path, help="the wheel of ropar for the platform")
    parser.add_argument("--stage", type=Path, help="write the files into this folder and pack nothing")
    parser.add_argument("-o", "--output", type=Path, default=PROJECT / "dist", help="folder for the ZIP")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        wheel = arguments.wheel or build_wheel(Path(temporary) / "wheels")
        if arguments.stage is not None:
            stage(arguments.stage, wheel)
            print(arguments.stage)
            return 0
        folder = Path(temporary) / "ropar-maya"
        stage(folder, wheel)
        print(pack(folder, arguments.output, wheel))
    return 0


def stage(folder: Path, wheel: Path) -> None:
    """Writes the module as users unpack it; the wheel is unpacked into its `site`."""
    if not wheel.is_file():
        raise SystemExit(f"{wheel} is not there: give a wheel of ropar")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name in PARTS:
        source = HERE / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.pyi"))
        else:
            shutil.copyfile(source, folder / name)
    for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
        shutil.copyfile(PROJECT / licence, folder / licence)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")


def build_wheel(folder: Path) -> Path:
    """Builds the wheel of this machine's platform."""
    builder = PROJECT / "plugins" / "python" / "build_wheel.py"
    subprocess.run([sys.executable, builder, "--output", folder], check=True)
    return next(folder.glob("*.whl"))


def pack(folder: Path, output: Path, wheel: Path) -> Path:
    """The ZIP, the same bytes for the same files."""
    _, version, *_, platform = wheel.stem.split("-")
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"ropar-maya-{version}-{platform}.zip"
    beside = path.with_suffix(".new")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(item for item in folder.rglob("*") if item.is_file()):
            entry = zipfile.ZipInfo(f"ropar-maya/{file.relative_to(folder).as_posix()}", EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    beside.replace(path)
    return path


if __name__ == "__main__":
    raise SystemExit(main())
