"""A mapping that is corrected by hand, choice by choice as in the window."""

from __future__ import annotations

from typing import Any

import pytest
from ropar_maya import mapping

#: What was found: five spine joints, of which the body's three are the lowest, the middle and the highest.
FOUND = {"left_wrist": "Hand", "spine1": "A", "spine2": "B", "spine3": "C", "neck": "Neck"}
DOCUMENT = {
    "joints": {"left_wrist": "Hand"},
    "spine": ["A", "ab", "B", "bc", "C"],
    "neck": ["Neck", "Neck1"],
    "confidence": {"left_wrist": 0.6},
}


def chosen(found: dict[str, str] = FOUND, **choices: str) -> dict[str, Any]:
    return mapping.with_joints(DOCUMENT, found, {**found, **choices})


def test_what_nobody_chose_stays() -> None:
    assert chosen() == {key: value for key, value in DOCUMENT.items() if key != "confidence"}
    assert chosen(left_wrist="Wrist")["joints"] == {"left_wrist": "Wrist"}
    assert chosen(left_wrist="")["joints"] == {"left_wrist": None}


@pytest.mark.parametrize(
    ("choices", "spine"),
    [
        ({"spine1": "Right"}, ["Right", "ab", "B", "bc", "C"]),
        ({"spine2": "Right"}, ["A", "ab", "Right", "bc", "C"]),
        ({"spine2": ""}, ["A", "ab", "bc", "C"]),
        # All of them one up: no joint is lost, and none stands twice.
        ({"spine1": "B", "spine2": "C", "spine3": "D"}, ["B", "ab", "C", "bc", "D"]),
        ({"spine1": "B", "spine2": "A"}, ["B", "ab", "A", "bc", "C"]),
        # A joint in between is chosen: it leaves its old place.
        ({"spine1": "ab"}, ["ab", "B", "bc", "C"]),
        ({"neck": "bc"}, ["A", "ab", "B", "C"]),
    ],
)
def test_spines_keep_their_order_and_what_is_in_between(choices: dict[str, str], spine: list[str]) -> None:
    assert chosen(**choices)["spine"] == spine


def test_joints_that_were_not_found_come_where_they_belong() -> None:
    short = {"joints": {}, "spine": ["A", "C"]}
    changed = mapping.with_joints(short, {"spine1": "A", "spine3": "C"}, {"spine1": "A", "spine2": "B", "spine3": "C"})
    assert changed["spine"] == ["A", "B", "C"] and changed["neck"] == []
    assert mapping.with_joints({}, {}, {"spine1": "A", "neck": "N"}) == {"joints": {}, "spine": ["A"], "neck": ["N"]}
