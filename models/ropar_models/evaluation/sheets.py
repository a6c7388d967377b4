"""Contact sheets: stick figures of fixed prompts, as one SVG, so that eyes judge beside the figures.

Left limbs are blue, right limbs red. A row is a prompt; poses are evenly spaced in time, seen from half front, without
the path over the ground.
"""

from __future__ import annotations

import json
from html import escape
from importlib import resources
from pathlib import Path

import numpy as np
import ropar_native

from ..files import write_beside
from .package import Model

COLOURS = {"left": "#1f6fd1", "right": "#d1391f", "": "#222222"}
CELL, LABEL, SCALE = 120, 22, 62
FLOOR = CELL - 8


def figure(positions: np.ndarray, across: float) -> list[str]:
    """Lines of one pose [22, 3], its middle at `across`; seen from 35 degrees to its left."""
    skeleton = ropar_native.skeleton()
    turn = np.radians(35)
    x = positions[:, 0] - positions[0, 0]
    z = positions[:, 2] - positions[0, 2]
    flat = across + SCALE * (x * np.cos(turn) - z * np.sin(turn))
    height = FLOOR - SCALE * positions[:, 1]
    lines = []
    for j, parent in enumerate(skeleton["parents"]):
        if parent >= 0:
            name = skeleton["names"][j]
            colour = COLOURS[name.split("_")[0] if "_" in name else ""]
            points = f'x1="{flat[parent]:.1f}" y1="{height[parent]:.1f}" x2="{flat[j]:.1f}" y2="{height[j]:.1f}"'
            lines.append(f'<line {points} stroke="{colour}"/>')
    lines.append(f'<circle cx="{flat[15]:.1f}" cy="{height[15] - 5:.1f}" r="5" fill="none" stroke="#222222"/>')
    return lines


def sheet(rows: list[tuple[str, np.ndarray]], poses: int) -> str:
    """An SVG of prompts with their motions, joint positions [T, 22, 3]."""
    width, height = poses * CELL, len(rows) * (CELL + LABEL)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        '<g stroke-width="2.5" stroke-linecap="round">',
    ]
    for row, (prompt, motion) in enumerate(rows):
        out.append(f'<g transform="translate(0 {row * (CELL + LABEL) + LABEL})">')
        out.append(
            f'<text x="6" y="-6" font-family="sans-serif" font-size="13" stroke="none" fill="#222222">'
            f"{escape(prompt)}</text>"
        )
        out.append(f'<line x1="0" y1="{FLOOR}" x2="{width}" y2="{FLOOR}" stroke="#cccccc" stroke-width="1"/>')
        for k, frame in enumerate(np.linspace(0, len(motion) - 1, poses).round().astype(int)):
            out += figure(motion[frame], (k + 0.5) * CELL)
        out.append("</g>")
    return "\n".join([*out, "</g>", "</svg>"]) + "\n"


def write_sheets(model: Model, folder: Path, seed: int = 1) -> Path:
    """`folder/prompts.svg`, of the prompts of tables/sheets.json."""
    spec = json.loads(resources.files("ropar_models").joinpath("tables/sheets.json").read_text())
    rows = [(prompt, model.positions(prompt, 1, seed)[0]) for prompt in spec["prompts"]]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "prompts.svg"
    write_beside(path, sheet(rows, spec["poses"]))
    return path
