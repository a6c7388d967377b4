"""Making motion: the same as the program does, parts made anew, jobs, and errors."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import ropar
from conftest import MODEL, STAND, WAVE, Glb, run_program

MANIFEST = json.loads((MODEL / "manifest.json").read_text(encoding="utf-8"))
LEFT_ARM = ["left_collar", "left_shoulder", "left_elbow", "left_wrist"]


def test_an_engine_says_what_it_is(engine: ropar.Engine) -> None:
    assert engine.parts == ["torso", "left_arm", "right_arm", "left_leg", "right_leg"]
    assert (engine.package_name, engine.package_version) == (MANIFEST["name"], MANIFEST["version"])
    assert Path(engine.package, "manifest.json").is_file()
    licence = MANIFEST["licence"]
    assert engine.licence == ropar.Licence(licence["id"], licence["notice"], licence["commercial"])
    limits = MANIFEST["limits"]
    assert engine.limits == ropar.Limits(0.4, limits["max_seconds"], limits["max_prompt_characters"])
    assert engine.frame_rate == MANIFEST["frame_rate"]
    assert (engine.backend, engine.provider, engine.threads) == ("embedded", "cpu", 1)
    assert engine.info()["package"]["manifest"]["name"] == MANIFEST["name"]


def test_feet_can_be_left_as_they_were_made(engine: ropar.Engine, wave: ropar.Motion) -> None:
    made = engine.generate(WAVE, seconds=2, seed=5, plant_feet=False)
    legs = [i for i, name in enumerate(wave.joint_names) if name.split("_")[-1] in ("hip", "knee", "ankle", "foot")]
    others = [i for i in range(len(wave.joint_names)) if i not in legs]
    assert np.array_equal(made.rotations[:, others], wave.rotations[:, others])
    assert np.allclose(made.root[:, [0, 2]], wave.root[:, [0, 2]], atol=1e-6)
    apart = np.abs(made.rotations[:, legs] - wave.rotations[:, legs]).max()
    assert 1e-4 < apart < 0.5


def test_a_motion_is_the_one_that_the_program_makes(engine: ropar.Engine, wave: ropar.Motion, tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs.glb", tmp_path / "ours.glb"
    done = run_program(
        "generate",
        WAVE,
        "--seconds",
        "2",
        "--seed",
        "5",
        "--fps",
        "20",
        "--backend",
        "embedded",
        "--package",
        MODEL,
        "-o",
        theirs,
    )
    assert done.returncode == 0, done.stderr
    assert (wave.fps, wave.frames) == (20.0, 40)
    glb = Glb.read(theirs)
    assert np.array_equal(glb.curve("pelvis", "translation"), wave.root)
    for joint, name in enumerate(wave.joint_names):
        curve = glb.curve(name, "rotation")
        same = (curve == wave.rotations[:, joint]).all(axis=1) | (curve == -wave.rotations[:, joint]).all(axis=1)
        assert same.all(), name
    extras = glb.document["asset"]["extras"]
    extras.pop("ropar")  # the writer's own
    assert {key: wave.metadata[key] for key in extras} == extras
    assert wave.metadata["prompt"] == WAVE and wave.metadata["licence"]["id"] == engine.licence.id
    wave.save(ours)
    assert ours.read_bytes() == theirs.read_bytes()


def test_seeds_settings_and_lengths_count(engine: ropar.Engine, wave: ropar.Motion) -> None:
    again = engine.generate(WAVE, seconds=2.0, seed=5)
    assert again.rotations.tobytes() == wave.rotations.tobytes() and again.root.tobytes() == wave.root.tobytes()
    for settings in ({"seed": 6}, {"guidance": 0.0}, {"guidance": 6.0}, {"iterations": 2}, {"steps": 3}):
        other = engine.generate(WAVE, **{"seconds": 2.0, "seed": 5, **settings})  # type: ignore[arg-type]
        assert other.frames == wave.frames
        assert not np.array_equal(other.rotations, wave.rotations), settings
    usual = engine.generate(STAND)
    assert 1.0 <= usual.seconds <= 8.0


def test_a_redone_part_leaves_every_other_number(engine: ropar.Engine) -> None:
    clip = engine.generate(STAND, seconds=3.0, seed=5).resample(30)
    again = engine.redo(clip, ["left_arm"], WAVE, start=1.0, end=2.5, seed=3)
    assert (again.fps, again.frames) == (clip.fps, clip.frames)
    assert again.root.tobytes() == clip.root.tobytes()
    inside = np.arange(clip.frames) / clip.fps
    for joint, name in enumerate(clip.joint_names):
        before, after = clip.rotations[:, joint], again.rotations[:, joint]
        if name in LEFT_ARM:
            outside = (inside < 1.0) | (inside > 2.5)
            assert before[outside].tobytes() == after[outside].tobytes()
            assert not np.array_equal(before, after), name
        else:
            assert before.tobytes() == after.tobytes(), name
    assert [clip.joint_names[joint] for joint in engine.part_joints("left_arm")] == LEFT_ARM
    assert again.metadata["edits"][0]["prompt"] == WAVE
    assert again.metadata["prompt"] == STAND


def test_one_part_may_be_named_without_a_list(engine: ropar.Engine, wave: ropar.Motion) -> None:
    one, many = (engine.redo(wave, parts, STAND, seed=1) for parts in ("left_arm", ("left_arm", "left_arm")))
    assert one.rotations.tobytes() == many.rotations.tobytes()


def test_in_step_is_another_motion_of_the_same_part(engine: ropar.Engine) -> None:
    clip = engine.generate("a person walks forward", seconds=2.0, seed=1)
    alone, together = (engine.redo(clip, ["left_arm"], WAVE, seed=1, in_step=in_step) for in_step in (False, True))
    arm = engine.part_joints("left_arm")
    assert not np.array_equal(alone.rotations[:, arm], together.rotations[:, arm])
    rest = [joint for joint in range(22) if joint not in arm]
    assert np.array_equal(alone.rotations[:, rest], together.rotations[:, rest])


def test_progress_rises_to_one_and_cancels(engine: ropar.Engine, wave: ropar.Motion) -> None:
    shares: list[float] = []
    engine.generate(WAVE, seconds=4.0, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0
    with pytest.raises(ropar.Cancelled) as caught:
        engine.generate(WAVE, seconds=30.0, progress=lambda share: True)
    assert caught.value.message
    with pytest.raises(ropar.Cancelled):
        engine.redo(wave, ["torso"], STAND, progress=lambda share: True)
    with pytest.raises(ZeroDivisionError):
        engine.generate(WAVE, seconds=30.0, progress=lambda share: bool(1 / 0))


def test_jobs_run_in_the_background(engine: ropar.Engine, wave: ropar.Motion) -> None:
    threads: set[int] = set()
    job = engine.start_generate(WAVE, seconds=2.0, seed=5, progress=lambda _: threads.add(threading.get_ident()))
    assert job.result(timeout=120).rotations.tobytes() == wave.rotations.tobytes()
    assert job.done and job.progress == 1.0 and threads and threading.get_ident() not in threads
    cancelled = engine.start_redo(wave, ["left_arm"], STAND)
    cancelled.cancel()
    with pytest.raises(ropar.Cancelled):
        cancelled.result(timeout=120)
    failing = engine.start_generate(WAVE, seconds=30.0, progress=lambda _: bool(1 / 0))
    with pytest.raises(ZeroDivisionError):
        failing.result(timeout=120)


def test_jobs_are_awaited(engine: ropar.Engine, wave: ropar.Motion) -> None:
    async def both() -> list[ropar.Motion]:
        jobs = [engine.start_generate(WAVE, seconds=2.0, seed=seed) for seed in (5, 6)]
        return [await job for job in jobs]

    first, second = asyncio.run(both())
    assert first.rotations.tobytes() == wave.rotations.tobytes()
    assert second.rotations.tobytes() != wave.rotations.tobytes()


def test_many_threads_get_what_each_would_get_alone(engine: ropar.Engine) -> None:
    def make(seed: int) -> bytes:
        return engine.generate(WAVE, seconds=0.8, seed=seed, iterations=2, steps=2).rotations.tobytes()

    alone = [make(seed) for seed in range(4)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(make, [0, 1, 2, 3] * 8))
    assert together == alone * 8


@pytest.mark.parametrize(
    ("prompt", "settings"),
    [
        ("", {}),
        ("   ", {}),
        ("x" * 5000, {}),
        ("a person\0waves", {}),
        ("\ud800", {}),
        ("人が歩く", {}),
        (WAVE, {"seconds": 0.0}),
        (WAVE, {"seconds": -1.0}),
        (WAVE, {"seconds": 1e9}),
        (WAVE, {"seconds": float("nan")}),
        (WAVE, {"seconds": "long"}),
        (WAVE, {"seed": -1}),
        (WAVE, {"seed": 2**64}),
        (WAVE, {"seed": 1.5}),
        (WAVE, {"guidance": -1.0}),
        (WAVE, {"guidance": 21.0}),
        (WAVE, {"guidance": float("nan")}),
        (WAVE, {"iterations": 0}),
        (WAVE, {"iterations": 201}),
        (WAVE, {"steps": 0}),
        (WAVE, {"steps": -3}),
        (None, {}),
        (7, {}),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_bad_requests_say_what_and_what_next(engine: ropar.Engine, prompt: str, settings: dict[str, object]) -> None:
    with pytest.raises(ropar.InputError) as caught:
        engine.generate(prompt, **settings)  # type: ignore[arg-type]
    assert caught.value.message and caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "span"),
    [
        (["tail"], {}),
        ([], {}),
        (["torso"], {"start": -1.0}),
        (["torso"], {"start": 1.5, "end": 1.0}),
        (["torso"], {"end": 0.0}),
        (["torso"], {"end": 9.0}),
        (["torso"], {"start": 0.52, "end": 0.55}),
        ([3], {}),
    ],
)
def test_bad_redos_say_what_and_what_next(
    engine: ropar.Engine, wave: ropar.Motion, parts: list[str], span: dict[str, float]
) -> None:
    with pytest.raises(ropar.InputError) as caught:
        engine.redo(wave, parts, STAND, **span)  # type: ignore[arg-type]
    assert caught.value.message and caught.value.hint


def test_what_cannot_be_opened_says_why(tmp_path: Path, engine: ropar.Engine) -> None:
    with pytest.raises(ropar.PackageError) as package:
        ropar.Engine(package=tmp_path / "nowhere")
    assert "nowhere" in package.value.message and package.value.hint
    with pytest.raises(ropar.InputError) as backend:
        ropar.Engine(backend="quantum")
    assert "quantum" in backend.value.message
    # The process runs on the embedded backend by now.
    with pytest.raises(ropar.RuntimeError_) as conflict:
        ropar.Engine(backend="onnxruntime")
    assert conflict.value.hint
    for threads in (0, -1, 1.5):
        with pytest.raises(ropar.InputError):
            ropar.Engine(threads=threads)  # type: ignore[arg-type]


def test_a_closed_engine_cancels_its_jobs_and_makes_nothing_more(wave: ropar.Motion) -> None:
    with ropar.Engine(backend="embedded") as engine:
        running = [engine.start_generate(WAVE, seconds=30.0, seed=seed) for seed in range(3)]
    for job in running:
        with pytest.raises(ropar.Cancelled):
            job.result(timeout=120)
    engine.close()
    assert "closed" in repr(engine)
    for call in (lambda: engine.generate(WAVE), lambda: engine.redo(wave, ["torso"], WAVE), engine.info):
        with pytest.raises(ropar.InputError, match="closed"):
            call()


def test_a_script_makes_motion_with_one_call(wave: ropar.Motion) -> None:
    for _ in range(2):
        assert ropar.generate(WAVE, seconds=2.0, seed=5).rotations.tobytes() == wave.rotations.tobytes()


def test_errors_survive_pickling() -> None:
    error = pickle.loads(pickle.dumps(ropar.InputError("wrong", "do right", 3)))
    assert (type(error), error.message, error.hint, error.code) == (ropar.InputError, "wrong", "do right", 3)
