# SPDX-License-Identifier: GPL-3.0-or-later
"""The self-test says what works, and what does not."""

import bpy
import pytest


def found() -> list:
    from bl_ext.user_default.ropar import self_test

    return self_test.lines()


def test_all_is_well(scene):
    assert bpy.ops.ropar.self_test() == {"FINISHED"}
    assert len(found()) == 6 and all(line.good for line in found()), found()
    assert "within 0." in found()[3].text
    assert not bpy.data.actions and not bpy.data.objects  # it leaves nothing in the file


def test_a_retarget_that_is_off(scene, monkeypatch):
    """Two millimetres at one joint are told."""
    from bl_ext.user_default.ropar.host import fitting

    honest = fitting.fit

    def shifted(*arguments, **options):
        fitted = honest(*arguments, **options)
        fitted.translations[10, 5, 0] += 0.002
        return fitted

    monkeypatch.setattr(fitting, "fit", shifted)
    bpy.ops.ropar.self_test()
    bad = [line.text for line in found() if not line.good]
    assert len(bad) == 1 and "within 2.0" in bad[0], bad


def test_a_package_that_is_none(scene, tmp_path):
    preferences = bpy.context.preferences.addons["bl_ext.user_default.ropar"].preferences
    preferences.package = str(tmp_path)
    try:
        bpy.ops.ropar.self_test()
        assert [line.good for line in found()] == [True, False]
        assert "manifest.json" in found()[1].text
    finally:
        preferences.package = ""


def test_a_folder_that_cannot_be_written(scene, monkeypatch):
    import tempfile

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    bpy.ops.ropar.self_test()
    bad = [line.text for line in found() if not line.good]
    assert len(bad) == 1 and "No space left" in bad[0]


@pytest.mark.real
def test_the_verdict_of_a_walk(scene):
    """With the real model: the walk that was chosen is judged good, so that a worse verdict means something."""
    bpy.ops.ropar.self_test()
    assert "good" in found()[4].text, found()
