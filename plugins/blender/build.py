#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the extension's ZIP: the add-on's code, the project's drawing of a body, and the wheels of `ropar`.

    python plugins/blender/build.py --wheel dist/ropar-0.1.0-py3-none-manylinux_2_28_x86_64.whl \\
        --wheel dist/ropar-0.1.0-py3-none-win_amd64.whl -o dist

Several wheels, one per platform, may be given; each platform gets a ZIP with its wheel only, as with Blender's own
`extension build --split-platforms`. `--together` makes one ZIP for all of them. Without `--wheel`, the wheel of this
machine's platform is built from plugins/python. `--stage DIR` writes the files without packing them, for trying a
change without a build, or for `blender --command extension build`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
SOURCE = HERE / "extension"
#: What the add-on takes from elsewhere in the project, so that it is kept in one place.
SHARED = {
    PROJECT / "exporters" / "data" / "mannequin.json": Path("data") / "mannequin.json",
    HERE / "LICENSE": Path("LICENSE"),
}

#: Wheel platform tag -> the names that Blender has for it.
PLATFORMS = (
    (re.compile(r"manylinux.*_x86_64|linux_x86_64"), "linux-x64"),
    (re.compile(r"win_amd64"), "windows-x64"),
    (re.compile(r"win_arm64"), "windows-arm64"),
    (re.compile(r"macosx_.*_(arm64|universal2)"), "macos-arm64"),
    (re.compile(r"macosx_.*_(x86_64|universal2)"), "macos-x64"),
)
#: A fixed time in the archive: the same input gives the same file.
EPOCH = (2026, 1, 1, 0, 0, 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", type=Path, action="append", default=[], help="a wheel of ropar; may be repeated")
    parser.add_argument("--together", action="store_true", help="one ZIP with all wheels")
    parser.add_argument("--stage", type=Path, help="write the files into this folder and pack nothing")
    parser.add_argument("-o", "--output", type=Path, default=PROJECT / "dist", help="folder for the ZIP")
    arguments = parser.parse_args()
    check(arguments.wheel)
    if arguments.stage is not None:
        stage(arguments.stage, arguments.wheel)
        print(arguments.stage)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        wheels = arguments.wheel or [build_wheel(Path(temporary) / "wheels")]
        arguments.output.mkdir(parents=True, exist_ok=True)
        for platforms, part in [(None, wheels)] if arguments.together else by_platform(wheels):
            folder = Path(temporary) / "ropar"
            stage(folder, part, platforms)
            print(pack(folder, arguments.output, platforms or platforms_of_all(wheels)))
    return 0


def check(wheels: list[Path]) -> None:
    """Refuses what is no set of wheels of one version of `ropar` for different platforms."""
    seen: dict[str, Path] = {}
    versions = set()
    for wheel in wheels:
        name = re.fullmatch(r"ropar-([^-]+)-py3-none-[^-]+\.whl", wheel.name)
        if name is None:
            raise SystemExit(f"{wheel.name}: not a wheel of ropar (ropar-VERSION-py3-none-PLATFORM.whl)")
        if not zipfile.is_zipfile(wheel):
            raise SystemExit(f"{wheel}: no such wheel, or a damaged one; build it anew")
        versions.add(name[1])
        for platform in platforms_of(wheel):
            if platform in seen:
                raise SystemExit(f"{seen[platform].name} and {wheel.name} are both for {platform}: give one of them")
            seen[platform] = wheel
    if len(versions) > 1:
        raise SystemExit(f"the wheels are of different versions ({', '.join(sorted(versions))}): build them anew")


def by_platform(wheels: list[Path]) -> list[tuple[list[str], list[Path]]]:
    """One entry for each platform, with the wheel that serves it."""
    return [([platform], [wheel]) for wheel in wheels for platform in platforms_of(wheel)]


def platforms_of_all(wheels: list[Path]) -> list[str]:
    return sorted({platform for wheel in wheels for platform in platforms_of(wheel)})


def stage(folder: Path, wheels: list[Path], platforms: list[str] | None = None) -> None:
    """Writes the extension as Blender unpacks it, for `platforms` or for all that the wheels serve."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for source, place in SHARED.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / place)
    if wheels:
        (folder / "wheels").mkdir()
        for wheel in wheels:
            shutil.copyfile(wheel, folder / "wheels" / wheel.name)
    manifest = folder / "blender_manifest.toml"
    manifest.write_text(with_wheels(manifest.read_text(encoding="utf-8"), wheels, platforms), encoding="utf-8")


def with_wheels(manifest: str, wheels: list[Path], platforms: list[str] | None) -> str:
    """The manifest with the wheels that are inside and the platforms that they serve."""
    note = re.compile(r"^# `wheels` and `platforms`.*\n", re.MULTILINE)
    if not wheels:
        return note.sub("", manifest)
    platforms = platforms or platforms_of_all(wheels)
    names = [f"./wheels/{wheel.name}" for wheel in wheels]
    return note.sub(lambda _: f"platforms = {json.dumps(platforms)}\nwheels = {json.dumps(names)}\n", manifest)


def platforms_of(wheel: Path) -> list[str]:
    """Blender's names for the platforms of a wheel."""
    tag = wheel.stem.rsplit("-", 1)[-1]
    found = [name for pattern, name in PLATFORMS if pattern.search(tag)]
    if found:
        return found
    raise SystemExit(f"{wheel.name}: Blender has no name for this platform; give a wheel for one of its platforms")


def build_wheel(folder: Path) -> Path:
    """Builds the wheel of this machine's platform."""
    builder = PROJECT / "plugins" / "python" / "build_wheel.py"
    if not builder.exists():
        raise SystemExit(f"{builder} is not there: give a wheel with --wheel")
    subprocess.run([sys.executable, builder, "--output", folder], check=True)
    return next(folder.glob("*.whl"))


def pack(folder: Path, output: Path, platforms: list[str]) -> Path:
    """The ZIP, the same bytes for the same files."""
    version = re.search(
        r'^version = "(.+)"', (folder / "blender_manifest.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    if version is None:
        raise SystemExit("blender_manifest.toml names no version")
    suffix = f"-{platforms[0]}" if len(platforms) == 1 else ""
    path = output / f"ropar-blender-{version[1]}{suffix}.zip"
    beside = path.with_suffix(".new")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(item for item in folder.rglob("*") if item.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            entry.external_attr = 0o644 << 16
            # Wheels are packed already.
            entry.compress_type = zipfile.ZIP_STORED if file.suffix == ".whl" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    beside.replace(path)
    return path


if __name__ == "__main__":
    raise SystemExit(main())
