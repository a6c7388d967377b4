"""What the tests share: the library and the program that cargo built, an engine, and a reader of GLB files.

`tests/run` builds both first; `cargo build --release --package ropar-ffi --package ropar-cli` does it by hand.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import ropar
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[3]
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
LIBRARY = RELEASE / {"win32": "ropar.dll", "darwin": "libropar.dylib"}.get(sys.platform, "libropar.so")
PROGRAM = RELEASE / ("ropar.exe" if sys.platform == "win32" else "ropar")

# Pythons that tests start import this package as the tests do.
SOURCES = str(ROOT / "plugins" / "python" / "src")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [SOURCES, os.environ.get("PYTHONPATH")]))

MODEL = ROOT / "models" / "pretrained" / "ropar-base"
WAVE = "a person waves with the left hand"
STAND = "a person stands still"


@pytest.fixture(scope="session", autouse=True)
def _library() -> None:
    ropar.use_library(LIBRARY)


@pytest.fixture(scope="session")
def engine() -> Iterator[ropar.Engine]:
    """One for all tests, on the backend that every machine has; the backend is the process's, once and for all."""
    with ropar.Engine(backend="embedded") as engine:
        yield engine


@pytest.fixture(scope="session")
def wave(engine: ropar.Engine) -> ropar.Motion:
    return engine.generate(WAVE, seconds=2.0, seed=5)


def run_program(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The program `ropar` of the same build, with the same backend."""
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=300)


def run_python(script: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A Python of its own that imports this package and loads the library that is tested."""
    head = f"import ropar\nropar.use_library({str(LIBRARY)!r})\n"
    command = [sys.executable, "-c", script.replace("# ropar\n", head), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@dataclass
class Glb:
    """A GLB file, read by the letter of glTF 2.0 and with nothing of RoPAR."""

    document: dict[str, Any]
    binary: bytes

    @classmethod
    def read(cls, path: Path) -> Glb:
        data = path.read_bytes()
        magic, version, total = struct.unpack_from("<4sII", data)
        assert (magic, version, total) == (b"glTF", 2, len(data))
        length, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON"
        document = json.loads(data[20 : 20 + length])
        start = 20 + length
        length, kind = struct.unpack_from("<I4s", data, start)
        assert kind == b"BIN\0"
        return cls(document, data[start + 8 : start + 8 + length])

    def accessor(self, index: int) -> NDArray[np.float32]:
        accessor = self.document["accessors"][index]
        assert accessor["componentType"] == 5126
        view = self.document["bufferViews"][accessor["bufferView"]]
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor["type"]]
        assert view.get("byteStride", 4 * width) == 4 * width
        offset = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        return np.frombuffer(self.binary, "<f4", accessor["count"] * width, offset).reshape(-1, width)

    def node(self, name: str) -> int:
        return next(index for index, node in enumerate(self.document["nodes"]) if node.get("name") == name)

    def parent(self, name: str) -> str | None:
        index = self.node(name)
        return next((n.get("name") for n in self.document["nodes"] if index in n.get("children", [])), None)

    def translation(self, name: str) -> list[float]:
        found: list[float] = self.document["nodes"][self.node(name)].get("translation", [0.0, 0.0, 0.0])
        return found

    def curve(self, name: str, path: str) -> NDArray[np.float32]:
        (animation,) = self.document["animations"]
        channel = next(c for c in animation["channels"] if c["target"] == {"node": self.node(name), "path": path})
        return self.accessor(animation["samplers"][channel["sampler"]]["output"])
