#!/usr/bin/env python3
"""Builds the wheel `ropar-VERSION-py3-none-PLATFORM.whl`: the Python package, libropar and the model package.

    python plugins/python/build_wheel.py                                    # for this machine
    python plugins/python/build_wheel.py --platform manylinux_2_28_x86_64   # for Linux from 2018 on
    python plugins/python/build_wheel.py --platform win_amd64               # for Windows
    python plugins/python/build_wheel.py --platform macosx_11_0_arm64       # for macOS
    python plugins/python/build_wheel.py --library libropar.so              # around a library that is built already
    python plugins/python/build_wheel.py --model ropar-open                    # with weights for commercial use

Needs `hatchling` and `lief` in this Python, and cargo. Other platforms also need their Rust target (`rustup target
add`) and `cargo-zigbuild` with `ziglang`, both from PyPI, or mingw-w64 for Windows. The library is looked into
before it is packed: it exports the functions of `ropar.h` and asks for nothing that a bare system lacks.
"""

from __future__ import annotations

import argparse
import json
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
MODELS = ROOT / "models" / "pretrained"

sys.path.insert(0, str(ROOT / "ffi"))
import apple  # noqa: E402 - what C hosts use as well
import check_library  # noqa: E402

#: Rust targets by wheel platform: the oldest system that the target stands for. A glibc version is zig's to keep.
TARGETS = {
    "manylinux_2_28_x86_64": "x86_64-unknown-linux-gnu.2.28",
    "manylinux_2_28_aarch64": "aarch64-unknown-linux-gnu.2.28",
    "win_amd64": "x86_64-pc-windows-gnu",
    "macosx_10_12_x86_64": "x86_64-apple-darwin",
    "macosx_11_0_arm64": "aarch64-apple-darwin",
}
#: glibc below 2.17 has no manylinux tag that pip still knows by its number.
OLDEST_GLIBC = (2, 17)


class BuildError(Exception):
    """What stopped the build, and what to do."""


def main() -> None:
    arguments = parse_arguments()
    try:
        model, output = MODELS / arguments.model, arguments.output.resolve()
        wheel = build(arguments.platform, arguments.library, arguments.profile, model, output)
    except BuildError as error:
        raise SystemExit(f"error: {error}") from None
    print(f"{wheel}: {wheel.stat().st_size / 1e6:.1f} MB")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=TARGETS, metavar="TAG", help=f"one of {', '.join(TARGETS)}")
    parser.add_argument("--library", metavar="FILE", type=Path, help="a libropar that is built already")
    parser.add_argument("--profile", default="dist", help="cargo's; default: dist, as it is shipped")
    models = ("ropar-base", "ropar-open")  # what the library takes for its default
    parser.add_argument("--model", choices=models, default=models[0], help=f"the model package; default: {models[0]}")
    parser.add_argument("--output", metavar="DIR", type=Path, default=Path("dist"), help="default: dist")
    return parser.parse_args()


def build(tag: str | None, library: Path | None, profile: str, model: Path, output: Path) -> Path:
    """The path of the new wheel."""
    host = rust_host()
    target = TARGETS[tag] if tag else host
    triple = re.sub(r"\.2\.\d+$", "", target)
    if library is None:
        library = compile_library(target, host, profile)
    elif not library.is_file():
        raise BuildError(f"{library} is not there\nnext: build it with `cargo build --release -p ropar-ffi`")
    checked_tag = checked_platform(library, triple, tag)
    with tempfile.TemporaryDirectory(prefix="ropar-wheel-") as folder:
        staging = Path(folder)
        stage(staging, library, triple, model)
        output.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "ROPAR_WHEEL_PLATFORM": checked_tag}
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


def compile_library(target: str, host: str, profile: str) -> Path:
    """Builds libropar: for an older glibc through zig, for macOS by `ffi/apple.py`, for Windows with mingw-w64."""
    triple = re.sub(r"\.2\.\d+$", "", target)
    arguments = ["--locked", "--profile", profile]
    # cargo-zigbuild, and the zig that it looks for, may have been installed for this Python alone.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    tools = f"`{sys.executable} -m pip install cargo-zigbuild ziglang`"
    if triple in apple.ZIG_TARGETS and target != host:
        status = compile_for_macos(triple, arguments)
    elif triple == "x86_64-pc-windows-gnu" or target == host:
        tools = "mingw-w64"
        chosen = ["--target", target] if target != host else []
        status = cargo("build", [*arguments, *chosen], environment)
    else:
        status = cargo("zigbuild", [*arguments, "--target", target], environment)
    if status != 0:
        hint = f"\nnext: install {tools} and `rustup target add {triple}`" if target != host else ""
        raise BuildError(f"cargo could not build libropar{hint}")
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    if target != host:
        folder /= triple
    return folder / {"dev": "debug"}.get(profile, profile) / library_name(triple)


def cargo(command: str, arguments: list[str], environment: dict[str, str]) -> int:
    """Cargo's exit status."""
    words = ["cargo", command, "--package", "ropar-ffi", *arguments]
    return subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode


def compile_for_macos(triple: str, arguments: list[str]) -> int:
    """Cargo's exit status; 1 where the tools are missing."""
    with tempfile.TemporaryDirectory(prefix="ropar-apple-") as folder:
        try:
            return apple.build(triple, arguments, Path(folder), ROOT)
        except ModuleNotFoundError:
            return 1


def library_name(triple: str) -> str:
    if "windows" in triple:
        return "ropar.dll"
    return "libropar.dylib" if "apple" in triple else "libropar.so"


def stage(staging: Path, library: Path, triple: str, model: Path) -> None:
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
    shutil.copytree(model, package / "_models" / model.name)
    state_terms(staging, model)
    for name in ("LICENSE-MIT", "LICENSE-APACHE"):
        shutil.copy(ROOT / name, staging)
    shutil.copy(model / "README.md", staging / "NOTICE-model.md")
    (staging / "NOTICE-third-party.txt").write_text(third_party.notices(ROOT, "ropar-ffi", triple), encoding="utf-8")


def state_terms(staging: Path, model: Path) -> None:
    """Writes the model's terms into what a package index and its users read."""
    manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    licence = manifest["licence"]
    terms = f"{manifest['name']} {manifest['version']} comes with the wheel, under {licence['id']}. {licence['notice']}"
    replace_once(staging / "README.md", r"\*\*The model package [^*]+\*\*", f"**The model package {terms}**")
    expression = f'license = "(MIT OR Apache-2.0) AND {licence["id"]}"'
    replace_once(staging / "pyproject.toml", r'(?m)^license = "[^"]+"$', expression)


def replace_once(path: Path, pattern: str, text: str) -> None:
    changed, count = re.subn(pattern, lambda _: text, path.read_text(encoding="utf-8"))
    if count != 1:
        raise BuildError(f"{path.name} states the model's terms {count} times\nnext: mend state_terms")
    path.write_text(changed, encoding="utf-8")


def strip(library: Path) -> None:
    """Leaves out the symbols that nobody links to, where there is a tool for it; half of the library's size."""
    if library.suffix == ".so" and shutil.which("strip") and platform.system() == "Linux":
        subprocess.run(["strip", "--strip-unneeded", str(library)], capture_output=True)


def checked_platform(library: Path, triple: str, tag: str | None) -> str:
    """The wheel's platform, after a look into the library; for Linux the glibc that its symbols ask for."""
    try:
        found = check_library.read(library)
        wanted = re.fullmatch(r"manylinux_(\d+)_(\d+)_\w+", tag or "")
        check_library.check(found, (int(wanted[1]), int(wanted[2])) if wanted else None)
    except check_library.LibraryError as error:
        raise BuildError(f"{library}: {error}") from None
    if found.system == "linux" and "-linux-gnu" in triple:
        major, minor = max(found.glibc or OLDEST_GLIBC, OLDEST_GLIBC)
        return f"manylinux_{major}_{minor}_{triple.split('-')[0]}"
    known = [tag for tag, target in TARGETS.items() if target == triple]
    if not known or found.system not in triple.replace("apple-darwin", "macos"):
        raise BuildError(f"{library} is for {found.system}, and the platform is {tag or triple}")
    return known[0]


if __name__ == "__main__":
    main()
