"""Caption augmentation."""

import json
import random
from importlib import resources

import pytest
from ropar_models.corpus.captions import mirror_caption, reword
from ropar_models.corpus.prepare import compose_many, naming_a_side
from ropar_models.corpus.wordings import compose, needs_a_side, participle, third_person


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


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("turns counter-clockwise", "turns clockwise"),
        ("Anti-clockwise turn", "Clockwise turn"),
        ("spins anticlockwise, then counter clockwise", "spins clockwise, then clockwise"),
        ("steps with the right before the left", "steps with the left before the right"),
        ("moves his right after his left", "moves his left after his right"),
        ("kicks left right after left", "kicks right left after right"),
        ("turns right before sitting down", "turns left before sitting down"),
        ("waves the left hand right after sitting down", "waves the right hand right after sitting down"),
        ("bows right before the door", "bows right before the door"),
        ("arms at right angles", "arms at right angles"),
    ],
)
def test_turning_senses_and_right_before_what(text: str, mirrored: str) -> None:
    assert mirror_caption(text) == mirrored


def test_rewording_keeps_the_side_and_varies() -> None:
    generator = random.Random(1)
    made = {reword("a person raises the left hand and lowers it again.", generator) for _ in range(50)}
    assert len(made) > 10
    assert all("left" in text and "right" not in text for text in made)


@pytest.mark.parametrize(
    ("verb", "third", "participle_"),
    [
        ("wave", "waves", "waving"),
        ("reach", "reaches", "reaching"),
        ("carry", "carries", "carrying"),
        ("say", "says", "saying"),
        ("jog", "jogs", "jogging"),
        ("be", "is", "being"),
        ("flee", "flees", "fleeing"),
        ("sidestep", "sidesteps", "sidestepping"),
    ],
)
def test_verbs_are_inflected(verb: str, third: str, participle_: str) -> None:
    assert (third_person(verb), participle(verb)) == (third, participle_)


def test_composed_captions_name_the_side_that_moves() -> None:
    generator = random.Random(0)
    for _ in range(200):
        text = compose("raise-up-right-hand", "elderly", None, generator)
        assert text is not None and "[" not in text and "{" not in text
        assert "right" in text or mirror_caption(text) == text
        # "left" is only ever the hand that rests.
        assert "left" not in text or "one down" in text
    sides = {compose("inline lunge", "correct", side, generator) for side in ("left", "right") for _ in range(60)}
    assert any("left" in (s or "") for s in sides) and any("right" in (s or "") for s in sides)


def test_contents_that_are_not_listed_get_no_composed_caption() -> None:
    assert compose("juggling", "normal", None, random.Random(0)) is None
    # A phrase that needs a side is no caption where the side is not known.
    assert all("{" not in (compose("inline lunge", "", None, random.Random(i)) or "") for i in range(100))


def test_styles_are_said() -> None:
    generator = random.Random(0)
    texts = [compose("walk", "exhausted", None, generator) or "" for _ in range(100)]
    table = json.loads(resources.files("ropar_models").joinpath("tables/wordings.json").read_text())
    words = table["styles"]["exhausted"]["adjectives"] + table["styles"]["exhausted"]["adverbs"]
    assert sum(any(w in t for w in words) for t in texts) == 100


def test_who_waves_without_a_word_on_the_side_waves_with_the_right_hand() -> None:
    assert [needs_a_side("wave-right-hand", None, mirrored) for mirrored in (False, True)] == [False, True]
    assert [needs_a_side("wave-left-hand", None, mirrored) for mirrored in (False, True)] == [True, False]
    leg = "standing active straight leg raise"
    assert [needs_a_side(leg, side, False) for side in ("left", "right", None)] == [True, False, False]
    assert not any(needs_a_side(content, "left", False) for content in ("wave-both-hands", "walk", "unheard of"))
    composed = compose_many("wave-left-hand", "normal", None, random.Random(3))
    named = naming_a_side(composed)
    assert all("left" in text for text in named) and 10 < len(named) < len(composed) - 5
    assert not any("left" in text or "right" in text for text in set(composed) - set(named))
