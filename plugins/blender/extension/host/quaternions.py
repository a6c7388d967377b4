# SPDX-License-Identifier: GPL-3.0-or-later
"""Quaternions (x, y, z, w) in arrays: every function works on (..., 4) and (..., 3) with numpy's broadcasting."""

from __future__ import annotations

import numpy as np


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The rotation `a` after the rotation `b`."""
    ax, ay, az, aw = np.moveaxis(a, -1, 0)
    bx, by, bz, bw = np.moveaxis(b, -1, 0)
    return np.stack(
        (
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ),
        axis=-1,
    )


def conjugate(q: np.ndarray) -> np.ndarray:
    """The inverse of a unit quaternion."""
    return q * np.array([-1.0, -1.0, -1.0, 1.0])


def rotate(q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The vector `v` turned by `q`."""
    axis, w = q[..., :3], q[..., 3:]
    t = 2.0 * np.cross(axis, v)
    return v + w * t + np.cross(axis, t)


def normalize(q: np.ndarray) -> np.ndarray:
    """`q` at unit length."""
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def twist(q: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """The turn about `axis` that is in `q` (swing-twist decomposition); none where it is undefined."""
    along = np.sum(q[..., :3] * axis, axis=-1, keepdims=True) * axis
    found = np.concatenate((along, q[..., 3:]), axis=-1)
    length = np.linalg.norm(found, axis=-1, keepdims=True)
    none = np.broadcast_to(np.array([0.0, 0.0, 0.0, 1.0]), found.shape)
    return np.where(length > 1e-9, found / np.maximum(length, 1e-12), none)


def from_matrices(m: np.ndarray) -> np.ndarray:
    """Rotations of proper rotation matrices (..., 3, 3), by Shepperd's method: divided by the largest component."""
    trace = m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2]
    candidates = np.stack(
        (
            np.stack(
                (
                    1 + 2 * m[..., 0, 0] - trace,
                    m[..., 0, 1] + m[..., 1, 0],
                    m[..., 0, 2] + m[..., 2, 0],
                    m[..., 2, 1] - m[..., 1, 2],
                ),
                axis=-1,
            ),
            np.stack(
                (
                    m[..., 0, 1] + m[..., 1, 0],
                    1 + 2 * m[..., 1, 1] - trace,
                    m[..., 1, 2] + m[..., 2, 1],
                    m[..., 0, 2] - m[..., 2, 0],
                ),
                axis=-1,
            ),
            np.stack(
                (
                    m[..., 0, 2] + m[..., 2, 0],
                    m[..., 1, 2] + m[..., 2, 1],
                    1 + 2 * m[..., 2, 2] - trace,
                    m[..., 1, 0] - m[..., 0, 1],
                ),
                axis=-1,
            ),
            np.stack(
                (m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1], 1 + trace),
                axis=-1,
            ),
        ),
        axis=-2,
    )
    largest = np.argmax(np.stack([candidates[..., i, i] for i in range(4)], axis=-1), axis=-1)
    return normalize(np.take_along_axis(candidates, largest[..., None, None], axis=-2)[..., 0, :])


def to_matrices(q: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3)."""
    columns = [rotate(q, np.broadcast_to(axis, (*q.shape[:-1], 3))) for axis in np.eye(3)]
    return np.stack(columns, axis=-1)


def continuous(q: np.ndarray) -> np.ndarray:
    """The same rotations (frames, 4) with signs such that no step goes the long way round."""
    if len(q) < 2:
        return q
    steps = np.where(np.sum(q[1:] * q[:-1], axis=-1) < 0, -1.0, 1.0)
    return q * np.concatenate(([1.0], np.cumprod(steps)))[:, None]
