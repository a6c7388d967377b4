"""The wheel: what is in it, and that it works where nothing else is installed and nothing can be fetched."""

from __future__ import annotations

import email
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import LIBRARY, MODEL, ROOT, WAVE, run_python

HERE = ROOT / "plugins" / "python"

pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
pytest.importorskip("lief", reason="lief, which looks into the library, is not installed")
sys.path.insert(0, str(ROOT / "ffi"))
import check_library  # noqa: E402


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("dist")
    command = [sys.executable, HERE / "build_wheel.py", "--library", LIBRARY, "--output", output]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    (path,) = output.iterdir()
    assert str(path) in done.stdout
    return path


def pythons() -> list[str]:
    """This Python, and others that are at hand."""
    found = [sys.executable]
    for version in ("3.10", "3.12", "3.13", "3.14"):
        known = [
            shutil.which(f"python{version}"),
            *map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python3")),
        ]
        for candidate in filter(None, known):
            said = subprocess.run([candidate, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True)
            if said.returncode == 0:
                found.append(candidate)
                break
    return found


def test_the_wheel_fits_every_python_of_its_platform(wheel: Path) -> None:
    name, _version, python, abi, platform = wheel.stem.split("-")
    assert (name, python, abi) == ("ropar", "py3", "none")
    assert platform != "any"
    assert wheel.stat().st_size < 100e6


def test_the_wheel_carries_library_model_and_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert f"ropar/_native/{LIBRARY.name}" in names and "ropar/py.typed" in names
        for file in MODEL.iterdir():
            packed = hashlib.sha256(archive.read(f"ropar/_models/ropar-base/{file.name}")).hexdigest()
            assert packed == hashlib.sha256(file.read_bytes()).hexdigest(), file.name
        (folder,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
        licences = {name.rsplit("/", 1)[1] for name in names if name.startswith(f"{folder}/licenses/")}
        assert licences == {"LICENSE-MIT", "LICENSE-APACHE", "NOTICE-model.md", "NOTICE-third-party.txt"}
        third_party = archive.read(f"{folder}/licenses/NOTICE-third-party.txt").decode()
        for crate in ("serde_json", "tract-core", "tokenizers", "glam"):
            assert f"\n{crate} " in third_party, crate
        assert "Permission is hereby granted" in third_party
        metadata = email.message_from_bytes(archive.read(f"{folder}/METADATA"))
    assert metadata["License-Expression"] == "(MIT OR Apache-2.0) AND CC-BY-NC-4.0"
    requirements = metadata.get_all("Requires-Dist")
    assert requirements is not None and all("extra ==" in requirement for requirement in requirements)
    assert {r.split(">")[0] for r in requirements} == {"onnxruntime", "onnxruntime-gpu"}
    assert "non-commercial" in str(metadata.get_payload())
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


@pytest.mark.parametrize("python", pythons(), ids=lambda python: Path(python).parts[-3])
def test_the_wheel_works_in_an_empty_environment_without_a_network(wheel: Path, tmp_path: Path, python: str) -> None:
    where = tmp_path / "venv"
    subprocess.run([python, "-m", "venv", "--without-pip", str(where)], check=True)
    inside = where / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(inside / "python")]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], check=True)
    script = """
import json, sys, ropar
assert "site-packages" in ropar.__file__
with ropar.Engine() as engine:
    assert engine.backend == "embedded", engine
    assert "site-packages" in engine.package, engine.package
    motion = engine.generate(sys.argv[1], seconds=0.8, seed=2)
motion.save("wave.glb")
print(json.dumps([list(map(list, frame)) for frame in motion.rotations]))
"""
    done = subprocess.run([inside / "python", "-I", "-c", script, WAVE], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    here = run_python(
        "import json, sys\n# ropar\nwith ropar.Engine(backend='embedded') as engine:\n"
        "    print(json.dumps(engine.generate(sys.argv[1], seconds=0.8, seed=2).rotations.tolist()))",
        WAVE,
    )
    assert json.loads(done.stdout) == json.loads(here.stdout)
    assert (tmp_path / "wave.glb").stat().st_size > 10_000
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for command in ([inside / "ropar"], [inside / "python", "-m", "ropar"]):
        said = subprocess.run([*command, "info", "--json"], cwd=tmp_path, env=alone, capture_output=True, text=True)
        assert said.returncode == 0, said.stderr
        assert "site-packages" in json.loads(said.stdout)["package"]["folder"]


def test_the_types_of_the_wheel_are_seen_by_its_users(wheel: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    where = tmp_path / "packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]
    subprocess.run([*pip, str(where), str(wheel)], check=True)
    program = tmp_path / "user.py"
    program.write_text(
        "import ropar\n"
        "async def main(engine: ropar.Engine) -> float:\n"
        "    motion = await engine.start_generate('a person waves', seconds=2)\n"
        "    names: tuple[str, ...] = ropar.retarget(motion, ropar.Rig.load('hero.glb')).rig.names\n"
        "    wrong: int = motion.joint_names\n"
        "    return motion.fps\n"
    )
    environment = {**os.environ, "MYPYPATH": str(where), "PYTHONPATH": ""}
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file",
        "",
        "--cache-dir",
        str(tmp_path),
        str(program),
    ]
    said = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True).stdout
    assert said.splitlines()[-1].startswith("Found 1 error") and "user.py:5" in said, said


def test_the_folder_alone_makes_no_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    assert done.returncode != 0 and "build_wheel.py" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_library_for_a_newer_system_stops_the_build(tmp_path: Path) -> None:
    library = check_library.read(LIBRARY)
    if library.glibc is None or library.glibc <= (2, 28):
        pytest.skip("this machine's own libraries are old enough")
    command = [sys.executable, str(HERE / "build_wheel.py"), "--library", str(LIBRARY), "--output", str(tmp_path)]
    for platform, words in (("manylinux_2_28_x86_64", "needs glibc"), ("win_amd64", "is for linux")):
        done = subprocess.run([*command, "--platform", platform], capture_output=True, text=True)
        assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_a_wheel_with_the_other_model_states_its_terms(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "build_wheel.py"), "--library", str(LIBRARY), "--output", str(tmp_path)]
    done = subprocess.run([*command, "--model", "ropar-open"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.iterdir()
    with zipfile.ZipFile(path) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        stated = email.message_from_bytes(archive.read(metadata))
        archive.extractall(tmp_path / "installed")
    assert stated["License-Expression"] == "(MIT OR Apache-2.0) AND Apache-2.0"
    assert "ropar-open" in str(stated.get_payload()) and "non-commercial" not in str(stated.get_payload())
    # It is what an engine opens that is told nothing.
    script = "import ropar; e = ropar.Engine(backend='embedded'); print(e.package_name, e.licence.commercial)"
    alone = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    said = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=alone, capture_output=True, text=True)
    assert said.stdout.split() == ["ropar-open", "True"], said.stderr


def test_the_platform_is_the_glibc_that_the_library_needs(wheel: Path) -> None:
    # binutils, which read the same from the library.
    if sys.platform != "linux" or shutil.which("objdump") is None:
        pytest.skip("no objdump")
    said = subprocess.run(["objdump", "-T", str(LIBRARY)], capture_output=True, text=True, check=True).stdout
    newest = max(tuple(map(int, found)) for found in re.findall(r"GLIBC_(\d+)\.(\d+)", said))
    assert wheel.stem.split("-")[-1].startswith("manylinux_{}_{}_".format(*newest))


def test_a_missing_library_stops_the_build(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "build_wheel.py"), "--library", str(tmp_path / "none.so")]
    done = subprocess.run([*command, "--output", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode != 0 and "next:" in done.stderr
    assert not list(tmp_path.iterdir())
