"""With the real library and the shipped model: all that the self-test does in a Maya, here in the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import rigs
import ropar
from conftest import MODEL
from maya import cmds
from ropar_maya import canonical


@pytest.fixture(scope="module")
def engine() -> Iterator[ropar.Engine]:
    with ropar.Engine(package=MODEL, backend="embedded") as engine:
        yield engine


@pytest.fixture
def real(scene: Any, engine: ropar.Engine, monkeypatch: pytest.MonkeyPatch) -> ropar.Engine:
    from ropar_maya import library

    monkeypatch.setattr(library, "engine", lambda options: engine)
    return engine


def test_the_table_of_joints_is_the_library_s(real: ropar.Engine) -> None:
    motion = real.generate("a person stands still", seconds=0.4, seed=1)
    assert tuple(motion.joint_names) == canonical.JOINTS
    assert tuple(real.parts) == canonical.PARTS


def test_the_self_test(real: ropar.Engine) -> None:
    from ropar_maya import selftest

    report = selftest.everything()
    assert not report.failed, report.text
    assert len([line for line in report.lines if line.startswith("works")]) == 13
    assert report.text.endswith("Everything works.")


def test_the_self_test_finds_a_fault(real: ropar.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A joint formula with two rotations the wrong way round is found, and the report says where."""
    import joint_formula
    import scene as fake
    from ropar_maya import selftest

    def wrong(translate: Any, rotate: Any, scale: Any, order: int, orient: Any, axis: Any, *rest: Any) -> Any:
        return joint_formula.joint_matrix(translate, rotate, scale, order, axis, orient, *rest)

    monkeypatch.setattr(fake, "joint_matrix", wrong)
    report = selftest.everything()
    assert report.failed
    assert any(line.startswith("FAILS  generate on orders, orients") for line in report.lines)


def test_redo_keeps_every_other_key(scene: Any, real: ropar.Engine) -> None:
    paths = rigs.body(scene, rigs.oriented(21, scales="even"))
    cmds.roparGenerate(prompt="a person walks forward", seconds=2.0, seed=1, target=paths[0], startTime=1)
    before = {n: [(k.time, k.value) for k in node.keys] for n, node in scene.nodes.items() if node.keys}
    state = scene.snapshot()
    cmds.roparRedo(
        parts=["left_arm"],
        prompt="a person waves with the left hand",
        startTime=13,
        endTime=37,
        seed=3,
        target=paths[0],
    )
    after = {n: [(k.time, k.value) for k in node.keys] for n, node in scene.nodes.items() if node.keys}
    changed = {name for name in after if after[name] != before.get(name)}
    assert {name.split("_")[0] for name in changed} <= {"LeftShoulder", "LeftArm", "LeftForeArm", "LeftHand"}
    assert "LeftArm_rotateX" in changed
    for name in changed:
        outside = [(t, v) for t, v in before[name] if not 13 - 1e-3 <= t * 24 <= 37 + 1e-3]
        assert [(t, v) for t, v in after[name] if not 13 - 1e-3 <= t * 24 <= 37 + 1e-3] == outside
    # At the ends of the range the arm goes on from where it was.
    for name in changed:
        old, new = dict(before[name]), dict(after[name])
        for frame in (13, 37):
            key = min(new, key=lambda t: abs(t * 24 - frame))
            if key in old:
                assert abs(old[key] - new[key]) < 0.35, (name, frame)
    scene.undo()
    assert scene.snapshot() == state
    scene.redo()


def test_redo_on_a_layer_leaves_everything_outside_of_the_range(scene: Any, real: ropar.Engine) -> None:
    paths = rigs.body(scene, rigs.oriented(21, scales="even"))
    cmds.roparGenerate(prompt="a person walks forward", seconds=2.0, seed=1, target=paths[0], startTime=1)
    frames = (1, 8, 12, 13, 25, 37, 38, 44)
    before = {frame: scene.worlds(paths, scene.seconds(frame)) for frame in frames}
    state = scene.snapshot()
    given = {"parts": "left_arm", "prompt": "a person waves with the left hand", "startTime": 13, "endTime": 37}
    assert cmds.roparRedo(seed=3, target=paths[0], layer="wave", **given) == ["wave"]
    for frame in frames:
        after = scene.worlds(paths, scene.seconds(frame))
        for index, path in enumerate(paths):
            if index not in (13, 16, 18, 20) or not 13 <= frame <= 37:
                assert after[path] == pytest.approx(before[frame][path], abs=1e-6), (frame, path)
    moved = scene.world(paths[20], scene.seconds(25))[3, :3] - before[25][paths[20]][3, :3]
    assert abs(moved).max() > 1.0
    after = scene.snapshot()
    scene.undo()
    assert scene.snapshot() == state
    scene.redo()
    assert scene.snapshot() == after
    # What is hidden by a layer is not changed in vain.
    with pytest.raises(RuntimeError, match=r"is on animation layers.*: use -layer, or merge them"):
        cmds.roparRedo(seed=3, target=paths[0], **given)
    assert scene.snapshot() == after


def test_a_clip_file_of_another_rig(scene: Any, real: ropar.Engine, tmp_path: Any) -> None:
    import numpy as np

    made = real.generate("a person walks forward", seconds=2.0, seed=1)
    for suffix in ("fbx", "bvh", "glb"):
        path = tmp_path / f"walk.{suffix}"
        made.save(path)
        import scene as fake

        scene = fake.reset()
        paths = rigs.body(scene, rigs.oriented(2))
        cmds.roparRetarget(file=str(path), target=paths[0], startTime=1)
        walked = scene.world(paths[0], 47 / 24)[3, 2] - scene.world(paths[0], 0.0 + 1 / 24)[3, 2]
        wanted = np.asarray(made.root)[:, 2]
        assert walked == pytest.approx(100 * (wanted[-1] - wanted[0]), rel=0.1), suffix


@pytest.mark.parametrize("prompt", ["a person waves with both hands", "a person walks forward"])
def test_one_skeleton_to_another(scene: Any, real: ropar.Engine, prompt: str) -> None:
    """There and back: the second skeleton of the same proportions does what the first does."""
    import numpy as np

    one = rigs.body(scene, rigs.oriented(2), namespace="a:")
    other = rigs.body(scene, rigs.oriented(3, scales="even"), namespace="b:")
    cmds.roparGenerate(prompt=prompt, seconds=2.0, seed=1, target=one[0], startTime=1, contacts=False)
    cmds.roparRetarget(source=one[0], sourceStart=1, sourceEnd=48, target=other[0], startTime=1, contacts=False)
    for frame in (1, 20, 44):
        first, second = (scene.worlds(paths, scene.seconds(frame)) for paths in (one, other))
        apart = [np.linalg.norm(first[a][3, :3] - second[b][3, :3]) for a, b in zip(one, other, strict=True)]
        assert max(apart) < 0.1  # centimetres
