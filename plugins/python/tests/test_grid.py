"""Token grids: what is known stays as it is, what is masked is made, what is noisy is nobody's business."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import ropar
from conftest import STAND, WAVE, run_python
from numpy.typing import NDArray
from ropar import CellState

QUICK = {"iterations": 2, "steps": 2}


def numbers(values: Any) -> NDArray[np.int64]:
    return np.asarray(values, dtype=np.int64)


def test_a_clip_becomes_known_cells(engine: ropar.Engine, wave: ropar.Motion) -> None:
    grid = engine.encode(wave)
    assert grid.parts == tuple(engine.parts)
    assert (grid.frames, grid.frame_rate, grid.seconds) == (wave.frames, engine.frame_rate, wave.seconds)
    assert grid.tokens == -(-wave.frames // grid.frames_per_token)
    assert grid.latents.shape == (grid.tokens, 5, grid.latent_size) and grid.latents.dtype == np.float32
    assert grid.states.shape == (grid.tokens, 5) and (grid.states == CellState.KNOWN).all()
    assert grid.masked_cells == 0 and "0 masked" in repr(grid)
    again = grid.decode()
    assert (again.frames, again.fps) == (wave.frames, wave.fps)
    # The autoencoder loses a little: a centimetre or two, against steps of a metre.
    assert np.abs(again.positions() - wave.positions()).mean() < 0.03
    # 30 frames a second in, the package's rate out.
    assert engine.encode(wave.resample(30)).frames == wave.frames


def test_what_was_not_seen_is_noisy(engine: ropar.Engine, wave: ropar.Motion) -> None:
    # The left arm is lost from frame 12 to 19; both lie inside of cells of four frames.
    confidences = np.full((wave.frames, 22), 0.9, np.float32)
    arm = engine.part_joints("left_arm")
    confidences[12:20, arm] = 0.1
    seen = ropar.Motion.from_arrays(wave.fps, wave.root, wave.rotations, confidences=confidences)
    grid = engine.encode(seen)
    expected = np.full((grid.tokens, 5), int(CellState.KNOWN))
    first, last = 12 // grid.frames_per_token, 19 // grid.frames_per_token
    expected[first : last + 1, engine.parts.index("left_arm")] = CellState.NOISY
    assert np.array_equal(grid.states, expected)
    assert (engine.encode(seen, threshold=0.05).states == CellState.KNOWN).all()
    assert (engine.encode(seen, threshold=0.95).states == CellState.NOISY).all()


def test_known_cells_come_back_bit_for_bit(engine: ropar.Engine, wave: ropar.Motion) -> None:
    def filled(seed: int) -> tuple[ropar.TokenGrid, ropar.Motion]:
        grid = engine.encode(wave)
        grid.mark(CellState.MASKED, ["left_arm", "right_arm"], start=0.4, end=1.2)
        grid.mark(CellState.NOISY, "torso", start=1.6)
        before, states = grid.latents, grid.states
        rows = slice(round(0.4 * 20) // grid.frames_per_token, round(1.2 * 20) // grid.frames_per_token)
        masked = np.zeros_like(states, dtype=bool)
        masked[rows, [engine.parts.index("left_arm")]] = masked[rows, [engine.parts.index("right_arm")]] = True
        assert np.array_equal(states == CellState.MASKED, masked) and grid.masked_cells == masked.sum()
        motion = grid.fill(STAND, seed=seed, **QUICK)  # type: ignore[arg-type]
        assert grid.latents[~masked].tobytes() == before[~masked].tobytes()
        assert not (grid.latents[masked] == before[masked]).all(axis=1).any()
        assert (grid.states[masked] == CellState.KNOWN).all()
        assert np.array_equal(grid.states[~masked], states[~masked]), "noisy cells stay noisy"
        assert grid.masked_cells == 0
        assert motion.rotations.tobytes() == grid.decode().rotations.tobytes()
        assert motion.metadata["edits"][-1]["prompt"] == STAND and motion.metadata["prompt"] == WAVE
        return grid, motion

    (first, motion), (same, _), (other, _) = filled(3), filled(3), filled(4)
    assert first.latents.tobytes() == same.latents.tobytes()
    assert first.latents.tobytes() != other.latents.tobytes()
    assert (motion.frames, motion.fps) == (wave.frames, wave.fps)


def test_noisy_cells_are_not_looked_at(engine: ropar.Engine, wave: ropar.Motion) -> None:
    made = []
    for nonsense in (0.0, 3.0):
        grid = engine.encode(wave)
        column = engine.parts.index("right_arm")
        latents = np.array(grid.latents)
        latents[:, column] += np.float32(nonsense)
        grid.set_cells(latents=latents)
        grid.mark(CellState.NOISY, "right_arm")
        grid.mark(CellState.MASKED, "left_arm")
        grid.fill(STAND, seed=1, **QUICK)  # type: ignore[arg-type]
        assert grid.latents[:, column].tobytes() == latents[:, column].tobytes()
        made.append(grid.latents[:, engine.parts.index("left_arm")].tobytes())
    assert made[0] == made[1]


def test_an_empty_grid_becomes_what_generate_makes(engine: ropar.Engine) -> None:
    # Grids are the networks' own: feet are not planted.
    wave = engine.generate(WAVE, seconds=2, seed=5, plant_feet=False)
    grid = engine.new_grid(2.0)
    assert (grid.states == CellState.MASKED).all() and grid.masked_cells == grid.states.size
    motion = grid.fill(WAVE, seed=5)
    assert motion.rotations.tobytes() == wave.rotations.tobytes()
    assert motion.root.tobytes() == wave.root.tobytes()


def test_cells_are_set_as_arrays(engine: ropar.Engine) -> None:
    grid, source = engine.new_grid(1.0), np.random.default_rng(1)
    latents = source.normal(size=grid.latents.shape).astype(np.float32)
    states = source.integers(0, 4, size=grid.states.shape)
    grid.set_cells(latents=latents)
    assert grid.latents.tobytes() == latents.tobytes() and (grid.states == CellState.MASKED).all()
    grid.set_cells(states=states)
    assert grid.latents.tobytes() == latents.tobytes() and np.array_equal(grid.states, states)
    assert grid.masked_cells == (states == 0).sum()
    with pytest.raises(ValueError, match="read-only"):
        grid.states[0, 0] = 1


def test_a_cancelled_fill_changes_nothing(engine: ropar.Engine) -> None:
    grid = engine.new_grid(30.0)
    with pytest.raises(ropar.Cancelled):
        grid.fill(WAVE, progress=lambda share: True)
    job = grid.start_fill(WAVE)
    job.cancel()
    with pytest.raises(ropar.Cancelled):
        job.result(timeout=120)
    assert grid.masked_cells == grid.states.size and not grid.latents.any()


def test_a_fill_is_a_job(engine: ropar.Engine) -> None:
    grid, shares = engine.new_grid(0.8), list[float]()
    job = grid.start_fill(WAVE, seed=2, progress=shares.append, **QUICK)
    motion = job.result(timeout=120)
    assert shares == sorted(shares) and job.progress == 1.0
    direct = engine.generate(WAVE, seconds=0.8, seed=2, plant_feet=False, **QUICK)  # type: ignore[arg-type]
    assert motion.rotations.tobytes() == direct.rotations.tobytes()


@pytest.mark.parametrize(
    "arguments",
    [
        {"parts": "tail"},
        {"parts": ["torso", "tail"]},
        {"parts": [3]},
        {"start": -0.1},
        {"start": 2.5},
        {"start": 1.0, "end": 1.0},
        {"end": 0.0},
        {"end": 2.3},
        {"start": float("nan")},
        {"state": 4},
        {"state": "masked"},
    ],
    ids=repr,
)
def test_bad_marks_say_what_and_what_next(engine: ropar.Engine, arguments: dict[str, Any]) -> None:
    grid = engine.new_grid(2.0)
    with pytest.raises(ropar.InputError) as caught:
        grid.mark(**{"state": CellState.KNOWN, **arguments})
    assert caught.value.message and caught.value.hint
    assert (grid.states == CellState.MASKED).all(), "nothing is half marked"


def test_bad_cells_change_nothing(engine: ropar.Engine) -> None:
    grid = engine.new_grid(0.8)
    states, latents = np.full(grid.states.shape, 1), np.ones(grid.latents.shape)
    infinite = latents.copy()
    infinite[1, 2, 3] = np.inf
    for bad in (
        {"states": states[1:]},
        {"states": states + 3},
        {"states": states * 1.5},
        {"states": states * -1},
        {"latents": latents[:, :, 1:]},
        {"latents": infinite},
        {"latents": latents, "states": states + 256},
        {"latents": infinite, "states": states},
    ):
        with pytest.raises(ropar.InputError):
            grid.set_cells(**bad)
    assert (grid.states == CellState.MASKED).all() and not grid.latents.any()


@pytest.mark.parametrize("seconds", [0.0, -1.0, 0.05, 1e4, 1e30, float("nan"), float("inf"), "long"])
def test_bad_lengths_are_refused(engine: ropar.Engine, seconds: Any) -> None:
    with pytest.raises(ropar.InputError):
        engine.new_grid(seconds)


def test_the_grid_of_a_closed_engine_is_refused(wave: ropar.Motion) -> None:
    with ropar.Engine(backend="embedded") as engine:
        grid = engine.encode(wave)
        for threshold in (0.0, -1.0, 1.5, float("nan")):
            with pytest.raises(ropar.InputError):
                engine.encode(wave, threshold=threshold)
    for call in (grid.decode, lambda: grid.fill(WAVE), lambda: engine.encode(wave), lambda: engine.new_grid(1.0)):
        with pytest.raises(ropar.InputError, match="closed"):
            call()
    assert grid.masked_cells == 0


def test_grids_work_without_numpy() -> None:
    done = run_python(
        "import sys\nsys.modules['numpy'] = None\n# ropar\n"
        "from ropar import CellState\n"
        "with ropar.Engine(backend='embedded') as engine:\n"
        "    grid = engine.new_grid(0.8)\n"
        "    grid.mark(CellState.NOISY, 'torso', end=0.2)\n"
        "    before = grid.states\n"
        "    assert before[0] == (2, 0, 0, 0, 0) and before[1] == (0,) * 5, before\n"
        "    grid.fill('a person waves', iterations=1, steps=1)\n"
        "    assert grid.states[0] == (2, 1, 1, 1, 1), grid.states\n"
        "    latents = grid.latents\n"
        "    assert (len(latents), len(latents[0]), len(latents[0][0])) == (grid.tokens, 5, grid.latent_size)\n"
        "    grid.set_cells(latents=latents, states=before)\n"
        "    assert (grid.latents, grid.states) == (latents, before)\n"
        "    print('done')\n"
    )
    assert done.stdout == "done\n", done.stderr
