"""Caption augmentation: sides exchanged for mirrored motion, and a small table of rewordings."""

from __future__ import annotations

import json
import random
import re
from functools import lru_cache
from importlib import resources
from typing import Any

_SIDES = {"left": "right", "right": "left", "clockwise": "counterclockwise"}
SIDE_WORD = re.compile(r"\b(?:(?:counter|anti)[- ]?clockwise|clockwise|left|right)", re.IGNORECASE)
# "right" also means "immediately": not a side, unless "the right before the left" says that it is one.
_NOT_A_SIDE = re.compile(
    r"\bright (?:away|angles?|now)\b"
    r"|(?<!\bthe )(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\bturn )(?<!\bturns )(?<!\bturning )"
    r"\bright (?:after|before)\b(?! (?:the |his |her |their )?left\b)",
    re.IGNORECASE,
)


def side_of_word(word: str) -> str:
    """`left` or `right` for a word that `SIDE_WORD` finds; turning counterclockwise is turning left."""
    word = word.lower()
    return word if word in ("left", "right") else "right" if word == "clockwise" else "left"


def mirror_caption(text: str) -> str:
    """Exchange left and right (and turning senses), as the caption of the mirrored motion."""
    kept = [m.span() for m in _NOT_A_SIDE.finditer(text)]

    def swap(match: re.Match[str]) -> str:
        if any(a <= match.start() < b for a, b in kept):
            return match.group()
        word = match.group()
        other = _SIDES.get(word.lower(), "clockwise")
        return other.capitalize() if word[0].isupper() else other

    return SIDE_WORD.sub(swap, text)


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return json.loads(resources.files("ropar_models").joinpath("tables/paraphrases.json").read_text())


def reword(text: str, generator: random.Random) -> str:
    """One random rewording of a caption: another subject, verb form or phrase, no final stop now and then."""
    table = _table()
    for phrase, others in table["phrases"].items():
        if phrase in text and generator.random() < 0.4:
            text = re.sub(rf"\b{phrase}\b", generator.choice(others), text, count=1)
            break
    for subject in table["subjects"]["match"]:
        if text.startswith(subject + " ") and generator.random() < 0.7:
            text = (generator.choice(table["subjects"]["replace"]) + text[len(subject) :]).strip()
            break
    words = text.split(" ")
    for i, word in enumerate(words):
        bare = word.rstrip(".,")
        if bare in table["verbs"] and generator.random() < 0.4:
            words[i] = generator.choice(table["verbs"][bare]) + word[len(bare) :]
    text = " ".join(words)
    return text.rstrip(".") if generator.random() < 0.5 else text
