#!/usr/bin/env python3
"""Builds libropar for macOS on Linux: zig compiles its C, the linker that comes with Rust links it.

    python ffi/apple.py aarch64-apple-darwin --release --locked     # the rest goes to `cargo build --package ropar-ffi`

zig's own linker (0.15.2) exports every symbol of a dylib; LLVM's keeps to the list that rustc gives it. What it links
against, the list of the system library's symbols, comes with zig, so that no SDK of Apple's is needed. Needs
`cargo-zigbuild` and `ziglang` in this Python, and the Rust target (`rustup target add`).
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

#: What zig calls the targets.
ZIG_TARGETS = {"aarch64-apple-darwin": "aarch64-macos-none", "x86_64-apple-darwin": "x86_64-macos-none"}
#: Names under which rustc asks for the one system library.
SYSTEM_LIBRARY_NAMES = ("System", "c", "m", "iconv")


def build(triple: str, arguments: list[str], folder: Path, root: Path) -> int:
    """Runs `cargo build` for `triple` in `root`, with its helpers in `folder`. Returns cargo's exit status.

    Raises:
        ModuleNotFoundError: `ziglang` is not installed in this Python.
    """
    zig = importlib.util.find_spec("ziglang")
    if zig is None or zig.origin is None:
        raise ModuleNotFoundError(f"ziglang is not installed: `{sys.executable} -m pip install cargo-zigbuild ziglang`")
    tools = Path(sys.executable).parent
    libraries = folder / "usr" / "lib"
    libraries.mkdir(parents=True)
    symbols = Path(zig.origin).parent / "lib" / "libc" / "darwin" / "libSystem.tbd"
    for name in SYSTEM_LIBRARY_NAMES:
        (libraries / f"lib{name}.tbd").symlink_to(symbols)
    variable = triple.replace("-", "_")
    environment = {
        **os.environ,
        # cargo-zigbuild finds zig by the Python beside it.
        "PATH": os.pathsep.join([str(tools), os.environ.get("PATH", "")]),
        "SDKROOT": str(folder),
        f"CC_{variable}": _script(folder / "cc", f"cc -- -target {ZIG_TARGETS[triple]}", tools),
        f"AR_{variable}": _script(folder / "ar", "ar --", tools),
    }
    # On the command line they win over what the user's own configuration or environment says.
    linker = [f'target.{triple}.linker="rust-lld"', f'target.{triple}.rustflags=["-Clinker-flavor=ld64.lld"]']
    command = ["cargo", "build", "--package", "ropar-ffi", "--target", triple, *arguments]
    for setting in linker:
        command += ["--config", setting]
    environment.pop("RUSTFLAGS", None)
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode


def _script(path: Path, words: str, tools: Path) -> str:
    """A compiler as one executable: zig with the arguments of another compiler put into its own words."""
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(str(tools / "cargo-zigbuild"))} zig {words} "$@"\n')
    path.chmod(0o755)
    return str(path)


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in ZIG_TARGETS:
        raise SystemExit(f"usage: {sys.argv[0]} {'|'.join(ZIG_TARGETS)} [arguments of cargo build]")
    with tempfile.TemporaryDirectory(prefix="ropar-apple-") as folder:
        try:
            return build(sys.argv[1], sys.argv[2:], Path(folder), Path.cwd())
        except ModuleNotFoundError as error:
            raise SystemExit(f"error: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
