"""Masks, losses and the whole training pipeline on a corpus made here."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from ropar_models import configuration
from ropar_models.networks.pvae import Pvae, PvaeConfig
from ropar_models.training import train_mar, train_pvae
from ropar_models.training.schedule import Average, learning_rate


def test_masks_hide_something_and_cover_all_uses() -> None:
    generator = np.random.default_rng(0)
    whole_columns = heads = 0
    for _ in range(400):
        hidden = train_mar.draw_mask(generator, 20, 5)
        assert hidden.shape == (20, 5) and hidden.any()
        columns = hidden.all(0)
        whole_columns += bool(columns.any() and not columns.all() and not hidden[:, ~columns].any())
        first = hidden.any(1).argmax()
        heads += bool(first > 0 and hidden[first:].all())
    assert whole_columns > 5
    assert heads > 5


def test_cells_that_are_not_credible_neither_teach_nor_matter() -> None:
    torch.manual_seed(0)
    network = Pvae(PvaeConfig(width=32, blocks=2, latent=8), [list(range(0, 8)), list(range(4, 12))], 12)
    weights = torch.ones(12)
    features = torch.randn(2, 16, 12)
    credible = torch.ones(2, 4, 2)
    credible[:, 1:3, 1] = 0
    spoiled = features.clone()
    spoiled[:, 4:12, 8:] = 50.0  # channels of part 1 alone, in its cells that are not credible

    def loss(x: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(1)
        return train_pvae.loss_terms(network, x, credible, weights, 1e-3)["loss"]

    torch.testing.assert_close(loss(features), loss(spoiled))


def test_learning_rate_rises_stays_and_falls() -> None:
    assert learning_rate(1.0, 0, 0.0) < 0.05
    assert learning_rate(1.0, 500, 0.3) == 1.0
    assert learning_rate(1.0, 500, 0.8) == pytest.approx(0.5)


def test_average_follows() -> None:
    module = torch.nn.Linear(2, 2)
    average = Average(module, 0.9)
    with torch.no_grad():
        for p in module.parameters():
            p.fill_(3.0)
    for step in range(200):
        average.update(module, step)
    torch.testing.assert_close(average.module.weight, module.weight)


def write_arrays(folder: Path) -> None:
    """Training arrays of a few synthetic clips, as `prepare` writes them."""
    import ropar_native

    generator = np.random.default_rng(0)
    clips, blocks = [], []
    for i in range(6):
        frames = 40 + 8 * i
        t = np.arange(frames) / 20
        root = np.stack([0 * t, 0.9 + 0 * t, 0.5 * t], -1).astype(np.float32)
        rotations = np.zeros((frames, 22, 4), np.float32)
        angle = 0.5 * np.sin(2 * np.pi * t + i)[:, None] * generator.random(22)[None]
        rotations[..., 0], rotations[..., 3] = np.sin(angle / 2), np.cos(angle / 2)
        blocks.append(ropar_native.features(root, rotations, 20.0)[0])
        clips.append(
            {
                "id": str(i),
                "source": "made",
                "content": str(i % 2),
                "style": "",
                "split": "train" if i < 5 else "val",
                "licence": "user",
                "frames": frames,
                "seconds": frames / 20,
                "dataset": None,
                "captions": [[0], [1], []],
                "mirrored_captions": [[2], [3], []],
            }
        )
    start = 0
    for clip, block in zip(clips, blocks, strict=True):
        clip["start"] = clip["mirrored_start"] = start
        start += len(block)
    np.save(folder / "features.npy", np.concatenate(blocks))
    confidence = np.full((start, 22), 255, np.uint8)
    confidence[:20, 16:] = 0
    np.save(folder / "confidence.npy", confidence)
    (folder / "clips.json").write_text(json.dumps(clips))
    (folder / "captions.json").write_text(json.dumps(["a", "b", "c", "d"]))
    np.save(folder / "states.npy", generator.normal(size=(12, 384)).astype(np.float16))
    np.save(folder / "offsets.npy", np.array([0, 3, 6, 9, 12]))


def test_training_runs_resumes_and_learns(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    config = tmp_path / "tiny.toml"
    text = Path(configuration.__file__).with_name("configs").joinpath("small.toml").read_text()
    for name, value in (("width", 32), ("layers", 1), ("batch", 4), ("tokens", 8), ("blocks", 2)):
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
    config.write_text(text)
    tiny = configuration.load(str(config))
    run = tmp_path / "run"
    train_pvae.train(tiny, tmp_path, run, 60, steps=100)
    first = torch.load(run / "pvae.pt", weights_only=False)
    train_pvae.train(tiny, tmp_path, run, 60, steps=200)
    second = torch.load(run / "pvae.pt", weights_only=False)
    assert (first["step"], second["step"]) == (100, 200)
    network = train_pvae.load(tiny, run / "pvae.pt")
    arrays = train_pvae.Arrays(tmp_path)
    features = torch.from_numpy(np.array(arrays.view(arrays.clips[1], False)[:40]))[None]
    cells = torch.ones(1, 10, 5)
    back = network.decode(network.encode(features, cells))
    fresh = train_pvae.build(tiny)
    fresh.mean, fresh.std = network.mean, network.std
    worse = fresh.decode(fresh.encode(features, cells))
    normal = network.std
    assert ((back - features) / normal).abs().mean() < 0.7 * ((worse - features) / normal).abs().mean()
    path = train_mar.train(tiny, tmp_path, run, 60, steps=5)
    assert torch.load(path, weights_only=False)["step"] == 5
