"""What all training data has in common: the core's skeleton and its feature layout `heading-262` at one frame rate."""

from __future__ import annotations

import ropar_native

FRAME_RATE = 20.0
JOINTS: list[str] = ropar_native.skeleton()["names"]
# Of the root, of the pelvis' rotation, of every further joint (core/src/features/mod.rs).
ROOT, PELVIS, BLOCK = 4, 6, 12
CHANNELS = ROOT + PELVIS + BLOCK * (len(JOINTS) - 1)
