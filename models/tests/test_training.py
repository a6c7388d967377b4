"""Masks, losses and the whole training pipeline on a corpus made here."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_corpus import tiny_configuration, write_arrays
from ropar_models import configuration
from ropar_models.networks.pvae import Pvae, PvaeConfig
from ropar_models.training import masks, train_mar, train_pvae
from ropar_models.training.confidence import change_of
from ropar_models.training.dataset import Arrays, with_free_captions
from ropar_models.training.fit import Objective, Settings, fit
from ropar_models.training.hardware import Hardware
from ropar_models.training.latents import Latents
from ropar_models.training.limbs import Limbs
from ropar_models.training.loader import stream
from ropar_models.training.schedule import Average, learning_rate


def test_masks_hide_something_and_cover_all_uses() -> None:
    generator = np.random.default_rng(0)
    whole_columns = heads = 0
    for _ in range(400):
        hidden = masks.draw_mask(generator, 20, 5)
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


def test_training_runs_resumes_and_learns(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    tiny = configuration.load(tiny_configuration(tmp_path))
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
    # What was trained without a part of the networks, or with smaller ones, is neither gone on with nor exported.
    for other in (replace(tiny.mar, sentence=False), replace(tiny.mar, width=48)):
        changed = replace(tiny, mar=other)
        with pytest.raises(ValueError, match=r"mar\.pt: was trained with another configuration"):
            train_mar.train(changed, tmp_path, run, 60, steps=6)
        with pytest.raises(ValueError, match=r"another configuration \(mar\."):
            train_mar.load(changed, path, network)
    assert torch.load(path, weights_only=False)["step"] == 5


def test_cells_that_are_not_credible_have_no_gradient() -> None:
    """Of the P-VAE's loss over the input; exactly zero, not merely small."""
    torch.manual_seed(0)
    network = Pvae(PvaeConfig(width=32, blocks=2, latent=8), [list(range(0, 8)), list(range(4, 12))], 12)
    credible = torch.ones(2, 4, 2)
    credible[:, 1:3, 1] = 0
    features = torch.randn(2, 16, 12, requires_grad=True)
    train_pvae.loss_terms(network, features, credible, torch.ones(12), 1e-3)["loss"].backward()
    assert features.grad is not None
    assert torch.equal(features.grad[:, 4:12, 8:], torch.zeros(2, 8, 4))  # channels of part 1 alone
    assert (features.grad[:, 4:12, :8] != 0).any()


def test_noisy_cells_have_no_gradient_in_the_transformer() -> None:
    torch.manual_seed(0)
    tiny = configuration.build({**configuration.read("small"), "mar": {"width": 32, "layers": 2}})
    networks = train_mar.Networks(tiny, 5)
    torch.nn.init.normal_(networks.head.output.weight, std=0.1)
    cells = (2, 6, 5)
    latent = torch.randn(*cells, tiny.pvae.latent, requires_grad=True)
    credible = torch.ones(cells)
    credible[:, 2:4, 1] = 0
    hidden = torch.rand(cells) < 0.5
    position = torch.zeros(2, 6, 2)
    target = hidden & (credible > 0)
    known = credible * ~hidden
    text, mask = torch.randn(2, 4, 384), torch.ones(2, 4)
    body, own = torch.arange(2), torch.ones(2, 5, dtype=torch.bool)
    batch = train_mar.Batch(latent, credible, known, credible, target, position, text, mask, body, own)
    objective = train_mar.MarObjective(networks, None, 2)  # type: ignore[arg-type]
    objective(batch)["loss"].backward()
    assert latent.grad is not None
    assert torch.equal(latent.grad[:, 2:4, 1], torch.zeros_like(latent.grad[:, 2:4, 1]))
    assert (latent.grad[known > 0] != 0).any() and (latent.grad[target] != 0).any()


@pytest.mark.parametrize("latents", ["memory", "stream"])
def test_a_limb_is_learned_over_the_body_of_another_clip(tmp_path: Path, latents: str) -> None:
    """All but the limb is the other clip's and seen or unseen with it; what is to be learned is the own limb alone."""
    write_arrays(tmp_path)
    values = {"data.limbs": {"0": ["left_arm"]}, "data.latents": latents, "mar_training.other_body": 1.0}
    tiny = configuration.load(tiny_configuration(tmp_path), values)
    arrays = Arrays(tmp_path, "train", tiny.data)
    pvae = train_pvae.build(tiny).eval()
    examples = train_mar.Examples(arrays, tiny, None if latents == "stream" else Latents(pvae, arrays, tiny))
    objective = train_mar.MarObjective(train_mar.Networks(tiny, len(pvae.channels)), pvae, 2)
    generator = np.random.default_rng(5)
    borrowed = 0
    for _ in range(20):
        batch = examples.batch(generator)
        mixed, plain = objective.latents(batch), objective.latents(batch._replace(own=torch.ones_like(batch.own)))
        for row, other in enumerate(batch.body.tolist()):
            arm = batch.own[row] if other != row else ~torch.ones(len(pvae.channels), dtype=torch.bool)
            if other == row:
                assert batch.own[row].all() and torch.equal(mixed[row], plain[row])
                continue
            borrowed += 1
            n = int((batch.position[row, :, 0] + batch.position[row, :, 1]).max()) + 1
            assert examples.limbs.names[int(arm.int().argmax())] in ("left_arm", "right_arm") and arm.sum() == 1
            assert torch.equal(mixed[row][:n, arm], plain[row][:n, arm])
            assert torch.equal(mixed[row][:n, ~arm], plain[other][:n, ~arm])
            assert batch.target[row][:, arm].any() and not batch.target[row][:, ~arm].any()
            assert batch.text_mask[row].sum() > 0
    assert borrowed > 5


def test_the_mirror_swaps_the_limb_that_captions_speak_of() -> None:
    limbs = Limbs(configuration.load("small"))
    for content, parts in configuration.load("small").data.limbs.items():
        for mirrored in (False, True):
            names = {limbs.names[i] for i in np.flatnonzero(limbs.of(content, mirrored))}
            other = "left_arm" if parts == ["right_arm"] else "right_arm"
            assert names == ({other} if mirrored and len(parts) == 1 else set(parts))
    assert not limbs.of("walk", False).any()
    with pytest.raises(ValueError, match=r"wave: the parts are .*left_arm.*; not left_hand"):
        Limbs(configuration.load("small", {"data.limbs": {"wave": ["left_hand"]}}))


def test_a_run_that_was_cut_equals_one_that_was_not(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    tiny = configuration.load(tiny_configuration(tmp_path))
    hardware = Hardware(precision="fp32")
    for name, stops in (("whole", [24]), ("cut", [9, 24])):
        for stop in stops:
            objective, crops, settings = parts_of_a_run(tiny, tmp_path)
            budget = {"steps": 24, "hardware": hardware}
            if stop < 24:
                with pytest.raises(KeyboardInterrupt):
                    fit(objective, Interrupted(crops, stop), settings, tmp_path / name, 60, **budget)
            else:
                fit(objective, crops, settings, tmp_path / name, 60, **budget)
    whole, cut = (torch.load(tmp_path / n / "pvae.pt", weights_only=False) for n in ("whole", "cut"))
    assert whole["step"] == cut["step"] == 24
    for kind in ("network", "average"):
        for key, value in whole[kind].items():
            assert torch.equal(value, cut[kind][key]), key


def parts_of_a_run(tiny: configuration.Configuration, data: Path) -> tuple[Objective, train_pvae.Crops, Settings]:
    arrays = train_pvae.Arrays(data, "train", tiny.data)
    torch.manual_seed(0)
    network = train_pvae.build(tiny)
    network.mean, network.std = train_pvae.statistics(arrays, tiny)
    return (
        train_pvae.PvaeObjective(network, 5e-3, at_first=1e-3),
        train_pvae.Crops(arrays, tiny),
        Settings("pvae", 0, 1e-3, save_every=3),
    )


def test_the_divergence_weighs_more_in_the_end(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    objective, crops, _ = parts_of_a_run(configuration.load(tiny_configuration(tmp_path)), tmp_path)
    batch = crops.batch(np.random.default_rng(0))
    for share, weight in ((0.0, 1e-3), (0.79, 1e-3), (0.8, 5e-3), (1.0, 5e-3)):
        objective.at(share)
        with torch.no_grad():
            terms = objective(batch)
        found = (terms["loss"] - terms["reconstruction"]) / terms["divergence"]
        assert found.item() == pytest.approx(weight, rel=1e-3), share


class Interrupted:
    """A source that is cut off after some batches, as a killed run is."""

    def __init__(self, source: train_pvae.Crops, after: int) -> None:
        self.source, self.left = source, after

    def batch(self, generator: np.random.Generator) -> train_pvae.Batch:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self.source.batch(generator)


def test_streaming_gives_the_codes_that_memory_holds(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    tiny = configuration.load(tiny_configuration(tmp_path), {"data.crop": 0.0})
    arrays = train_mar.Arrays(tmp_path, "train", tiny.data)
    torch.manual_seed(0)
    pvae = train_pvae.build(tiny).eval()
    objective = train_mar.MarObjective(train_mar.Networks(tiny, 5), pvae, 1)
    held = train_mar.Latents(pvae, arrays, tiny)
    crop = train_mar.Crop(1, True, 0, arrays.clips[1]["frames"] // 4)
    batches = [train_mar.Examples(arrays, tiny, h).collate([crop], np.random.default_rng(0)) for h in (held, None)]
    assert batches[0].source.dim() == 4 and batches[1].source.dim() == 3
    torch.testing.assert_close(objective.latents(batches[0]), objective.latents(batches[1]))
    assert torch.equal(batches[0].target, batches[1].target)


def test_clips_are_chosen_by_licence_source_and_noise(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    ids = {
        name: [c["id"] for c in train_pvae.Arrays(tmp_path, "train", configuration.Data(**changes)).clips]
        for name, changes in (
            ("all", {}),
            ("permissive", {"licences": "permissive"}),
            ("left out", {"leave_out": ["made"]}),
            ("discarded", {"discard_noisy": 0.1}),
            ("ignored", {"discard_noisy": 0.1, "confidence": "ignore"}),
        )
    }
    assert ids["all"] == ["0", "1", "2", "3", "4"]
    assert ids["permissive"] == ["1", "2", "4"]
    assert ids["left out"] == ["0", "3"]
    assert ids["discarded"] == ["1", "2", "3", "4"]  # clip 0 has arms that are not credible in its first second
    assert ids["ignored"] == ids["all"]


def test_permissive_runs_leave_out_captions_of_unknown_licence() -> None:
    clip = {"source": "cmu_amc", "captions": [[0, 1], [0, 2], [3, 4]], "mirrored_captions": [[5, 6], [5, 7], [8, 9]]}
    permissive = configuration.Data(licences="permissive")
    free = with_free_captions(clip, permissive)
    assert free["captions"] == [[1], [2], [3, 4]] and free["mirrored_captions"] == [[6], [7], [8, 9]]
    assert clip["captions"][0] == [0, 1]
    for same, selection in (({**clip, "source": "uiprmd"}, permissive), (clip, configuration.Data())):
        assert with_free_captions(same, selection) == same


def test_wrong_confidences() -> None:
    seen = np.linspace(0, 1, 30, dtype=np.float32)[:, None].repeat(22, 1)
    np.testing.assert_allclose(change_of("inverted")(seen, False), 1 - seen)
    shifted = change_of("shifted")(seen, False)
    np.testing.assert_array_equal(shifted[10:], seen[:20])
    np.testing.assert_array_equal(shifted[:10], np.zeros((10, 22)))
    blind = change_of("blind:left_arm")
    assert (blind(seen, False)[0] == 1).nonzero()[0].tolist() == [13, 16, 18, 20]
    # In a mirror image the same limb of the same person is on the other side.
    assert (blind(seen, True)[0] == 1).nonzero()[0].tolist() == [14, 17, 19, 21]
    with pytest.raises(ValueError, match="blind:tail"):
        change_of("blind:tail")


def test_worker_processes_give_the_batches_that_one_process_draws(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    tiny = configuration.load(tiny_configuration(tmp_path))
    arrays = train_pvae.Arrays(tmp_path, "train", tiny.data)
    torch.manual_seed(0)
    examples = train_mar.Examples(arrays, tiny, train_mar.Latents(train_pvae.build(tiny).eval(), arrays, tiny))
    streams = [stream(examples, 0, 3, Hardware(precision="fp32", workers=n)) for n in (0, 2)]
    for _ in range(5):
        for a, b in zip(*(next(s) for s in streams), strict=True):
            assert torch.equal(a, b)
