"""Composes captions of our own for labelled contents: a subject, a verb phrase of the content, the style in words.

A corpus words each content in a handful of ways; people do not. `tables/wordings.json` holds verb phrases for contents
and words for styles; a label that it does not list gets no composed captions.
"""

from __future__ import annotations

import json
import random
import re
from functools import lru_cache
from importlib import resources
from typing import Any

_VERB = re.compile(r"\[([a-z-]+)\]")


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return json.loads(resources.files("ropar_models").joinpath("tables/wordings.json").read_text())


@lru_cache(maxsize=1)
def _by_label() -> dict[str, tuple[list[str], str | None]]:
    """Content label -> verb phrases and the side that the label itself implies."""
    contents = _table()["contents"]
    phrases = {c["labels"][0]: c["phrases"] for c in contents if "phrases" in c}
    return {
        label: (c.get("phrases") or phrases[c["same_as"]], c.get("side")) for c in contents for label in c["labels"]
    }


@lru_cache(maxsize=1)
def _unnamed() -> dict[str, tuple[str, str | None]]:
    """Content label -> the side that is meant where none is named, and the side that the label itself implies."""
    return {
        label: (c["unnamed"], c.get("side")) for c in _table()["contents"] if "unnamed" in c for label in c["labels"]
    }


def needs_a_side(content: str, side: str | None, mirrored: bool) -> bool:
    """Whether captions have to name the side: of who waves with the left hand (`side` overrides the label's own).

    Told of either hand, "a person waves" would be learned as both: parts are made side by side, and each of the arms
    would be the one that waves half of the time.
    """
    usual, own = _unnamed().get(content, (None, None))
    told = side or own
    return None not in (usual, told) and (told == usual) == mirrored


def third_person(verb: str) -> str:
    """`carry` -> `carries`."""
    irregular = _table()["irregular"].get(verb)
    if irregular:
        return irregular[0]
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(s|sh|ch|x|z)$", verb) else "s")


def participle(verb: str) -> str:
    """`wave` -> `waving`."""
    irregular = _table()["irregular"].get(verb)
    if irregular:
        return irregular[1]
    if verb in _table()["doubling"]:
        return verb + verb[-1] + "ing"
    return (verb[:-1] if re.search(r"[^eoy]e$", verb) else verb) + "ing"


def compose(content: str, style: str, side: str | None, generator: random.Random) -> str | None:
    """One caption for a content in a style; `side` overrides the label's own. None where the label is not listed."""
    if content not in _by_label():
        return None
    phrases, label_side = _by_label()[content]
    side = side or label_side
    phrase = generator.choice(phrases)
    if side is None and "{side}" in phrase:
        return None
    phrase = phrase.replace("{side}", side or "").replace("{other}", "left" if side == "right" else "right")

    table = _table()
    words = table["styles"].get(style, {"adjectives": [], "adverbs": []})
    words = table["styles"][words["like"]] if "like" in words else words
    subject = generator.choice(table["subjects"])
    described = False
    said = generator.random()
    if said < 0.5 and words["adjectives"] and re.match(r"(an?|the) ", subject):
        adjective = generator.choice(words["adjectives"])
        article, noun = subject.split(" ", 1)
        if article != "the":
            article = "an" if adjective[0] in "aeiou" else "a"
        subject, described = f"{article} {adjective} {noun}", True
    elif words["adverbs"] and (words["adjectives"] or said < 0.3):
        adverb = generator.choice(words["adverbs"])
        phrase = f"{phrase}, {adverb}" if " " in adverb and generator.random() < 0.5 else f"{phrase} {adverb}"

    # Without a subject, as people type ("waves"), or as a command, nothing is left to carry the style.
    form = generator.random() * (0.85 if described else 1.0)
    plural = subject == "they"
    if form < 0.6:
        text = f"{subject} " + _VERB.sub(lambda m: m[1] if plural else third_person(m[1]), phrase)
    elif form < 0.8:
        # The first verb is progressive, those after "and" or "then" follow it.
        text = f"{subject} {'are' if plural else 'is'} " + _VERB.sub(lambda m: participle(m[1]), phrase)
    elif form < 0.85:
        text = f"{subject} " + _VERB.sub(lambda m: participle(m[1]), phrase)
    elif form < 0.93:
        text = _VERB.sub(lambda m: third_person(m[1]), phrase)
    else:
        text = _VERB.sub(lambda m: m[1], phrase)
    return text + ("." if generator.random() < 0.5 else "")
