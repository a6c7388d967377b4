"""The transformer's neighbourhood and the diffusion head's guess, against plain PyTorch."""

import pytest
import torch
from ropar_models.networks.blocks import Convolution
from ropar_models.networks.diffusion_head import GUESS_WEIGHT, DiffusionHead, HeadConfig
from ropar_models.networks.mar import Mar, MarConfig
from ropar_models.networks.pvae import Pvae, PvaeConfig
from torch.nn import functional as F


@pytest.mark.parametrize(("span", "dilation"), [(5, 1), (3, 1), (3, 4)])
def test_convolution_is_that_of_pytorch(span: int, dilation: int) -> None:
    torch.manual_seed(0)
    ours, x = Convolution(6, 4, span, dilation), torch.randn(2, 9, 6)
    weight = ours.weight.reshape(4, span, 6).transpose(1, 2)
    padding = span // 2 * dilation
    theirs = F.conv1d(x.transpose(1, 2), weight, ours.bias, padding=padding, dilation=dilation).transpose(1, 2)
    torch.testing.assert_close(ours(x), theirs)


def contexts(mar: Mar, latent: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    batch, tokens = latent.shape[:2]
    position = torch.stack([torch.arange(float(tokens)), torch.arange(float(tokens)).flip(0)], -1).repeat(batch, 1, 1)
    text = torch.zeros(batch, 3, 384)
    return mar(latent, known, torch.ones_like(known), position, text, torch.ones(batch, 3))


def test_a_neighbourhood_begins_with_nothing_and_never_sees_what_is_hidden() -> None:
    torch.manual_seed(0)
    mar = Mar(MarConfig(width=32, layers=1, heads=2, neighbours=5), 5, 8).eval()
    latent, known = torch.randn(2, 7, 5, 8), (torch.rand(2, 7, 5) < 0.5).float()
    assert mar.neighbourhood is not None
    with torch.no_grad():
        before = contexts(mar, latent, known)
        neighbourhood, mar.neighbourhood = mar.neighbourhood, None
        torch.testing.assert_close(contexts(mar, latent, known), before)
        mar.neighbourhood = neighbourhood
        for parameter in neighbourhood.parameters():
            parameter.normal_()
        trained = contexts(mar, latent, known)
        assert not torch.allclose(trained, before)
        elsewhere = latent + (1 - known)[..., None] * torch.randn_like(latent)
        torch.testing.assert_close(contexts(mar, elsewhere, known), trained)


def test_the_guess_is_learned_by_least_squares_and_handed_to_the_flow() -> None:
    torch.manual_seed(0)
    head = DiffusionHead(HeadConfig(width=32, blocks=1), 8, 16)
    context, latent = torch.randn(6, 16), torch.randn(6, 8)
    guess = head.guess(context)
    # A new head's flow has no velocity, so that the guess alone tells its loss from that of a head that guesses right.
    torch.manual_seed(1)
    loss = head.loss(context, latent, 2)
    torch.manual_seed(1)
    right = head.loss(context, guess.detach(), 2)
    torch.manual_seed(1)
    torch.randn(128)
    torch.randint(0, 128, (12,))
    noise = torch.randn(12, 8)
    flow = ((latent.repeat(2, 1) - noise) ** 2).mean(-1).reshape(2, 6).mean(0)
    torch.testing.assert_close(loss, flow + GUESS_WEIGHT * ((guess - latent) ** 2).mean(-1))
    flow = ((guess.repeat(2, 1) - noise) ** 2).mean(-1).reshape(2, 6).mean(0)
    torch.testing.assert_close(right, flow)
    # At every flow time it is added as it is.
    with torch.no_grad():
        head.toward_guess.fill_(0.5)
    velocity = head.step(torch.randn(6, 8), head.modulate_token(context), torch.tensor([0.3]))
    torch.testing.assert_close(velocity, 0.5 * guess)


def test_parts_are_joined_by_the_mean_of_all_that_see_a_channel() -> None:
    """Against matrices of 0 and 1."""
    channels, generator = [[0, 1, 4], [0, 2], [0, 1, 3]], torch.Generator().manual_seed(3)
    network = Pvae(PvaeConfig(latent=4, width=8, blocks=1, frames_per_token=2), channels, 5)
    network.mean, network.std = torch.arange(5.0), torch.arange(1.0, 6.0)
    patches = [torch.randn(2, 3, 2 * len(c), generator=generator) for c in channels]
    total, seen = torch.zeros(2, 6, 5), torch.zeros(5)
    for patch, own in zip(patches, channels, strict=True):
        scatter = F.one_hot(torch.tensor(own), 5).float()
        total, seen = total + patch.reshape(2, 6, len(own)) @ scatter, seen + scatter.sum(0)
    assert torch.allclose(network.join(patches), total / seen * network.std + network.mean, atol=1e-6)


def test_a_sentence_begins_with_nothing_and_is_the_direction_of_the_mean_state() -> None:
    torch.manual_seed(0)
    mar = Mar(MarConfig(width=32, layers=1, heads=2, sentence=True), 5, 8).eval()
    latent, known = torch.randn(2, 7, 5, 8), torch.ones(2, 7, 5)
    sentence = mar.sentence
    assert sentence is not None
    with torch.no_grad():
        before = contexts(mar, latent, known)
        mar.sentence = None
        torch.testing.assert_close(contexts(mar, latent, known), before)
        sentence.weight.normal_()
        states = torch.randn(2, 4, 384)
        mask = torch.tensor([[1.0, 1, 0, 0], [1, 1, 1, 1]])
        told = sentence(states, mask)
        mean = torch.stack([states[0, :2].mean(0), states[1].mean(0)])
        expected = F.linear(F.normalize(mean, dim=-1) * 384**0.5, sentence.weight)
        torch.testing.assert_close(told, expected, rtol=1e-4, atol=1e-4)
        # What stands where no word is, and how strong a mean is, tell nothing.
        torch.testing.assert_close(sentence(states + 3 * (1 - mask)[..., None], mask), told)
        torch.testing.assert_close(sentence(2 * states, mask), told, rtol=1e-4, atol=1e-4)
        assert torch.equal(sentence(states, torch.zeros(2, 4)), torch.zeros(2, 32))
