"""The probe suite judges motions by their signs; the motions here are drawn, so that every rate is known."""

from pathlib import Path

import numpy as np
from ropar_models.evaluation import probe
from ropar_models.evaluation.measures import J, wrist_swings
from ropar_models.evaluation.signs import SIGNS


def standing(frames: int, ankle: float) -> np.ndarray:
    """A still body facing +Z whose left ankle goes `ankle` m up half-way."""
    p = np.zeros((frames, len(J), 3), np.float32)
    p[:, :, 1] = 1.0
    for side, x in (("left", 0.1), ("right", -0.1)):
        p[:, [J[f"{side}_hip"], J[f"{side}_shoulder"]], 0] = x
        p[:, [J[f"{side}_knee"], J[f"{side}_ankle"], J[f"{side}_foot"]], 1] = 0.1
    p[frames // 2, J["left_ankle"], 1] += ankle
    return p


class Kicker:
    """Kicks when told by the corpus' wording, in three of four motions, and never when it has to last 4 s."""

    def __init__(self) -> None:
        self.manifest: dict[str, object] = {"sampler": {}}
        self.lift = 0.6
        self.asked: list[tuple[str, int, float | None]] = []

    def positions(self, prompt: str, count: int, seed: int, seconds: float | None = None) -> list[np.ndarray]:
        self.asked.append((prompt, count, seconds))
        kicks = prompt == "a person kicks with the right leg."
        return [
            standing(round((seconds or 3.0) * 20), self.lift if kicks and seconds != 4 and i % 4 else 0.0)
            for i in range(count)
        ]


def test_rates_are_those_of_the_motions_by_wording_and_by_length(tmp_path: Path) -> None:
    model = Kicker()
    result = probe.run(model, tmp_path / "probe.json", seeds=16, only=["kick"])  # type: ignore[arg-type]
    kick = result["probes"]["kick"]
    assert [rate["rate"] for rate in kick["rates"].values()] == [0.75, 0.0, 0.0]
    assert [rate["exploded"] for rate in kick["rates"].values()] == [0, 0, 0]
    assert not kick["passed"] and kick["gate"] == 0.9
    assert kick["lengths"] == {"2": 0.75, "4": 0.0, "6": 0.75, "8": 0.75}
    # Half as many where the length is set, and the quality is that of the probes at the lengths that the model chose.
    assert (kick["rates"]["caption"]["prompt"], 8, 6) in model.asked
    assert result["quality"]["generated"]["clips"] == 3 * 16


def test_what_flies_apart_is_told_by_its_prompt(tmp_path: Path) -> None:
    model = Kicker()
    model.lift = 3.0
    result = probe.run(model, tmp_path / "probe.json", seeds=8, only=["kick"])  # type: ignore[arg-type]
    assert [rate["exploded"] for rate in result["probes"]["kick"]["rates"].values()] == [6, 0, 0]
    assert result["quality"]["generated"]["exploded"] == 6


def waving(hands: dict[str, float], seconds: float = 3.0, amplitude: float = 0.1, raised: float = 0.2) -> np.ndarray:
    """A still body, turned by half a radian, whose hands go from side to side so often a second."""
    t = np.arange(round(seconds * 20)) / 20
    p = standing(len(t), 0.0)
    for side, x in (("left", 0.2), ("right", -0.2)):
        p[:, J[f"{side}_elbow"]] = p[:, J[f"{side}_wrist"]] = [x, 1.0, 0.0]
        p[:, J[f"{side}_wrist"], 1] += raised if side in hands else -0.5
        p[:, J[f"{side}_wrist"], 0] += amplitude * np.cos(2 * np.pi * hands.get(side, 0.0) * t)
    turned = np.array([[np.cos(0.5), 0, np.sin(0.5)], [0, 1, 0], [-np.sin(0.5), 0, np.cos(0.5)]])
    return (p @ turned.T).astype(np.float32)


def test_a_wave_is_one_raised_hand_that_goes_from_side_to_side() -> None:
    one = waving({"left": 1.25})
    assert (wrist_swings(one, "left"), wrist_swings(one, "right")) == (8, 0)  # seven ways, and 10 of 20 cm of one more
    assert SIGNS["one_hand_waves"](one) and SIGNS["one_hand_waves"](waving({"right": 0.8}))
    for other in (
        waving({"left": 1.25, "right": 1.25}),
        waving({"left": 0.35}),  # there and back
        waving({"left": 1.25}, amplitude=0.02),
        waving({"left": 1.25}, raised=-0.3),
        waving({}),
    ):
        assert not SIGNS["one_hand_waves"](other)
