# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a Python that has `bpy`: the extension is staged, enabled, and used through its operators.

`ropar` is the test double, or with ``--real FOLDER`` the package that lies in that folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(Path(__file__).parent))

_folder = tempfile.TemporaryDirectory(prefix="ropar-blender-")
_user = Path(_folder.name)
os.environ["BLENDER_USER_RESOURCES"] = str(_user)
os.environ["HOME"] = str(_user)
_status = 0


def pytest_addoption(parser):
    parser.addoption("--real", help="folder that holds the real package `ropar`")


def pytest_configure(config):
    config.addinivalue_line("markers", "real: needs the real package, with --real")
    package = config.getoption("--real") or str(TESTS / "double")
    sys.path.insert(0, package)
    staged = _user / "extensions" / "user_default" / "ropar"
    staged.parent.mkdir(parents=True)
    subprocess.run(
        [sys.executable, TESTS.parent / "build.py", "--stage", staged], check=True, stdout=subprocess.DEVNULL
    )


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--real"):
        skip = pytest.mark.skip(reason="needs the real package `ropar` (--real)")
        for item in items:
            if "real" in item.keywords:
                item.add_marker(skip)


def pytest_sessionfinish(session, exitstatus):
    global _status
    _status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    _folder.cleanup()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_status)  # some builds of bpy hang when the interpreter exits


@pytest.fixture(autouse=True)
def scene():
    """An empty file with the extension enabled."""
    import addon_utils
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert addon_utils.enable("bl_ext.user_default.ropar", default_set=True) is not None
    return bpy.context.scene
