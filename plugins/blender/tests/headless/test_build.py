# SPDX-License-Identifier: GPL-3.0-or-later
"""ZIPs for all platforms, from stand-in wheels that are called as the real ones; Blender's own packer is the judge."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import bpy
import pytest
import tomllib

BLENDER = Path(__file__).resolve().parents[2]
TAGS = {
    "linux-x64": "manylinux_2_28_x86_64",
    "windows-x64": "win_amd64",
    "macos-arm64": "macosx_11_0_arm64",
    "macos-x64": "macosx_10_12_x86_64",
}


@pytest.fixture
def wheels(tmp_path):
    sys.path.insert(0, str(BLENDER / "tests"))
    import wheel_of_double

    first = wheel_of_double.build(tmp_path / "wheels")
    made = {}
    for platform, tag in TAGS.items():
        made[platform] = first.with_name(first.name.replace(TAGS["linux-x64"], tag))
        if made[platform] != first:
            shutil.copyfile(first, made[platform])
    return made


def build(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, BLENDER / "build.py", *map(str, arguments)], check=False, capture_output=True, text=True
    )


def packer(*arguments) -> subprocess.CompletedProcess:
    """Blender's `extension` command, which is a script of its own."""
    script = Path(bpy.utils.system_resource("SCRIPTS")) / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    return subprocess.run(
        [sys.executable, script, *map(str, arguments)], check=False, capture_output=True, text=True, timeout=120
    )


def contents(file: Path) -> tuple[dict, dict[str, bytes]]:
    """The manifest and all other files of a ZIP."""
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    return tomllib.loads(files.pop("blender_manifest.toml").decode()), files


def test_a_zip_for_each_platform(wheels, tmp_path):
    given = [part for wheel in wheels.values() for part in ("--wheel", wheel)]
    done = build(*given, "-o", tmp_path / "ours")
    assert done.returncode == 0, done.stderr
    ours = sorted((tmp_path / "ours").iterdir())
    assert [re.sub(r"ropar-blender-[\d.]+-", "", file.stem) for file in ours] == sorted(TAGS)
    # Blender's own packer makes the same of the same files.
    assert build(*given, "--stage", tmp_path / "staged").returncode == 0
    (tmp_path / "theirs").mkdir()
    done = packer(
        "build", "--split-platforms", "--source-dir", tmp_path / "staged", "--output-dir", tmp_path / "theirs"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # It keeps the lists of the whole and writes those of the part beside them.
    theirs = {contents(file)[0]["build"]["generated"]["platforms"][0]: file for file in (tmp_path / "theirs").iterdir()}
    assert theirs.keys() == TAGS.keys()
    for file in ours:
        manifest, files = contents(file)
        platform = manifest["platforms"][0]
        assert manifest["platforms"] == [platform] and file.stem.endswith(platform)
        assert manifest["wheels"] == [f"./wheels/{wheels[platform].name}"]
        other, other_files = contents(theirs[platform])
        assert other["build"]["generated"]["wheels"] == manifest["wheels"]
        assert files == other_files
        done = packer("validate", file)
        assert done.returncode == 0, done.stdout + done.stderr


def test_one_zip_for_all(wheels, tmp_path):
    given = [part for wheel in wheels.values() for part in ("--wheel", wheel)]
    assert build(*given, "--together", "-o", tmp_path / "ours").returncode == 0
    (file,) = (tmp_path / "ours").iterdir()
    manifest, files = contents(file)
    assert manifest["platforms"] == sorted(TAGS) and len(manifest["wheels"]) == 4
    assert sum(name.startswith("wheels/") for name in files) == 4
    assert packer("validate", file).returncode == 0


def test_universal_wheel(wheels, tmp_path):
    """One wheel for both kinds of Mac goes into two ZIPs."""
    both = wheels["macos-arm64"].with_name("ropar-0.0.0-py3-none-macosx_11_0_universal2.whl")
    wheels["macos-arm64"].rename(both)
    assert build("--wheel", both, "-o", tmp_path / "ours").returncode == 0
    assert sorted(contents(file)[0]["platforms"][0] for file in (tmp_path / "ours").iterdir()) == [
        "macos-arm64",
        "macos-x64",
    ]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["ropar-0.0.0-py3-none-win32.whl"], "no name for this platform"),
        (["other-0.0.0-py3-none-win_amd64.whl"], "not a wheel of ropar"),
        (["ropar-0.0.0-cp311-cp311-win_amd64.whl"], "not a wheel of ropar"),
        (["ropar-0.0.0-py3-none-linux_x86_64.whl", "ropar-0.0.0-py3-none-manylinux_2_28_x86_64.whl"], "both for linux"),
        (["ropar-0.0.0-py3-none-win_amd64.whl", "ropar-0.0.1-py3-none-linux_x86_64.whl"], "different versions"),
        (["ropar-9.9.9-py3-none-win_amd64.whl"], "no such wheel"),
    ],
)
def test_wrong_wheels(wheels, tmp_path, names, words):
    for name in names:
        if "9.9.9" not in name:
            shutil.copyfile(wheels["linux-x64"], tmp_path / name)
    done = build(*(part for name in names for part in ("--wheel", tmp_path / name)), "-o", tmp_path / "ours")
    assert done.returncode == 1 and words in done.stderr
    assert not (tmp_path / "ours").exists()
