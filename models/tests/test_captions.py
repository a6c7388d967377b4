"""Caption augmentation."""

import random

import pytest

from ropar_models.corpus.captions import mirror_caption, reword


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("a person waves the left hand.", "a person waves the right hand."),
        ("Left foot first, then right.", "Right foot first, then left."),
        ("turns clockwise with the left arm up", "turns counterclockwise with the right arm up"),
        ("stands upright at a right angle", "stands upright at a right angle"),
        ("a person bows.", "a person bows."),
    ],
)
def test_sides_are_exchanged(text: str, mirrored: str) -> None:
    assert mirror_caption(text) == mirrored
    assert mirror_caption(mirrored) == text


def test_rewording_keeps_the_side_and_varies() -> None:
    generator = random.Random(1)
    made = {reword("a person raises the left hand and lowers it again.", generator) for _ in range(50)}
    assert len(made) > 10
    assert all("left" in text and "right" not in text for text in made)
