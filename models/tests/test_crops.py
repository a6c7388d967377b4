"""Which frames of a clip the P-VAE sees: all of them alike, however long the clip."""

from typing import Any

import numpy as np
from ropar_models import configuration
from ropar_models.training import train_mar
from ropar_models.training.crops import PIECES_SHARE, Crop, draw_crop, liveliest
from ropar_models.training.train_pvae import Crops


class Numbered:
    """Arrays of clips whose features are their length and the number of the frame, after `liveliest` 1000 more."""

    liveliest = -1

    def __init__(self, *lengths: int) -> None:
        self.clips = [
            {"source": "", "dataset": None, "content": str(i), "frames": frames} for i, frames in enumerate(lengths)
        ]

    def view(self, clip: dict[str, Any], mirrored: bool) -> np.ndarray:
        frames = clip["frames"]
        number = np.arange(frames) + 1000 * (0 <= self.liveliest < np.arange(frames))
        return np.stack([np.full(frames, frames), number], -1).astype(np.float32)

    def credible(self, clip: dict[str, Any], *_: object) -> np.ndarray:
        return np.ones((clip["frames"], 5), bool)


def crops(*lengths: int) -> Crops:
    tiny = configuration.load("small", {"pvae_training.batch": 8, "data.boost": {}})
    return Crops(Numbered(*lengths), tiny)  # type: ignore[arg-type]


def test_starts_are_even_over_what_the_crop_leaves() -> None:
    source, generator = crops(16, 60), np.random.default_rng(0)
    batches = [source.batch(generator).features.numpy() for _ in range(1500)]
    # In these the clip of 60 frames is cut to the 16 frames of the other.
    starts = np.concatenate([b[b[:, 0, 0] == 60, 0, 1] for b in batches if b.shape[1] == 16])
    assert set(starts) == set(range(60 - 16 + 1))
    assert abs(starts.mean() - (60 - 16) / 2) < 1.0
    assert all((np.diff(b[..., 1], axis=1) == 1).all() for b in batches)


def test_the_shortest_clips_are_seen() -> None:
    batch = crops(8, 11).batch(np.random.default_rng(0))
    assert batch.features.shape == (8, 8, 2) and batch.credible.shape == (8, 2, 5)


def test_listed_contents_are_cut_to_every_length_that_still_shows_them() -> None:
    generator, shortest = np.random.default_rng(0), {"kick": 16}
    clips = {content: {"content": content, "frames": 239} for content in ("kick", "bow")}
    drawn = {
        content: [draw_crop(generator, 0, clip, 40, 4, 0.0, shortest) for _ in range(4_000)]
        for content, clip in clips.items()
    }
    # Of 59 tokens a window holds 40; what is not listed is never cut shorter.
    assert {crop.tokens for crop in drawn["bow"]} == {40}
    counts = np.bincount([crop.tokens for crop in drawn["kick"]], minlength=41)
    assert counts[:16].sum() == 0 and counts[16:40].min() > 0
    # 25 lengths share what is cut evenly; the longest has the rest as well.
    each = PIECES_SHARE / 25 * 4_000
    assert abs(counts[16:40] - each).max() < 5 * np.sqrt(each)
    assert abs(counts[40] - (4_000 * (1 - PIECES_SHARE) + each)) < 5 * np.sqrt(4_000 * 0.25)
    for crop in drawn["kick"]:
        assert 0 <= crop.start <= 239 - 4 * crop.tokens
    # A clip that is shorter than that stays whole.
    short = [draw_crop(generator, 0, {"content": "kick", "frames": 32}, 40, 4, 0.0, shortest) for _ in range(50)]
    assert {(crop.start, crop.tokens) for crop in short} == {(0, 8)}


def test_pieces_of_what_is_over_in_a_moment_show_that_moment() -> None:
    generator, change = np.random.default_rng(0), np.full(99, 0.1)
    change[70] = 1.0  # from frame 70 to frame 71
    drawn = [Crop(3, True, int(start), 5) for start in generator.integers(0, 81, 4_000)]
    livelier = [liveliest(generator, crop, 20, change) for crop in drawn]
    assert all((c.clip, c.mirrored, c.tokens) == (3, True, 5) and 0 <= c.start <= 80 for c in livelier)

    def shows(crops: list[Crop]) -> float:
        return float(np.mean([crop.start <= 70 and crop.start + 20 > 71 for crop in crops]))

    # 19 of 81 starts show it; of four drawn evenly one does in 1 - (62 / 81)^4.
    assert abs(shows(drawn) - 19 / 81) < 0.03
    assert abs(shows(livelier) - (1 - (62 / 81) ** 4)) < 0.03


def test_only_contents_that_are_named_are_cut_to_their_liveliest() -> None:
    tiny = configuration.load("small", {"data.boost": {}, "data.lively": ["0"], "data.crop": 1.0})
    arrays = Numbered(400, 400)
    arrays.liveliest = 300
    examples = train_mar.Examples(arrays, tiny, None)  # type: ignore[arg-type]
    generator = np.random.default_rng(0)
    for clip, expected in ((0, 1 - (1 - 39 / 361) ** 4), (1, 39 / 361)):
        crops = [Crop(clip, False, int(start), 10) for start in generator.integers(0, 361, 2_000)]
        crops = [examples._with_the_action(generator, crop) for crop in crops]
        shown = np.mean([crop.start <= 300 and crop.start + 40 > 301 for crop in crops])
        assert abs(shown - expected) < 0.035, clip
