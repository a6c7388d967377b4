#!/usr/bin/env python3
"""Builds the wheel `ropar-VERSION-py3-none-PLATFORM.whl`: the Python package, libropar and the model package.

    python plugins/python/build_wheel.py                          # for this machine
    python plugins/python/build_wheel.py --target x86_64-unknown-linux-gnu.2.28   # manylinux_2_28, through zig
    python plugins/python/build_wheel.py --library libropar.so    # around a library that is built already

Needs `hatchling` in this Python, and cargo; targets with a glibc version and other systems also need `cargo-zigbuild`
and `ziglang`, both from PyPI. The platform tag of a Linux wheel is the glibc that the library was found to need.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import third_party

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODEL = ROOT / "models" / "pretrained" / "ropar-base"

#: Platform tags by Rust target, without glibc: the oldest system that the target stands for.
PLATFORMS = {
    "x86_64-pc-windows-gnu": "win_amd64",
    "x86_64-pc-windows-msvc": "win_amd64",
    "aarch64-pc-windows-msvc": "win_arm64",
    "x86_64-apple-darwin": "macosx_10_12_x86_64",
    "aarch64-apple-darwin": "macosx_11_0_arm64",
}
#: glibc below 2.17 has no manylinux tag that pip still knows by its number.
OLDEST_GLIBC = 17


class BuildError(Exception):
    """What stopped the build, and what to do."""


def main() -> None:
    arguments = parse_arguments()
    try:
        wheel = build(arguments.target, arguments.library, arguments.output.resolve())
    except BuildError as error:
        raise SystemExit(f"error: {error}") from None
    print(f"{wheel}: {wheel.stat().st_size / 1e6:.1f} MB")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", metavar="TRIPLE", help="Rust target, with `.2.28` for an older glibc")
    parser.add_argument("--library", metavar="FILE", type=Path, help="a libropar that is built already")
    parser.add_argument("--output", metavar="DIR", type=Path, default=Path("dist"), help="default: dist")
    return parser.parse_args()


def build(target: str | None, library: Path | None, output: Path) -> Path:
    """The path of the new wheel."""
    host = rust_host()
    triple = re.sub(r"\.2\.\d+$", "", target or host)
    if library is None:
        library = compile_library(target, host)
    elif not library.is_file():
        raise BuildError(f"{library} is not there\nnext: build it with `cargo build --release -p ropar-ffi`")
    with tempfile.TemporaryDirectory(prefix="ropar-wheel-") as folder:
        staging = Path(folder)
        stage(staging, library, triple)
        output.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "ROPAR_WHEEL_PLATFORM": platform_tag(staged_library(staging), triple)}
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(output)]
        before = set(output.glob("*.whl"))
        done = subprocess.run(command, cwd=staging, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise BuildError(f"hatchling: {done.stderr.strip()}\nnext: `{sys.executable} -m pip install hatchling`")
        made = [output / line.strip() for line in done.stdout.splitlines() if line.strip().endswith(".whl")]
        wheels = [path for path in made if path.is_file()] or sorted(set(output.glob("*.whl")) - before)
    if len(wheels) != 1:
        raise BuildError(f"hatchling made no wheel: {done.stdout.strip()} {done.stderr.strip()}")
    return wheels[0]


def rust_host() -> str:
    """The target that cargo builds for when it is not told."""
    try:
        lines = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError(f"rustc: {error}\nnext: install Rust") from None
    return next(line.removeprefix("host: ") for line in lines if line.startswith("host: "))


def compile_library(target: str | None, host: str) -> Path:
    """Builds libropar, through zig where a glibc version or another system is asked for."""
    triple = re.sub(r"\.2\.\d+$", "", target or host)
    zig = target is not None and target != host
    command = ["cargo", "zigbuild" if zig else "build", "--release", "--package", "ropar-ffi"]
    if target is not None:
        command += ["--target", target]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        hint = f"`{sys.executable} -m pip install cargo-zigbuild ziglang` and `rustup target add {triple}`"
        raise BuildError("cargo could not build libropar" + (f"\nnext: {hint}" if zig else ""))
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    if target is not None:
        folder /= triple
    return folder / "release" / library_name(triple)


def library_name(triple: str) -> str:
    if "windows" in triple:
        return "ropar.dll"
    return "libropar.dylib" if "apple" in triple else "libropar.so"


def stage(staging: Path, library: Path, triple: str) -> None:
    """A project folder that has everything inside, as the licence files of a wheel must be."""
    for name in ("pyproject.toml", "hatch_build.py", "README.md"):
        shutil.copy(HERE / name, staging)
    ignored = shutil.ignore_patterns("__pycache__", "_native", "_models")
    shutil.copytree(HERE / "src", staging / "src", ignore=ignored)
    package = staging / "src" / "ropar"
    (package / "_native").mkdir()
    copy = package / "_native" / library_name(triple)
    shutil.copy(library, copy)
    strip(copy)
    shutil.copytree(MODEL, package / "_models" / MODEL.name)
    for name in ("LICENSE-MIT", "LICENSE-APACHE"):
        shutil.copy(ROOT / name, staging)
    shutil.copy(MODEL / "README.md", staging / "NOTICE-model.md")
    (staging / "NOTICE-third-party.txt").write_text(third_party.notices(ROOT, "ropar-ffi", triple), encoding="utf-8")


def staged_library(staging: Path) -> Path:
    return next((staging / "src" / "ropar" / "_native").iterdir())


def strip(library: Path) -> None:
    """Leaves out the symbols that nobody links to, where there is a tool for it; half of the library's size."""
    if library.suffix == ".so" and shutil.which("strip") and platform.system() == "Linux":
        subprocess.run(["strip", "--strip-unneeded", str(library)], capture_output=True)


def platform_tag(library: Path, triple: str) -> str:
    """The wheel's platform: for Linux from the newest version of glibc whose symbols the library asks for."""
    if triple in PLATFORMS:
        return PLATFORMS[triple]
    if not triple.endswith("-unknown-linux-gnu"):
        raise BuildError(f"no platform tag is known for the target {triple}\nnext: add it to PLATFORMS")
    versions = [int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", library.read_bytes())]
    return f"manylinux_2_{max([OLDEST_GLIBC, *versions])}_{triple.split('-')[0]}"


if __name__ == "__main__":
    main()
