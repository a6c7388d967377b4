# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's drawing of a body (`data/mannequin.json`) as triangles. RoPAR's axes, metres.

A *loft* is a tube of rings along one axis, a *ball* an ellipsoid. Each belongs to a material and to one joint, or to
several along its length. Parts marked ``mirror`` are drawn for the left side and repeated for the right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[1] / "data" / "mannequin.json"

#: Along, and the two directions across.
AXES = {"x": (0, 1, 2), "y": (1, 0, 2), "z": (2, 0, 1)}
#: Rings in a rounded end, the pole counted in.
ROUND_STEPS = 2


@dataclass
class Body:
    """Everything that is drawn."""

    materials: list[dict]
    positions: list[np.ndarray] = field(default_factory=list)
    triangles: list[tuple[int, int, int]] = field(default_factory=list)
    #: Index of the material of every triangle.
    surfaces: list[int] = field(default_factory=list)
    #: Joint -> [(vertex, weight)].
    weights: dict[str, list[tuple[int, float]]] = field(default_factory=dict)


def draw(rest: dict[str, np.ndarray]) -> Body:
    """Draws the body on the joints' rest places."""
    drawing = json.loads(DATA.read_text(encoding="utf-8"))
    body = Body(drawing["materials"])
    for part in drawing["parts"]:
        _add(body, part, rest, mirrored=False)
        if part.get("mirror"):
            _add(body, part, rest, mirrored=True)
    return body


def _other_side(name: str) -> str:
    return "right" + name[4:] if name.startswith("left") else name


def _add(body: Body, part: dict, rest: dict[str, np.ndarray], mirrored: bool) -> None:
    material = _other_side(part["material"]) if mirrored else part["material"]
    surface = [entry["name"] for entry in body.materials].index(material)
    (kind, shape), *_ = part["shape"].items()
    rings = _loft(shape, rest) if kind == "loft" else _ball(shape, rest)
    positions, places, triangles = _shell(rings)
    if mirrored:
        positions = positions * np.array([-1.0, 1.0, 1.0])
        triangles = [(a, c, b) for a, b, c in triangles]
    first = sum(len(p) for p in body.positions)
    body.positions.append(positions)
    body.triangles += [(a + first, b + first, c + first) for a, b, c in triangles]
    body.surfaces += [surface] * len(triangles)
    for vertex, place in enumerate(places):
        for joint, weight in _weights(part["skin"], place):
            name = _other_side(joint) if mirrored else joint
            body.weights.setdefault(name, []).append((first + vertex, weight))


def _weights(skin: list, place: float) -> list[tuple[str, float]]:
    """The two nearest joints, blended smoothly between their places."""
    after = next((i for i, (_, at) in enumerate(skin) if at > place), len(skin))
    if after in (0, len(skin)):
        return [(skin[min(after, len(skin) - 1)][0], 1.0)]
    (a, start), (b, end) = skin[after - 1], skin[after]
    t = (place - start) / (end - start)
    weight = t * t * (3.0 - 2.0 * t)
    return [(a, 1.0 - weight), (b, weight)]


def _loft(shape: dict, rest: dict[str, np.ndarray]) -> list[tuple[np.ndarray, float]]:
    """Rings (sides, 3) with their places; the first and the last are poles (1, 3)."""
    along, across, across_too = (np.eye(3)[axis] for axis in AXES[shape["axis"]])
    start = rest[shape["from"]]
    end = rest[shape["to"]] if shape.get("to") else None
    exponent = shape.get("exponent", 2.0)
    angles = 2.0 * np.pi * np.arange(shape["sides"]) / shape["sides"]
    bend = [np.sign(f(angles)) * np.abs(f(angles)) ** (2.0 / exponent) for f in (np.cos, np.sin)]

    def middle(ring: np.ndarray) -> np.ndarray:
        base = start + (end - start) * ring[0] if end is not None else start + along * ring[0]
        return base + across * ring[3] + across_too * ring[4]

    def outline(place: np.ndarray, ring: np.ndarray, scale: float) -> np.ndarray:
        return place + (np.outer(bend[0] * ring[1], across) + np.outer(bend[1] * ring[2], across_too)) * scale

    profile = _smooth(np.array(shape["rings"], dtype=float), shape.get("steps", 1))
    first, last = profile[0], profile[-1]
    forward = -along if np.dot(middle(last) - middle(first), along) < 0 else along
    low, high = shape["round"]
    rings = [((middle(first) - forward * low)[None], first[0])]
    for step in range(1, ROUND_STEPS):
        angle = np.pi / 2 * step / ROUND_STEPS
        rings.append((outline(middle(first) - forward * low * np.cos(angle), first, np.sin(angle)), first[0]))
    rings += [(outline(middle(ring), ring, 1.0), ring[0]) for ring in profile]
    for step in range(1, ROUND_STEPS):
        angle = np.pi / 2 * step / ROUND_STEPS
        rings.append((outline(middle(last) + forward * high * np.sin(angle), last, np.cos(angle)), last[0]))
    rings.append(((middle(last) + forward * high)[None], last[0]))
    return rings


def _smooth(rings: np.ndarray, steps: int) -> list[np.ndarray]:
    """`steps` rings per span on the Catmull-Rom curve through the rings."""
    profile = []
    for span in range(len(rings) - 1):
        before, a, b, after = (rings[np.clip(span + i, 0, len(rings) - 1)] for i in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            profile.append(
                (2 * t**3 - 3 * t**2 + 1) * a
                + (t**3 - 2 * t**2 + t) * (b - before) / 2
                + (3 * t**2 - 2 * t**3) * b
                + (t**3 - t**2) * (after - a) / 2
            )
    return [*profile, rings[-1]]


def _ball(shape: dict, rest: dict[str, np.ndarray]) -> list[tuple[np.ndarray, float]]:
    center = rest[shape["at"]] + np.array(shape.get("offset", [0, 0, 0]), dtype=float)
    radii = np.array(shape["radii"], dtype=float)
    sides = shape["sides"]
    bands = sides // 2 + 1
    turn = 2.0 * np.pi * np.arange(sides) / sides
    rings = [((center - radii * [0, 1, 0])[None], 0.0)]
    for band in range(1, bands):
        angle = np.pi * band / bands
        ring = np.column_stack(
            (np.sin(angle) * np.cos(turn), np.full(sides, -np.cos(angle)), np.sin(angle) * np.sin(turn))
        )
        rings.append((center + radii * ring, 0.0))
    rings.append(((center + radii * [0, 1, 0])[None], 0.0))
    return rings


def _shell(rings: list[tuple[np.ndarray, float]]):
    """A closed surface through rings between two poles, its triangles outward."""
    positions = np.concatenate([ring for ring, _ in rings])
    places = [place for ring, place in rings for _ in ring]
    sides, count = len(rings[1][0]), len(rings) - 2
    last = len(positions) - 1

    def at(ring: int, side: int) -> int:
        return 1 + ring * sides + side % sides

    triangles = []
    for side in range(sides):
        triangles.append((0, at(0, side + 1), at(0, side)))
        for ring in range(count - 1):
            a, b, c, d = at(ring, side), at(ring, side + 1), at(ring + 1, side), at(ring + 1, side + 1)
            triangles += [(a, b, c), (b, d, c)]
        triangles.append((last, at(count - 1, side), at(count - 1, side + 1)))
    corners = positions[np.array(triangles)]
    volume = np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    if volume < 0:
        triangles = [(a, c, b) for a, b, c in triangles]
    return positions, places, triangles
