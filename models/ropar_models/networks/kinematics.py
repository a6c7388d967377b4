"""What the core makes of features, as a function that losses can be taken of: where every joint is in the world.

The layout is the core's (`heading-262`, core/src/features/mod.rs), and so is the way back to motion: limbs between what
positions and rotations say, positions laid along velocities, the root as standing feet have it (docs/decisions 48 to
50). The numbers are those of core/src/features; the tests hold one against the other.
"""

from __future__ import annotations

from itertools import pairwise

import ropar_native
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..layout import BLOCK, PELVIS, ROOT

# Joints of limbs, and how much positions count in the directions from one to the next.
SIDED_CHAINS = [(("hip", "knee", "ankle", "foot"), 0.8), (("collar", "shoulder", "elbow", "wrist"), 0.5)]
CHAINS = [(("spine1", "spine2", "spine3"), 0.5), (("neck", "head"), 0.5)] + [
    (tuple(f"{side}_{joint}" for joint in chain), share) for chain, share in SIDED_CHAINS for side in ("left", "right")
]
FEET = {"left_ankle": 0.075, "right_ankle": 0.075, "left_foot": 0.02, "right_foot": 0.02}  # height at rest, m
CERTAINTY, HEIGHT, SPEED, SMOOTHING, TRUST = 10.0, 0.06, 0.5, 0.05, 2.0


def rotation_matrices(six: Tensor) -> Tensor:
    """Two matrix columns [..., 6] -> rotation matrices [..., 3, 3] (Zhou et al. 2019, Gram-Schmidt)."""
    first = F.normalize(six[..., :3], dim=-1)
    second = six[..., 3:] - (first * six[..., 3:]).sum(-1, keepdim=True) * first
    second = F.normalize(second, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-1)


def shortest_turns(start: Tensor, end: Tensor) -> Tensor:
    """Rotation matrices [..., 3, 3] by the smallest angle from unit vectors to others [..., 3], not opposite ones."""
    x, y, z = torch.linalg.cross(start, end).unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))
    one_more = 1 + (start * end).sum(-1)[..., None, None]
    return torch.eye(3, device=start.device) + skew + skew @ skew / one_more.clamp(min=1e-4)


def about_y(vectors: Tensor, angles: Tensor) -> Tensor:
    """Vectors [..., 3] turned about Y by angles [...], radians."""
    sin, cos = angles.sin(), angles.cos()
    x, y, z = vectors.unbind(-1)
    return torch.stack([cos * x + sin * z, y, cos * z - sin * x], dim=-1)


class Kinematics(nn.Module):
    """Features [B, T, D] at a rate of `fps` -> joints in the world, as `features::to_motion` of the core has them."""

    offsets: Tensor
    feet: Tensor
    rest: Tensor

    def __init__(self, fps: float) -> None:
        super().__init__()
        skeleton = ropar_native.skeleton()
        names = list(skeleton["names"])
        self.fps = fps
        self.parents = [int(p) for p in skeleton["parents"]]
        self.limbs = [
            (names.index(start), names.index(end), share) for chain, share in CHAINS for start, end in pairwise(chain)
        ]
        self.register_buffer("offsets", torch.tensor(skeleton["offsets"], dtype=torch.float32))
        self.register_buffer("feet", torch.tensor([names.index(name) for name in FEET]))
        self.register_buffer("rest", torch.tensor(list(FEET.values())))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Positions [B, T, 22, 3] in metres and headings [B, T] in radians; frame 0 is at the origin, facing +Z."""
        turns = F.pad(features[:, :-1, 0], (1, 0)) / self.fps
        headings = turns.cumsum(1)
        blocks = features[..., ROOT + PELVIS :].unflatten(-1, (-1, BLOCK))
        six = torch.cat([features[..., None, ROOT : ROOT + PELVIS], blocks[..., 6:]], dim=-2)
        rotations, positions, velocities = rotation_matrices(six), blocks[..., :3], blocks[..., 3:6]
        heights = features[..., 3]
        travel = features[..., 1:3]
        first = self._placed(self._hung(rotations, positions, heights), positions[..., 1], velocities, travel, headings)
        # Positions in the world, along their velocities, and back.
        root = first[:, :, :1] * torch.tensor([1.0, 0.0, 1.0], device=features.device)
        steps = about_y(velocities, headings[..., None])[:, :-1] / self.fps
        path = self._along(about_y(positions, headings[..., None]) + root, steps)
        smooth = about_y(path - root, -headings[..., None])
        hung = self._hung(rotations, smooth, heights)
        return self._placed(hung, smooth[..., 1], velocities, travel, headings), headings

    def _hung(self, rotations: Tensor, positions: Tensor, heights: Tensor) -> Tensor:
        """Positions [B, T, 22, 3] by forward kinematics in the heading frame, the pelvis above the origin.

        `positions` [B, T, 21, 3] are those of the features; limbs are drawn to the directions between them.
        """
        turned = list(rotations.unbind(-3))
        for start, end, share in self.limbs:
            along = turned[start] @ F.normalize(self.offsets[end], dim=0)
            wanted = F.normalize(positions[..., end - 1, :] - positions[..., start - 1, :], dim=-1)
            turned[start] = shortest_turns(along, F.normalize(along.lerp(wanted, share), dim=-1)) @ turned[start]
        zero = torch.zeros_like(heights)
        joints = [torch.stack([zero, heights, zero], dim=-1)]
        for joint in range(1, len(self.parents)):
            parent = self.parents[joint]
            joints.append(joints[parent] + turned[parent] @ self.offsets[joint])
        return torch.stack(joints, dim=-2)

    def _placed(self, joints: Tensor, heights: Tensor, velocities: Tensor, travel: Tensor, headings: Tensor) -> Tensor:
        """`joints` of the heading frames in the world, with the root where standing feet have it.

        `heights` [B, T, 21], `velocities` [B, T, 21, 3] and the root's `travel` [B, T, 2] are those of the features.
        """
        own = velocities[:, :, self.feet - 1]
        above = heights[..., self.feet - 1]
        weight = CERTAINTY * torch.exp(-((above - self.rest).clamp(min=0) / HEIGHT).square()).detach()
        rise = (weight * (above - joints[..., self.feet, 1])).sum(-1) / (1 + weight.sum(-1))
        joints = joints + self._smoothed(rise[..., None])[..., None] * torch.tensor([0.0, 1.0, 0.0], device=rise.device)

        lasting = torch.cat([joints[:, 1:], joints[:, -1:]], dim=1)  # the frame after, the last again
        turn = torch.cat([headings[:, 1:] - headings[:, :-1], torch.zeros_like(headings[:, :1])], dim=1)
        moved = (about_y(lasting, turn[..., None]) - joints)[:, :, self.feet] * self.fps
        moved = torch.cat([moved[:, :-1], moved[:, -2:-1]], dim=1)  # the last difference repeats the one before
        above = torch.maximum(joints[:, :, self.feet, 1], lasting[:, :, self.feet, 1])
        flat = [0, 2]
        stands = (own[..., flat] / SPEED).square().sum(-1) + ((above - self.rest).clamp(min=0) / HEIGHT).square()
        weight = CERTAINTY * torch.exp(-stands).detach()[..., None]
        off = (weight * (own[..., flat] - moved[..., flat] - travel[:, :, None])).sum(2) / (1 + weight.sum(2))
        travel = travel + self._smoothed(off)
        steps = about_y(torch.stack([travel[..., 0], torch.zeros_like(travel[..., 0]), travel[..., 1]], -1), headings)
        root = F.pad(steps[:, :-1], (0, 0, 1, 0)).cumsum(1) / self.fps
        return about_y(joints, headings[..., None]) + root[:, :, None]

    def _smoothed(self, values: Tensor) -> Tensor:
        """Values [B, T, C] convolved with a Gaussian over time; the first and last go on beyond the ends."""
        deviation = SMOOTHING * self.fps
        reach = -int(-3 * deviation // 1)
        kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=values.device) / deviation).square())
        padded = F.pad(values.transpose(1, 2), (reach, reach), mode="replicate")
        return (padded.unfold(-1, 2 * reach + 1, 1) @ (kernel / kernel.sum())).transpose(1, 2)

    @staticmethod
    def _along(path: Tensor, steps: Tensor) -> Tensor:
        """The path nearest to `path` [B, T, 21, 3] whose steps are nearest to `steps` [B, T - 1, 21, 3]."""
        frames = path.shape[1]
        differences = torch.diff(torch.eye(frames, device=path.device), dim=0)
        system = torch.eye(frames, device=path.device) + TRUST * differences.T @ differences
        wanted = path + TRUST * torch.einsum("st,bsjc->btjc", differences, steps)
        return torch.einsum("ts,bsjc->btjc", torch.linalg.inv(system), wanted)
