"""Arrays in and out, with numpy and without."""

from __future__ import annotations

import array
import subprocess
import sys
from collections.abc import Iterable

import numpy as np
import pytest
import ropar
from ropar import _arrays

ROTATIONS = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)


def flat(memory: Iterable[float]) -> list[float]:
    return list(memory)


@pytest.fixture(params=["numpy", "plain"])
def arrays(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "plain":
        monkeypatch.setattr(_arrays, "numpy", None)
    return str(request.param)


@pytest.mark.parametrize(
    "given",
    [
        ROTATIONS.tolist(),
        tuple(map(tuple, ROTATIONS.tolist())),
        memoryview(ROTATIONS.tobytes()).cast("f", (2, 3, 4)),
        ROTATIONS,
        ROTATIONS.astype(np.float64),
        np.asfortranarray(ROTATIONS),
    ],
    ids=["lists", "tuples", "memoryview", "numpy", "double", "column order"],
)
def test_what_goes_in_is_what_was_given(arrays: str, given: object) -> None:
    memory, shape = _arrays.into(given, "f", (None, 3, 4), "rotations")
    assert shape == (2, 3, 4)
    assert flat(memory) == ROTATIONS.ravel().tolist()


def test_what_comes_out_has_the_shape(arrays: str) -> None:
    made = _arrays.out(array.array("f", range(24)), "f", (2, 3, 4))
    assert made[1][2][3] == 23.0
    assert np.array_equal(np.array(made), ROTATIONS)
    assert isinstance(made, np.ndarray if arrays == "numpy" else tuple)
    empty = _arrays.out([], "f", (0, 22, 4))
    assert len(empty) == 0


def test_what_comes_out_cannot_be_changed(arrays: str) -> None:
    made = _arrays.out(array.array("f", range(24)), "f", (2, 3, 4))
    with pytest.raises((ValueError, TypeError)):
        made[0][0][0] = 1.0


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ([[0.0, 1.0]], (None, 3)),
        ([0.0, 1.0, 2.0], (None, 3)),
        ([[[0.0, 1.0, 2.0]]], (None, 3)),
        ([[0.0, 1.0, "x"]], (None, 3)),
        ([[0.0, 1.0, 2.0], [0.0]], (None, 3)),
        (None, (None, 3)),
        (1.0, (None, 3)),
        ([[0.0, 1.0, 2.0]], (2, 3)),
        ([object()], (None,)),
    ],
)
def test_what_does_not_fit_is_refused_with_the_shape(arrays: str, given: object, shape: tuple[int | None, ...]) -> None:
    with pytest.raises(ropar.InputError) as caught:
        _arrays.into(given, "f", shape, "root")
    assert "root" in caught.value.message and caught.value.hint


def test_without_numpy_the_package_is_imported_and_says_so() -> None:
    script = (
        "import sys; sys.modules['numpy'] = None\n"
        "import ropar\nfrom ropar import _arrays\n"
        "assert not _arrays.has_numpy()\nprint(ropar.__version__)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.returncode, done.stderr) == (ropar.__version__, 0, "")
