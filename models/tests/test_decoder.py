"""The decoder's own training, the kinematics of its losses (against the core), and checkpoints from a package."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import ropar_native
import torch
from made_corpus import tiny_configuration, write_arrays
from ropar_models import configuration
from ropar_models.export.graphs import export, graphs, round_weights
from ropar_models.export.package import training_of
from ropar_models.export.recover import recover
from ropar_models.networks.duration import Duration
from ropar_models.networks.kinematics import Kinematics
from ropar_models.networks.pvae import Pvae
from ropar_models.training import train_decoder, train_mar, train_pvae
from ropar_models.training.dataset import Arrays

FPS = 20.0


def wandering(frames: int) -> tuple[np.ndarray, np.ndarray]:
    """A made-up motion that turns, travels and bends every joint: root [T, 3], local rotations [T, 22, 4]."""
    generator = np.random.default_rng(3)
    t = np.arange(frames)[:, None] / FPS
    root = np.concatenate([np.sin(t), 0.9 + 0.1 * np.cos(t), t * t / 4], -1)
    axis = generator.normal(size=(22, 3))
    angle = 0.8 * np.sin(t * generator.uniform(0.5, 2, 22) + generator.uniform(0, 6, 22))[..., None]
    turned = axis / np.linalg.norm(axis, axis=-1, keepdims=True) * np.sin(angle / 2)
    return root.astype(np.float32), np.concatenate([turned, np.cos(angle / 2)], -1).astype(np.float32)


def in_the_world(features: np.ndarray) -> np.ndarray:
    """Joint positions [T, 22, 3] as the core has them."""
    return ropar_native.forward_kinematics(*ropar_native.motion(features, FPS, None))


@pytest.mark.parametrize("contradictions", [0.0, 0.05, 0.2])
def test_kinematics_agree_with_the_core(contradictions: float) -> None:
    """Also on features that contradict themselves, as generated ones do, with feet that stand, slide and sink."""
    root, rotations = wandering(60)
    features = ropar_native.features(root, rotations, FPS)[0]
    features += contradictions * np.random.default_rng(5).normal(size=features.shape).astype(np.float32)
    positions, headings = Kinematics(FPS)(torch.from_numpy(features)[None])
    np.testing.assert_allclose(positions[0].numpy(), in_the_world(features), atol=1e-3)
    assert np.ptp(headings.numpy()) > 0.3 and np.ptp(positions[0, :, 0, 2].numpy()) > 1


@torch.no_grad()
def world_error(network: Pvae, arrays: Arrays) -> float:
    """Mean distance, metres, of rebuilt joints from the recorded ones, root drift included."""
    errors = []
    for clip in arrays.clips:
        frames = clip["frames"] // network.config.frames_per_token * network.config.frames_per_token
        features = np.array(arrays.view(clip, False)[:frames])
        cells = torch.ones(1, frames // network.config.frames_per_token, len(network.channels))
        rebuilt = network.decode(network.encode(torch.from_numpy(features)[None], cells))[0].numpy()
        errors.append(np.linalg.norm(in_the_world(features) - in_the_world(rebuilt), axis=-1).mean())
    return float(np.mean(errors))


def test_only_the_decoder_is_trained_and_it_improves(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    # With latents that are small from the start, as much is left for the decoder to gain as it has to show here.
    tiny = configuration.load(tiny_configuration(tmp_path), {"pvae_training.divergence_at_first": 5e-3})
    run = tmp_path / "run"
    train_pvae.train(tiny, tmp_path, run, 60, steps=150)
    train_mar.train(tiny, tmp_path, run, 60, steps=5)
    before = train_pvae.load(tiny, run / "pvae.pt")
    train_decoder.train(tiny, tmp_path, run, 60, steps=150)
    after = train_pvae.load(tiny, run / "pvae.pt")
    moved = {n.split(".")[0] for n, p in after.named_parameters() if not torch.equal(p, before.get_parameter(n))}
    assert moved == {"from_latent", "decoder_part", "decoder", "unembed"}
    arrays = Arrays(tmp_path)
    worse, better = (world_error(p, arrays) for p in (before, after))
    assert better < 0.8 * worse
    worse, better = (train_pvae.evaluate(p, arrays)["pelvis_error_mm"] for p in (before, after))
    assert better < 0.8 * worse


def test_networks_of_other_latents_are_refused(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    tiny = configuration.load(tiny_configuration(tmp_path))
    run = tmp_path / "run"
    train_pvae.train(tiny, tmp_path, run, 60, steps=3)
    train_mar.train(tiny, tmp_path, run, 60, steps=2)
    train_decoder.train(tiny, tmp_path, run, 60, steps=2)
    train_pvae.train(tiny, tmp_path, run, 60, steps=6)
    pvae = train_pvae.load_pvae(tiny, run / "pvae.pt")
    with pytest.raises(ValueError, match=r"decoder\.pt: was trained on the latents of another pvae\.pt"):
        train_pvae.load(tiny, run / "pvae.pt")
    with pytest.raises(ValueError, match=r"mar\.pt: was trained on the latents"):
        train_mar.load(tiny, run / "mar.pt", pvae)
    with pytest.raises(ValueError, match=r"mar\.pt: was trained"):
        train_mar.train(tiny, tmp_path, run, 60, steps=4)
    # Checkpoints from before name no latents; of the decoder's, the decoder alone is taken.
    for name in ("mar", "decoder"):
        state = torch.load(run / f"{name}.pt", weights_only=False)
        del state["codes"]
        torch.save(state, run / f"{name}.pt")
    both, decoder = train_pvae.load(tiny, run / "pvae.pt").state_dict(), state["average"]
    for name, weight in both.items():
        theirs = decoder[name] if name.split(".")[0] in Pvae.DECODER else pvae.state_dict()[name]
        assert torch.equal(weight, theirs), name
    train_mar.load(tiny, run / "mar.pt", pvae)


def test_tokens_that_are_not_credible_do_not_teach_the_decoder() -> None:
    torch.manual_seed(0)
    tiny = configuration.build({**configuration.read("small"), "pvae": {"width": 32, "blocks": 1}})
    objective = train_decoder.DecoderObjective(train_pvae.build(tiny), torch.zeros(32))
    root, rotations = wandering(24)
    features = torch.from_numpy(ropar_native.features(root, rotations, FPS)[0])[None]
    credible = torch.ones(1, 6, 5)
    credible[:, 2:4] = 0
    spoiled = features.clone()
    spoiled[:, 8:16] += 30.0
    losses = [objective(train_pvae.Batch(f, credible))["loss"] for f in (features, spoiled)]
    torch.testing.assert_close(losses[0], losses[1])
    assert objective(train_pvae.Batch(spoiled, torch.ones(1, 6, 5)))["loss"] > 2 * losses[0]


def test_a_package_gives_its_weights_back(tmp_path: Path) -> None:
    torch.manual_seed(4)
    tiny = configuration.load(tiny_configuration(tmp_path))
    before = replace(tiny, mar=replace(tiny.mar, sentence=False))
    pvae, networks, old = train_pvae.build(tiny), train_mar.Networks(tiny, 5), train_mar.Networks(before, 5)
    pvae.mean, pvae.std, pvae.latent_std = torch.randn(262), torch.rand(262) + 0.5, torch.rand(32) + 0.5
    duration = Duration()
    for module in (pvae, networks, duration, old):
        for parameter in module.parameters():  # equal weights, such as zeros, would be stored once
            torch.nn.init.normal_(parameter)
        round_weights(module)
    for graph in graphs(pvae, networks.mar, networks.head, duration):
        export(graph, tmp_path / f"{graph.name}.onnx")
    trained = {"P-VAE": {"steps": 7, "minutes": 1.5}}
    manifest = {"name": "made", "version": "1", "measured": {"training": trained}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    run = tmp_path / "run"
    recover(tiny, tmp_path, run)
    assert training_of(run) == trained
    for found, true in (
        (train_pvae.load(tiny, run / "pvae.pt"), pvae),
        (train_mar.load(tiny, run / "mar.pt", pvae), networks),
    ):
        for name, weight in true.state_dict().items():
            assert torch.equal(found.state_dict()[name], weight), name
    with pytest.raises(FileExistsError, match="another --run"):
        recover(tiny, tmp_path, run)
    with pytest.raises(ValueError, match="the configuration"):
        recover(configuration.load("small"), tmp_path, tmp_path / "other")

    # Of a package from before transformers were told the whole sentence, that part begins as nothing.
    export(next(g for g in graphs(pvae, old.mar, networks.head, duration) if g.name == "mar"), tmp_path / "mar.onnx")
    recover(tiny, tmp_path, tmp_path / "older")
    state = train_mar.load(tiny, tmp_path / "older" / "mar.pt", pvae).mar.state_dict()
    assert not state.pop("sentence.weight").any()
    assert state.keys() == old.mar.state_dict().keys()
    assert all(torch.equal(state[name], weight) for name, weight in old.mar.state_dict().items())
