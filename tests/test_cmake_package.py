"""libropar as C++ hosts get it: installed below a prefix, found by CMake, linked and run.

Uses the library that `tests/run` has built; skipped, with the reason, where there is none or no C++ compiler.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"

STATIC_PROJECT = """
cmake_minimum_required(VERSION 3.16)
project(static_host LANGUAGES C)
find_package(ropar 0.1 REQUIRED)
add_executable(host main.c)
target_link_libraries(host PRIVATE ropar::static)
"""
STATIC_PROGRAM = """
#include <stdio.h>
#include <ropar.h>
int main(void)
{
    uint64_t joints = 0;
    ropar_query(ROPAR_QUERY_JOINTS, &joints, NULL);
    printf("%s %u\\n", ropar_version(), (unsigned)joints);
    return 0;
}
"""


def call(*words: str | Path, folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def cmake() -> str:
    beside = Path(sys.executable).with_name("cmake")
    found = str(beside) if beside.exists() else shutil.which("cmake")
    if found is None:
        pytest.skip("there is no cmake")
    return found


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if sys.platform != "linux":
        pytest.skip("the installation is tried on Linux")
    if not (RELEASE / "libropar.so").is_file():
        pytest.skip("libropar is not built; `cargo build --release --package ropar-ffi` does it")
    if shutil.which("c++") is None:
        pytest.skip("there is no C++ compiler")
    prefix = tmp_path_factory.mktemp("prefix")
    call(ROOT / "ffi" / "install", prefix, RELEASE, folder=prefix)
    # An installation may be moved: everything is found relative to it.
    return prefix.rename(prefix.with_name("moved prefix"))


def build(source: Path, folder: Path, prefix: Path) -> None:
    call(cmake(), "-S", source, "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}", folder=source)
    call(cmake(), "--build", folder, folder=source)


def test_the_example_finds_library_and_model(prefix: Path, tmp_path: Path) -> None:
    build(ROOT / "ffi" / "examples" / "cpp", tmp_path / "build", prefix)
    said = call(tmp_path / "build" / "wave", folder=tmp_path)
    # 2 s at the package's 20 frames a second.
    assert "wave.glb: 40 frames" in said
    said = call(tmp_path / "build" / "wave", "wave.glb", "again.glb", folder=tmp_path)
    assert '"verdict"' in said
    assert (tmp_path / "again.glb").read_bytes()[:4] == b"glTF"


def test_the_static_library_links(prefix: Path, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(STATIC_PROJECT)
    (tmp_path / "main.c").write_text(STATIC_PROGRAM)
    build(tmp_path, tmp_path / "build", prefix)
    version = (ROOT / "Cargo.toml").read_text().split('version = "')[1].split('"')[0]
    assert call(tmp_path / "build" / "host", folder=tmp_path).split() == [version, "22"]


def test_another_version_is_not_taken(prefix: Path, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(STATIC_PROJECT.replace("ropar 0.1", "ropar 9.0"))
    (tmp_path / "main.c").write_text(STATIC_PROGRAM)
    words = [cmake(), "-S", str(tmp_path), "-B", str(tmp_path / "build"), f"-DCMAKE_PREFIX_PATH={prefix}"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode != 0
    assert "version" in done.stderr
