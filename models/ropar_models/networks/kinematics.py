"""Forward kinematics and foot-exact velocities on the features' channels, for losses.

The layout is the core's (`heading-262`, core/src/features.rs): channels are in the heading frame of each frame,
rotations are global to it, and positions are relative to the pelvis in x and z. The tests hold this against the core.
"""

from __future__ import annotations

import ropar_native
import torch
from torch import Tensor, nn
from torch.nn import functional as F

ROOT, PELVIS, BLOCK = 4, 6, 12  # channels of the root, of the pelvis rotation, of each further joint


def rotation_matrices(six: Tensor) -> Tensor:
    """Two matrix columns [..., 6] -> rotation matrices [..., 3, 3] (Zhou et al. 2019, Gram-Schmidt)."""
    first = F.normalize(six[..., :3], dim=-1)
    second = six[..., 3:] - (first * six[..., 3:]).sum(-1, keepdim=True) * first
    second = F.normalize(second, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-1)


class Kinematics(nn.Module):
    """Joint positions in two ways, and the velocities that integrating the root gives them."""

    offsets: Tensor

    def __init__(self) -> None:
        super().__init__()
        skeleton = ropar_native.skeleton()
        self.parents = [int(p) for p in skeleton["parents"]]
        self.register_buffer("offsets", torch.tensor(skeleton["offsets"], dtype=torch.float32))

    def stored(self, features: Tensor) -> Tensor:
        """Positions [..., 22, 3] that the channels hold; the pelvis is above the origin."""
        blocks = features[..., ROOT + PELVIS :].unflatten(-1, (-1, BLOCK))
        return torch.cat([self._pelvis(features), blocks[..., :3]], dim=-2)

    def turned(self, features: Tensor) -> Tensor:
        """Positions [..., 22, 3] by forward kinematics from the rotation channels alone."""
        blocks = features[..., ROOT + PELVIS :].unflatten(-1, (-1, BLOCK))
        six = torch.cat([features[..., None, ROOT : ROOT + PELVIS], blocks[..., 6:]], dim=-2)
        rotations = rotation_matrices(six)
        positions = [self._pelvis(features)[..., 0, :]]
        for joint in range(1, len(self.parents)):
            parent = self.parents[joint]
            positions.append(positions[parent] + rotations[..., parent, :, :] @ self.offsets[joint])
        return torch.stack(positions, dim=-2)

    def _pelvis(self, features: Tensor) -> Tensor:
        height = features[..., 3]
        return torch.stack([torch.zeros_like(height), height, torch.zeros_like(height)], dim=-1)[..., None, :]

    @staticmethod
    def velocities(features: Tensor, positions: Tensor, fps: float) -> Tensor:
        """World velocities [B, T - 1, 22, 3] in m/s, in the heading frame of the earlier frame, of `positions`
        [B, T, 22, 3] carried by the root's own turning and travel: what a viewer sees of a foot on the floor."""
        turn = features[:, :-1, 0, None] / fps
        sin, cos = turn.sin(), turn.cos()
        after = positions[:, 1:]
        x = cos * after[..., 0] + sin * after[..., 2]
        z = cos * after[..., 2] - sin * after[..., 0]
        carried = torch.stack([x, after[..., 1], z], dim=-1)
        planar = features[:, :-1, None, 1:3]
        travel = torch.stack([planar[..., 0], torch.zeros_like(planar[..., 0]), planar[..., 1]], dim=-1)
        return (carried - positions[:, :-1]) * fps + travel
