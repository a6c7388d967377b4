"""VRM avatars that get a clip: three-vrm, a VRM host's own reader, sees the same avatar as before, and the clip.

The avatars and the clips are drawn by `readers/draw_avatar.py`; what the clip looks like is what three.js says of the
file that it was drawn into.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "readers"))
import check  # noqa: E402
import draw_avatar  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two avatars, their takes, and what `ropar convert --into` makes of both."""
    folder = tmp_path_factory.mktemp("avatars")
    draw_avatar.draw(folder)
    for version in (0, 1):
        words = ["convert", f"take_{version}.glb", "--into", f"avatar_{version}.vrm", "-o", f"clip_{version}.vrm"]
        subprocess.run([ROOT / "target" / "release" / "ropar", *words, "--quiet"], cwd=folder, check=True)
    return folder


def parts(path: Path) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary chunk of a GLB file."""
    content = path.read_bytes()
    length = int.from_bytes(content[12:16], "little")
    return json.loads(content[20 : 20 + length]), content[20 + length + 8 :]


@pytest.mark.parametrize("version", [0, 1])
def test_the_json_tree_is_the_old_one_with_an_animation(folder: Path, version: int) -> None:
    (before, old_bytes), (after, new_bytes) = (parts(folder / f"{name}_{version}.vrm") for name in ("avatar", "clip"))
    assert [animation["name"] for animation in after.pop("animations")] == ["wave"]
    for grown in ("accessors", "bufferViews"):
        old, new = before.pop(grown), after.pop(grown)
        assert new[: len(old)] == old
    assert after.pop("buffers") == [{"byteLength": len(new_bytes)}]
    assert before.pop("buffers") == [{"byteLength": len(old_bytes)}]
    assert after == before
    assert new_bytes.startswith(old_bytes)


@pytest.mark.parametrize("version", [0, 1])
def test_three_vrm_sees_the_same_avatar_and_the_clip(folder: Path, version: int) -> None:
    try:
        before, after = (
            check.run_node("vrm_reader.mjs", folder / f"{name}_{version}.vrm") for name in ("avatar", "clip")
        )
        wanted = check.three(folder / f"take_{version}.glb")
    except check.Skipped as reason:
        pytest.skip(str(reason))
    avatar = before["avatar"]
    assert avatar["meta"]["metaVersion"] == str(version)
    assert {expression["name"] for expression in avatar["expressions"]} >= {"happy", "blink"}
    assert len(avatar["bones"]) == 17 and len(avatar["springs"]) >= 2 and len(avatar["colliders"]) == 1
    assert after["avatar"] == avatar
    bones = [column for column, joint in enumerate(wanted.joints) if joint in after["joints"]]
    assert len(bones) == 17 and len(wanted.positions) == draw_avatar.FRAMES
    expected = check.Seen(
        draw_avatar.FPS,
        [wanted.joints[column] for column in bones],
        [[frame[column] for column in bones] for frame in wanted.positions],
    )
    check.compare(check.Seen(after["fps"], after["joints"], after["positions"]), expected)


@pytest.mark.parametrize("version", [0, 1])
def test_the_khronos_validator_finds_nothing_new(folder: Path, version: int) -> None:
    try:
        before, after = (
            check.run_node("validator.mjs", folder / f"{name}_{version}.vrm") for name in ("avatar", "clip")
        )
    except check.Skipped as reason:
        pytest.skip(str(reason))
    assert after["errors"] == before["errors"] == 0
    assert set(after["messages"]) <= set(before["messages"])
