"""Caption augmentation: sides exchanged for mirrored motion, and a small table of rewordings."""

from __future__ import annotations

import json
import random
import re
from functools import lru_cache
from importlib import resources
from typing import Any

_SIDES = {"left": "right", "right": "left", "clockwise": "counterclockwise", "counterclockwise": "clockwise"}
_SIDE_WORD = re.compile(r"\b(?:counterclockwise|clockwise|left|right)", re.IGNORECASE)
# "right" also means "immediately" or "upright": not a side.
_NOT_A_SIDE = re.compile(r"\bright (?:away|angle|now|after|before)\b|\bupright\b", re.IGNORECASE)


def mirror_caption(text: str) -> str:
    """Exchange left and right (and turning senses), as the caption of the mirrored motion."""
    kept = [m.span() for m in _NOT_A_SIDE.finditer(text)]

    def swap(match: re.Match[str]) -> str:
        if any(a <= match.start() < b for a, b in kept):
            return match.group()
        word = match.group()
        other = _SIDES[word.lower()]
        return other.capitalize() if word[0].isupper() else other

    return _SIDE_WORD.sub(swap, text)


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
