"""The ZIP, the module file and the installer."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import PLUGIN, ROOT


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel with the package's name; the real one is 60 MB, and plugins/python tests it."""
    path = tmp_path / "ropar-0.1.0-py3-none-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ropar/__init__.py", "__version__ = '0.1.0'\nEngine = object\n")
    return path


def test_the_zip_is_whole_and_the_same_each_time(tmp_path: Path, wheel: Path) -> None:
    files = []
    for name in ("a", "b"):
        command = [sys.executable, PLUGIN / "build.py", "--wheel", wheel, "-o", tmp_path / name]
        made = Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
        assert made.name == "ropar-maya-0.1.0-manylinux_2_28_x86_64.zip"
        files.append(made.read_bytes())
    assert files[0] == files[1]
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "unpacked")
    assert all(name.startswith("ropar-maya/") for name in names)
    for needed in (
        "plug-ins/roparMaya.py",
        "scripts/ropar_maya/host/plugin.py",
        "scripts/ropar_maya/data/examples.json",
        "scripts/ropar_maya/data/translations/de_DE.json",
        "site/ropar/__init__.py",
        "install_ropar.py",
        "ropar_selftest.py",
        "ropar.mod",
        "LICENSE-MIT",
        "LICENSE-APACHE",
    ):
        assert f"ropar-maya/{needed}" in names, needed
    assert not any("__pycache__" in name or "/tests/" in name for name in names)
    # As Maya has it by the module file: the package is found, and nothing hides it.
    folder = tmp_path / "unpacked" / "ropar-maya"
    path = ":".join(str(folder / name) for name in ("site", "scripts", "plug-ins"))
    script = "from ropar_maya import library; print(library.module().__file__)"
    found = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": path}, check=True, capture_output=True, text=True
    )
    assert Path(found.stdout.strip()) == folder / "site" / "ropar" / "__init__.py"


def test_something_that_hides_the_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "ropar.py").write_text("", encoding="utf-8")
    script = "from ropar_maya import library; library.module()"
    path = f"{tmp_path}:{PLUGIN / 'scripts'}"
    found = subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": path}, capture_output=True, text=True)
    assert f"{tmp_path / 'ropar.py'} hides the Python package ropar: rename or remove it" in found.stderr


def test_the_installer(scene: Any, tmp_path: Path) -> None:
    installer = load(PLUGIN / "install_ropar.py")
    scene.options["userAppDir"] = str(tmp_path)
    before = list(sys.path)
    try:
        installer.onMayaDroppedPythonFile("dropped")
    finally:
        sys.path[:] = before
    text = (tmp_path / "modules" / "ropar.mod").read_text(encoding="utf-8")
    assert text == f"+ RoPAR 0.1.0 {PLUGIN.as_posix()}\nPYTHONPATH +:= site\n"
    assert scene.messages[-1][1].startswith("RoPAR is installed")
    # The module file that lies in the ZIP says the same of its own folder.
    assert (PLUGIN / "ropar.mod").read_text(encoding="utf-8") == text.replace(PLUGIN.as_posix(), ".")


def test_an_installer_without_its_folder(tmp_path: Path) -> None:
    installer = load(PLUGIN / "install_ropar.py")
    with pytest.raises(RuntimeError, match="unpack the whole ZIP"):
        installer.install(tmp_path / "modules", tmp_path)
    assert not (tmp_path / "modules").exists()
    (tmp_path / "modules").write_text("a file", encoding="utf-8")
    with pytest.raises(RuntimeError, match="cannot be written"):
        installer.install(tmp_path / "modules", PLUGIN)


def test_one_version() -> None:
    from ropar_maya import __version__

    python = (ROOT / "plugins" / "python" / "src" / "ropar" / "_version.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "(.+)"', python)
    assert found is not None and found[1] == __version__
    installer = load(PLUGIN / "install_ropar.py")
    assert __version__ == installer.VERSION
    assert f"+ RoPAR {__version__} " in (PLUGIN / "ropar.mod").read_text(encoding="utf-8")
