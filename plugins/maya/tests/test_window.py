"""The window, shown off screen, with the stand-in for Maya behind it."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import pytest
import rigs
from maya import OpenMayaUI, cmds

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
try:
    from PySide6 import QtCore, QtWidgets
except ImportError as error:
    pytest.skip(f"no PySide6: {error}", allow_module_level=True)


@pytest.fixture(scope="session")
def app() -> Any:
    return QtWidgets.QApplication.instance() or QtWidgets.QApplication([])


@pytest.fixture
def panel(app: Any, scene: Any) -> Any:
    from ropar_maya.host import background
    from ropar_maya.ui.panel import Panel

    scene.batch = False
    made = Panel()
    made.widget.resize(340, 640)
    made.widget.show()
    yield made
    background.unlisten(made._finished)
    made.widget.close()


def settle(app: Any, scene: Any, done: Any, seconds: float = 10.0) -> None:
    """Lets Qt and Maya's idle queue work until something is so."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never came"
        app.processEvents()
        while scene.deferred:
            function, arguments = scene.deferred.pop(0)
            function(*arguments)
        time.sleep(0.01)


def test_generate_from_the_window_is_one_undoable_step(app: Any, scene: Any, double: Any, panel: Any) -> None:
    paths = rigs.body(scene)
    scene.selection = [paths[4]]
    before = scene.snapshot()
    panel.generate.prompt.edit.setText("a person walks")
    panel.generate.seed.setValue(12)
    panel.generate.automatic.setChecked(False)
    panel.generate.seconds.setValue(2.5)
    panel.generate.button.click()
    settle(app, scene, lambda: scene.undo_queue)
    asked = double.asked[0]
    assert (asked["prompt"], asked["seed"], asked["seconds"]) == ("a person walks", 12, 2.5)
    assert panel.result.text().startswith("Frames 1 to 25\nFit: ")
    scene.undo()
    assert scene.snapshot() == before


def test_a_new_skeleton_from_the_window(app: Any, scene: Any, double: Any, panel: Any) -> None:
    panel.generate.who.setCurrentIndex(1)
    panel.generate.prompt.edit.setText("a person walks")
    panel.generate.button.click()
    settle(app, scene, lambda: scene.undo_queue)
    assert scene.selection == ["|ropar|Hips"]
    panel.tick()
    assert panel.target.text() == "Hips"


def test_progress_and_cancel(app: Any, scene: Any, double: Any, panel: Any) -> None:
    paths = rigs.body(scene)
    scene.selection = [paths[0]]
    before = scene.snapshot()
    hold = threading.Event()
    double.on_progress = lambda share: hold.wait(10)
    panel.generate.prompt.edit.setText("a person walks")
    panel.generate.button.click()
    panel.tick()
    assert panel.bar.isVisible() and not panel.generate.button.isVisible()
    assert not panel._fields.isEnabled()
    panel.stop.click()
    hold.set()
    settle(app, scene, lambda: "Cancelled" in panel.result.text())
    assert scene.snapshot() == before
    assert panel.generate.button.isVisible() and panel._fields.isEnabled()
    # It was asked for, so it does not look like an error.
    assert panel.result.styleSheet() == "" and scene.messages[-1][0] == "info"


def test_what_is_wrong_is_shown(app: Any, scene: Any, double: Any, panel: Any) -> None:
    panel.generate.button.click()
    assert panel.result.text() == "the prompt is empty: write what the character shall do, or pick an example"
    assert panel.result.styleSheet() != ""
    panel.generate.prompt.edit.setText("a person walks")
    panel.generate.button.click()
    assert panel.result.text().startswith("no skeleton is selected")
    assert panel.target.text() == "no skeleton is selected"


def test_an_idle_window_leaves_the_scene_alone(
    app: Any, scene: Any, double: Any, panel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows another selection at once, reads a skeleton once for each, and nothing while it is hidden."""
    from ropar_maya.host import scene as host
    from ropar_maya.ui import panel as module

    asked = []
    real = host.root_of

    def root_of(target: str) -> tuple[str, str]:
        asked.append(target)
        return real(target)

    def let_pass(ticks: int) -> None:
        end = time.monotonic() + ticks * module.TICK / 1000
        while time.monotonic() < end:
            app.processEvents()
            time.sleep(0.01)

    monkeypatch.setattr(host, "root_of", root_of)
    one, other = rigs.body(scene, namespace="a:"), rigs.body(scene, namespace="b:")
    for selection in ([one[0]], [other[3]]):
        scene.selection = selection
        settle(app, scene, lambda: panel.target.text() == scene.selection[0].split("|")[1])
    let_pass(4)
    assert len(asked) == 2
    panel.widget.hide()
    scene.selection = [one[0]]
    let_pass(4)
    assert len(asked) == 2
    panel.widget.show()
    settle(app, scene, lambda: panel.target.text() == "a:Hips")


def test_the_fields_are_the_commands_flags(app: Any, scene: Any, panel: Any) -> None:
    """Every value that the window hands over is a flag of its command."""
    from ropar_maya import flags

    panel.generate.fill.setChecked(True)
    panel.generate.where.setCurrentIndex(1)
    for name in ("guidance", "iterations", "steps"):
        getattr(panel.generate, name).setValue(4)
    panel.redo.whole.setChecked(False)
    panel.redo.guidance.setValue(2)
    panel.redo.layer.setChecked(True)
    panel.clip.file.setText("walk.fbx")
    panel.clip.source.setText("b:Hips")
    for command, values in (
        ("roparGenerate", panel.generate.values()),
        ("roparRedo", panel.redo.values()),
        ("roparRetarget", panel.clip.values()),
    ):
        assert set(values) <= {flag.long for flag in flags.COMMANDS[command]}, command
    assert panel.generate.values()["layer"] == "" and "seconds" not in panel.generate.values()
    assert panel.redo.values()["parts"] == ["left_arm"]


def test_the_mapping_is_shown_changed_and_kept(app: Any, scene: Any, double: Any, panel: Any) -> None:
    import json

    paths = rigs.body(scene)
    scene.selection = [paths[0]]
    panel.mapping.find()
    table = panel.mapping.table
    assert table.item(20, 0).text() == "Left Wrist" and table.cellWidget(20, 1).currentData() == "LeftHand"
    box = table.cellWidget(20, 1)
    box.setCurrentIndex(box.findData(""))
    box.activated.emit(0)
    assert json.loads(scene.nodes[paths[0]].attributes["roparMapping"])["joints"]["left_wrist"] is None
    panel.mapping.find()
    assert table.cellWidget(20, 1).currentData() == ""
    panel.mapping.clear()
    assert scene.nodes[paths[0]].attributes["roparMapping"] == ""


def test_a_mapping_is_corrected_more_than_once(app: Any, scene: Any, double: Any, panel: Any) -> None:
    import json

    from ropar_maya.canonical import JOINTS

    paths = rigs.body(scene)
    scene.joint(f"{paths[9]}|Chest")
    scene.selection = [paths[0]]
    panel.mapping.find()

    def choose(joint: str, name: str) -> list[str]:
        box = panel.mapping.table.cellWidget(JOINTS.index(joint), 1)
        box.setCurrentIndex(box.findData(name))
        box.activated.emit(box.currentIndex())
        return list(json.loads(scene.nodes[paths[0]].attributes["roparMapping"])["spine"])

    # A mistake is taken back.
    choose("spine1", "LeftHand")
    assert choose("spine1", "Spine") == ["Spine", "Spine1", "Spine2"]
    # All of them one up, from the bottom: each is a neighbour's until that is chosen as well.
    choose("spine1", "Spine1")
    choose("spine2", "Spine2")
    assert choose("spine3", "Chest") == ["Spine1", "Spine2", "Chest"]


def test_settings_are_kept_by_maya(app: Any, scene: Any, panel: Any) -> None:
    from ropar_maya.host import scene as host

    panel.settings.threads.setValue(3)
    panel.settings.provider.setCurrentIndex(1)
    panel.settings.provider.activated.emit(1)
    assert host.engine_options().threads == 3 and host.engine_options().provider == "cpu"


def test_the_dockable_window(app: Any, scene: Any, double: Any) -> None:
    import shiboken6
    from ropar_maya.host import window

    scene.batch = False
    host = QtWidgets.QWidget()
    QtWidgets.QVBoxLayout(host)
    OpenMayaUI.controls[window.CONTROL] = shiboken6.getCppPointer(host)[0]
    window.show()
    script = cmds._controls[window.CONTROL]["uiScript"]
    exec(script)
    assert host.findChild(QtWidgets.QWidget, "roparPanel") is not None
    window.show()  # a second time brings it to the front
    assert cmds._controls[window.CONTROL]["restore"]


def test_unloading_takes_the_window_and_its_job_along(app: Any, scene: Any, double: Any, panel: Any) -> None:
    from maya.api.OpenMaya import MObject
    from ropar_maya.host import background, plugin, window

    paths = rigs.body(scene)
    scene.selection = [paths[0]]
    before = scene.snapshot()
    window.show()
    hold = threading.Event()
    double.on_progress = lambda share: hold.wait(10)
    panel.generate.prompt.edit.setText("a person walks")
    panel.generate.button.click()
    plugin.unload(MObject("plugin"))
    try:
        assert window.CONTROL not in cmds._controls
        hold.set()
        settle(app, scene, lambda: background.running() is None)
        # Nothing is written, and what is left of the panel hears nothing of it.
        assert scene.snapshot() == before and panel.result.text() == ""
    finally:
        plugin.load(MObject("plugin"))


def test_every_field_says_what_it_is(app: Any, scene: Any, panel: Any) -> None:
    kinds = (QtWidgets.QAbstractSpinBox, QtWidgets.QComboBox, QtWidgets.QCheckBox, QtWidgets.QPushButton)
    for kind in kinds:
        for widget in panel.widget.findChildren(kind):
            assert widget.toolTip(), widget
    assert panel.widget.findChildren(QtCore.QTimer)


def test_german(app: Any, scene: Any) -> None:
    from ropar_maya import translations
    from ropar_maya.ui.panel import Panel

    translations.use("de_DE")
    try:
        assert Panel().generate.button.text() == "Erzeugen"
    finally:
        translations.use("en_US")
