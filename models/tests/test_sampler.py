"""The reference sampler, against what must hold for any network."""

import math

import pytest
import torch
from ropar_models.networks.diffusion_head import DiffusionHead, HeadConfig
from ropar_models.networks.mar import Mar, MarConfig
from ropar_models.sampler import Grid, commit_counts, guidance_of_round, integrate, sample


def networks() -> tuple[Mar, DiffusionHead]:
    torch.manual_seed(0)
    mar = Mar(MarConfig(width=32, layers=1, heads=2), parts=5, latent=8).eval()
    head = DiffusionHead(HeadConfig(width=32, blocks=1), latent=8, context=32).eval()
    torch.nn.init.normal_(head.output.weight, std=0.2)
    return mar, head


@pytest.mark.parametrize(("cells", "iterations"), [(1, 8), (7, 8), (125, 8), (200, 1), (200, 30)])
def test_every_cell_is_committed_once(cells: int, iterations: int) -> None:
    counts = commit_counts(cells, iterations)
    assert len(counts) == iterations
    assert sum(counts) == cells
    assert min(counts) >= 0


def test_first_round_follows_the_cosine() -> None:
    assert commit_counts(120, 8)[0] == 120 - math.floor(120 * math.cos(math.pi / 16))


def test_known_cells_return_unchanged_and_noisy_cells_are_not_seen() -> None:
    mar, head = networks()
    generator = torch.Generator().manual_seed(3)
    text = torch.randn(6, 384, generator=generator)
    grid = Grid.masked(1, 6, 5, 8)
    grid.latent = torch.randn(1, 6, 5, 8, generator=generator)
    grid.known[:, :, 0] = True
    grid.attend[:, 2, 3] = False
    numbers = {
        "noise": torch.randn(1, 6, 5, 8, generator=generator),
        "order": torch.rand(1, 6, 5, generator=generator),
        "iterations": 4,
        "steps": 3,
        "guidance": 2.0,
    }
    first = sample(mar, head, grid, text, **numbers)
    assert torch.equal(first[:, :, 0], grid.latent[:, :, 0])
    assert torch.equal(first[:, 2, 3], grid.latent[:, 2, 3])
    grid.latent = grid.latent.clone()
    grid.latent[:, 2, 3] += 100.0
    second = sample(mar, head, grid, text, **numbers)
    others = torch.ones(1, 6, 5, dtype=torch.bool)
    others[:, 2, 3] = False
    torch.testing.assert_close(first[others], second[others])


def test_rows_of_a_batch_do_not_mix() -> None:
    mar, head = networks()
    generator = torch.Generator().manual_seed(4)
    text = torch.randn(5, 384, generator=generator)
    noise, order = torch.randn(2, 4, 5, 8, generator=generator), torch.rand(2, 4, 5, generator=generator)
    settings = {"iterations": 3, "steps": 2, "guidance": 3.0}
    both = sample(mar, head, Grid.masked(2, 4, 5, 8), text, noise=noise, order=order, **settings)
    for row in range(2):
        alone = sample(
            mar, head, Grid.masked(1, 4, 5, 8), text, noise=noise[row : row + 1], order=order[row : row + 1], **settings
        )
        torch.testing.assert_close(both[row : row + 1], alone, rtol=1e-4, atol=1e-5)


def test_euler_steps_solve_a_known_flow() -> None:
    """A head whose velocity is constant must move every latent by exactly that velocity, whatever the step count."""
    _, head = networks()
    torch.nn.init.zeros_(head.output.weight)
    torch.nn.init.constant_(head.output.bias, 0.75)
    noise = torch.randn(3, 8)
    for steps in (1, 4, 10):
        end = integrate(head, torch.randn(6, 32), noise, steps, 3.0)
        torch.testing.assert_close(end, noise + 0.75)


def test_temperature_is_a_factor_of_the_noise() -> None:
    mar, head = networks()
    noise, order = torch.randn(1, 6, 5, 8), torch.rand(1, 6, 5)
    settings = {"order": order, "iterations": 3, "steps": 2, "guidance": 2.0}
    text = torch.randn(4, 384)
    cold = sample(mar, head, Grid.masked(1, 6, 5, 8), text, noise=noise, temperature=0.5, **settings)
    torch.testing.assert_close(cold, sample(mar, head, Grid.masked(1, 6, 5, 8), text, noise=noise / 2, **settings))


def test_guidance_falls_from_round_to_round() -> None:
    assert [guidance_of_round(5.0, 1.0, turn, 5) for turn in range(5)] == [5.0, 4.0, 3.0, 2.0, 1.0]
    assert guidance_of_round(3.0, 0.5, 7, 8) == 2.0
    assert guidance_of_round(3.0, 1.0, 0, 1) == 3.0
    mar, head = networks()

    class Scale:
        """Conditioned rows have velocity 1, the others 0: a sampled latent is the guidance scale itself."""

        def modulate_token(self, context: torch.Tensor) -> torch.Tensor:
            return head.modulate_token(context)

        def step(self, x: torch.Tensor, modulation: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
            velocity = torch.zeros_like(x)
            velocity[: len(x) // 2] = 1.0
            return velocity

    latent = sample(
        mar,
        Scale(),
        Grid.masked(1, 3, 5, 8),
        torch.randn(4, 384),
        noise=torch.zeros(1, 3, 5, 8),
        order=torch.arange(15.0).reshape(1, 3, 5),
        iterations=3,
        steps=2,
        guidance=4.0,
        guidance_decay=1.0,
    )
    assert sorted({round(float(v), 4) for v in latent.flatten()}) == [1.0, 2.5, 4.0]
