"""The 95 % interval of a mean, after Student: the one formula for repeats, prompts and seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Two-sided 95 % points of Student's t by degrees of freedom from 1 on.
FEW = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
NORMAL = 1.959964


def student(freedom: int) -> float:
    """The two-sided 95 % point of Student's t; beyond the table by its expansion about the normal's (Fisher 1925)."""
    if freedom <= len(FEW):
        return FEW[freedom - 1]
    z = NORMAL
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def half_width(values: Sequence[float]) -> float | None:
    """Half the width of the 95 % interval of the values' mean; None for one value, which says nothing about it."""
    count = len(values)
    return float(student(count - 1) * np.std(values, ddof=1) / np.sqrt(count)) if count > 1 else None
