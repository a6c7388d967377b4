"""The plug-in in a stand-in for Maya (tests/fake), with the library that cargo built."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parent
ROOT = HERE.parents[2]
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
LIBRARY = RELEASE / {"win32": "ropar.dll", "darwin": "libropar.dylib"}.get(sys.platform, "libropar.so")

# What hypothesis keeps between runs.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / "build" / "hypothesis"))

for folder in (ROOT / "plugins" / "python" / "src", PLUGIN / "scripts", HERE / "fake", HERE):
    sys.path.insert(0, str(folder))

import ropar  # noqa: E402
import scene as fake  # noqa: E402

MODEL = ROOT / "models" / "pretrained" / "ropar-base"


@pytest.fixture(scope="session", autouse=True)
def _library() -> None:
    ropar.use_library(LIBRARY)


@pytest.fixture(scope="session")
def _plugin() -> Iterator[None]:
    """The plug-in's file, loaded as Maya does it."""
    spec = importlib.util.spec_from_file_location("roparMaya", PLUGIN / "plug-ins" / "roparMaya.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    from maya.api.OpenMaya import MObject

    module.maya_useNewAPI()
    module.initializePlugin(MObject("plugin"))
    yield
    module.uninitializePlugin(MObject("plugin"))
    assert not fake.current.commands


@pytest.fixture
def scene(_plugin: None) -> fake.Scene:
    """An empty scene with the plug-in loaded."""
    return fake.reset()


class Double:
    """An engine that answers at once with a motion that it was given: what the model makes is not what is tested."""

    def __init__(self, motion: ropar.Motion) -> None:
        self.motion = motion
        self.asked: list[dict[str, Any]] = []
        self.parts = ["torso", "left_arm", "right_arm", "left_leg", "right_leg"]
        self.limits = ropar.Limits(0.4, 10.0, 500)
        self.licence = ropar.Licence("CC-BY-NC-4.0", "not for sale", False)
        self.package_name, self.package_version = "double", "0"
        self.backend, self.provider, self.threads = "embedded", "cpu", 1
        #: Called with each share that is reported; may raise.
        self.on_progress: Any = None

    def generate(self, prompt: str, *, progress: Any, **options: Any) -> ropar.Motion:
        self.asked.append({"prompt": prompt, **options})
        for share in (0.1, 0.5, 0.9):
            if self.on_progress is not None:
                self.on_progress(share)
            if progress(share):
                raise ropar.Cancelled("cancelled")
        return self.motion

    def redo(self, motion: ropar.Motion, parts: list[str], prompt: str, **options: Any) -> ropar.Motion:
        """The same motion with another left shoulder, whatever is asked for."""
        import numpy as np

        rotations = np.array(motion.rotations)
        rotations[:, 16] = (0.0, 0.0, np.sin(-0.4), np.cos(-0.4))
        return ropar.Motion.from_arrays(motion.fps, motion.root, rotations)

    def part_joints(self, part: str) -> list[int]:
        return {
            "torso": [0, 3, 6, 9, 12, 15],
            "left_arm": [13, 16, 18, 20],
            "right_arm": [14, 17, 19, 21],
            "left_leg": [1, 4, 7, 10],
            "right_leg": [2, 5, 8, 11],
        }[part]

    def close(self) -> None: ...


@pytest.fixture(scope="session")
def motion() -> ropar.Motion:
    """A second of a body that walks, turns and swings its limbs, in closed form."""
    import numpy as np

    frames, fps = 21, 20.0
    time = np.arange(frames) / fps
    rotations = np.zeros((frames, 22, 4))
    rotations[..., 3] = 1.0

    def turn(joint: int, axis: tuple[float, float, float], angles: Any) -> None:
        half = np.asarray(angles) / 2
        rotations[:, joint, :3] = np.sin(half)[:, None] * np.asarray(axis)
        rotations[:, joint, 3] = np.cos(half)

    turn(0, (0, 1, 0), 0.8 * time)
    turn(3, (0, 0, 1), 0.2 * np.sin(5 * time))
    turn(1, (1, 0, 0), 0.7 * np.sin(6 * time))
    turn(2, (1, 0, 0), -0.7 * np.sin(6 * time))
    turn(4, (1, 0, 0), 0.4 + 0.4 * np.sin(6 * time))
    turn(5, (1, 0, 0), 0.4 - 0.4 * np.sin(6 * time))
    turn(16, (0.6, 0.0, 0.8), -1.2 + 0.6 * np.cos(4 * time))
    turn(17, (0, 0, 1), 1.3 - 0.5 * np.cos(4 * time))
    turn(18, (0, 1, 0), -1.0 * np.sin(3 * time))
    turn(15, (0, 1, 0), 0.5 * np.sin(7 * time))
    root = np.stack([0.3 * np.sin(time), 0.93 + 0.03 * np.cos(9 * time), 1.1 * time], axis=1)
    return ropar.Motion.from_arrays(fps, root, rotations)


@pytest.fixture
def double(motion: ropar.Motion, monkeypatch: pytest.MonkeyPatch) -> Double:
    """Puts a double in the place of the engine."""
    from ropar_maya import library

    made = Double(motion)
    monkeypatch.setattr(library, "engine", lambda options: made)
    return made
