"""Files that RoPAR writes, as other programs read them: the Khronos validator, three.js, assimp, Blender.

`tests/run` installs the readers where it can; one that is not there is reported as skipped, with the reason.
"""

import json
import subprocess
import sys
from pathlib import Path

import built
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "readers"))
import check  # noqa: E402

PROMPT = "a person walks forward and waves with the left hand"


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A made-up motion of every joint, with what core's kinematics say of it, and a generated motion."""
    folder = tmp_path_factory.mktemp("clips")
    made: dict[str, Path] = {}
    for extension, rate in (
        ("glb", "30"),
        ("bvh", "30"),
        ("fbx", "30"),
        ("glb", "24"),
        ("bvh", "120"),
        ("fbx", "29.97"),
    ):
        path = folder / f"synthetic_{rate}.{extension}"
        subprocess.run([built.example("synthetic_clip"), str(path), rate], check=True)
        made[path.name] = path
    for extension in ("glb", "bvh", "fbx"):
        path = folder / f"generated.{extension}"
        command = [
            built.RELEASE / "ropar",
            "generate",
            PROMPT,
            "--seed",
            "1",
            "--seconds",
            "2",
            "--quiet",
            "-o",
            path,
        ]
        subprocess.run(command, cwd=ROOT, check=True)
        made[path.name] = path
    return made


def read(reader: str, path: Path, fps: float) -> check.Seen:
    try:
        return check.seen_by(reader, path, fps)
    except check.Skipped as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("name", ["synthetic_30.glb", "synthetic_24.glb", "generated.glb"])
def test_the_khronos_validator_finds_nothing(files: dict[str, Path], name: str) -> None:
    try:
        verdict = check.validator(files[name])
    except check.Skipped as reason:
        pytest.skip(str(reason))
    assert verdict.startswith("0 errors, 0 warnings")


@pytest.mark.parametrize("reader", ["three", "assimp", "blender", "blender_5"])
@pytest.mark.parametrize(
    "name",
    [
        "synthetic_30.glb",
        "synthetic_30.bvh",
        "synthetic_30.fbx",
        "synthetic_24.glb",
        "synthetic_120.bvh",
        "synthetic_29.97.fbx",
    ],
)
def test_joints_are_where_core_has_them(files: dict[str, Path], name: str, reader: str) -> None:
    path = files[name]
    expected = check.expectation(path)
    assert expected is not None and expected.fps is not None
    check.compare(read(reader, path, expected.fps), expected)


@pytest.mark.parametrize("reader", ["three", "assimp", "blender", "blender_5"])
@pytest.mark.parametrize("extension", ["bvh", "fbx"])
def test_a_generated_motion_is_the_same_in_all_formats(files: dict[str, Path], extension: str, reader: str) -> None:
    glb, other = (read(reader, files[f"generated.{e}"], 30.0) for e in ("glb", extension))
    assert len(glb.positions) == 60
    shared = [column for column, joint in enumerate(glb.joints) if joint in other.joints]
    assert len(shared) >= 22
    expected = check.Seen(
        glb.fps,
        [glb.joints[column] for column in shared],
        [[frame[column] for column in shared] for frame in glb.positions],
    )
    check.compare(other, expected)


# Blender reads no FBX files of text.
@pytest.mark.parametrize(
    ("target", "reader"),
    [("no_takes", reader) for reader in ("three", "assimp")]
    + [("binary_7400_no_takes", reader) for reader in ("three", "assimp", "blender", "blender_5")],
)
def test_a_take_in_another_programs_fbx_plays_as_drawn(tmp_path: Path, target: str, reader: str) -> None:
    drawings, out = ROOT / "exporters" / "tests" / "data" / "fbx", tmp_path / "out.fbx"
    command = [built.RELEASE / "ropar", "convert", drawings / "plain_7400.fbx", "--into", drawings / f"{target}.fbx"]
    subprocess.run([*command, "--quiet", "-o", out], check=True)
    drawn = json.loads((drawings / "plain_7400.expected.json").read_text())
    check.compare(read(reader, out, drawn["fps"]), check.Seen(drawn["fps"], drawn["names"], drawn["frames"]))
