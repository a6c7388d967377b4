"""Jobs: off the main thread, handed over by executeDeferred, stopped by Esc."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import rigs
from maya import cmds


@pytest.fixture(autouse=True)
def _interface(scene: Any) -> None:
    scene.batch = False


def finish(scene: Any) -> None:
    """Waits for the job's thread and lets Maya have its idle moment."""
    from ropar_maya.host import background

    found = background.running()
    assert found is not None and found.job.wait(30)
    for _ in range(200):
        if scene.deferred:
            break
        threading.Event().wait(0.01)
    while scene.deferred:
        function, arguments = scene.deferred.pop(0)
        function(*arguments)


def test_a_background_job_is_written_as_one_undoable_step(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    before = scene.snapshot()
    threads = []
    double.on_progress = lambda share: threads.append(threading.current_thread())
    number = cmds.roparGenerate(prompt="a person walks", target=paths[0], background=True)
    assert isinstance(number, int) and not scene.undo_queue
    assert 0.0 <= cmds.roparGenerate(query=True, progress=True) <= 1.0
    finish(scene)
    assert cmds.roparGenerate(query=True, progress=True) == -1.0
    assert threads and all(thread is not threading.main_thread() for thread in threads)
    assert len(scene.undo_queue) == 1
    after = scene.snapshot()
    scene.undo()
    assert scene.snapshot() == before
    scene.redo()
    assert scene.snapshot() == after


def test_one_job_at_a_time(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    hold = threading.Event()
    double.on_progress = lambda share: hold.wait(10)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], background=True)
    for other in ({"background": True}, {}):
        with pytest.raises(RuntimeError, match="another motion is being made"):
            cmds.roparGenerate(prompt="a person runs", target=paths[0], **other)
    hold.set()
    finish(scene)
    assert len(scene.undo_queue) == 1


def test_a_cancelled_job_changes_nothing(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    before = scene.snapshot()
    hold = threading.Event()
    double.on_progress = lambda share: hold.wait(10)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], background=True)
    cmds.roparGenerate(cancel=True)
    hold.set()
    finish(scene)
    assert scene.snapshot() == before and not scene.undo_queue
    assert "Cancelled; nothing was changed" in scene.messages[-1][1]


def test_a_cancel_is_no_error(scene: Any, double: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it comes in time for the work, or only for the writing."""
    from ropar_maya.host import background

    told = []
    monkeypatch.setattr(background, "_listeners", [lambda *words: told.append(words)])
    paths = rigs.body(scene)
    double.on_progress = lambda share: cmds.roparGenerate(cancel=True)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], background=True)
    finish(scene)
    double.on_progress = None
    cmds.roparGenerate(prompt="a person walks", target=paths[0], background=True)
    running = background.running()
    assert running is not None and running.job.wait(30)
    cmds.roparGenerate(cancel=True)
    finish(scene)
    assert scene.messages == [("info", "Cancelled; nothing was changed")] * 2
    assert told == [("Cancelled; nothing was changed", False)] * 2


def test_a_skeleton_that_is_gone_by_then(scene: Any, double: Any) -> None:
    paths = rigs.body(scene)
    cmds.roparGenerate(prompt="a person walks", target=paths[0], background=True)
    for path in paths:
        del scene.nodes[path]
    rigs.body(scene)  # the same names, other nodes
    before = scene.snapshot()
    finish(scene)
    assert scene.snapshot() == before
    assert scene.messages[-1][1].startswith("Hips was removed or renamed meanwhile")
    assert cmds.roparGenerate(query=True, progress=True) == -1.0


def test_a_job_that_fails(scene: Any, double: Any) -> None:
    import ropar

    paths = rigs.body(scene)

    def fail(share: float) -> None:
        raise ropar.InputError("the prompt is too long", "shorten it")

    double.on_progress = fail
    cmds.roparGenerate(prompt="a person walks", target=paths[0], background=True)
    finish(scene)
    assert scene.messages[-1] == ("error", "the prompt is too long: shorten it")


def test_esc_in_the_progress_window(scene: Any, double: Any) -> None:
    scene.batch = False
    paths = rigs.body(scene)
    before = scene.snapshot()
    scene.escape_after = 1
    double.on_progress = lambda share: threading.Event().wait(0.15)
    with pytest.raises(RuntimeError, match="Cancelled; nothing was changed"):
        cmds.roparGenerate(prompt="a person walks", target=paths[0])
    assert scene.snapshot() == before and not scene.undo_queue


def test_without_an_interface_nothing_runs_in_the_background(scene: Any, double: Any) -> None:
    scene.batch = True
    paths = rigs.body(scene)
    with pytest.raises(RuntimeError, match="leave -background out"):
        cmds.roparGenerate(prompt="a person walks", target=paths[0], background=True)


def test_prompts_are_remembered_with_an_interface_only(scene: Any, double: Any) -> None:
    from ropar_maya import history

    scene.batch = True

    paths = rigs.body(scene)
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    assert not scene.options
    scene.batch = False
    for prompt in ("a person runs", "a person walks", "a person runs"):
        cmds.roparGenerate(prompt=prompt, target=paths[0], replace=True)
    assert history.used(scene.options[history.OPTION]) == ["a person runs", "a person walks"]


def test_in_mayapy_the_work_is_done_at_once_and_here(scene: Any, double: Any) -> None:
    scene.batch = True
    paths = rigs.body(scene)
    threads = []
    double.on_progress = lambda share: threads.append(threading.current_thread())
    cmds.roparGenerate(prompt="a person walks", target=paths[0])
    assert set(threads) == {threading.main_thread()}
