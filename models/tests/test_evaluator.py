"""The evaluator learns, hides parts, survives its folder, and agrees with its exported graphs."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from made_corpus import tiny_configuration, write_arrays
from ropar_models import configuration
from ropar_models.evaluation.evaluator import package, training
from ropar_models.evaluation.evaluator.embedding import Judge, groups
from ropar_models.networks.evaluator import contrast
from ropar_models.training.dataset import Arrays
from ropar_models.training.schedule import load_checkpoint


def test_contrast_of_perfect_and_blind_embeddings() -> None:
    unit = torch.eye(4) * 2  # length sqrt(4)
    none = torch.zeros(4, 4, dtype=torch.bool)
    logits = 1 / 0.07
    expected = -torch.log_softmax(torch.tensor([logits, 0.0, 0.0, 0.0]), 0)[0]
    torch.testing.assert_close(contrast(unit, unit, none, 0.07), expected)
    blind = torch.ones(4, 4)
    torch.testing.assert_close(contrast(blind, blind, none, 0.07), torch.log(torch.tensor(4.0)))
    # Pairs that mean the same are no negatives: with two meanings of two rows each, the choice is among three.
    same = torch.tensor([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]).bool()
    torch.testing.assert_close(contrast(blind, blind, same, 0.07), torch.log(torch.tensor(3.0)))


def test_meanings_join_a_side_and_the_mirror_image_of_the_other(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    arrays = Arrays(tmp_path)
    for clip in arrays.clips:
        clip["content"] = "left swing" if int(clip["id"]) % 2 else "right swing"
        clip["source"] = "made"
    found = training.meanings(arrays)
    assert found[1, 0] == found[0, 1] == found[3, 0]
    assert found[0, 0] == found[1, 1] != found[0, 1]


def test_sides_of_captions() -> None:
    assert training.side_of(["waves the left hand", "Left hand up"]) == "left"
    assert training.side_of(["turns clockwise"]) == "right"
    assert training.side_of(["turns counter-clockwise"]) == training.side_of(["turns anticlockwise"]) == "left"
    assert training.side_of(["first left, then right"]) == training.side_of(["walks"]) == "none"


def test_it_learns_sides_and_its_folder_gives_the_same_back(tmp_path: Path) -> None:
    write_arrays(tmp_path, (8, 2, 4))
    tiny = configuration.load(tiny_configuration(tmp_path), {"evaluator_training.batch": 16})
    run, out = tmp_path / "run", tmp_path / "evaluator"
    training.train(tiny, tmp_path, run, 60, steps=150)
    about = package.write(tiny, tmp_path, run, out)
    assert about["test_split"]["caption_chosen"] == 1.0
    judge = package.load(out)
    assert judge.version == about["version"]
    arrays = Arrays(tmp_path, "test")
    motions = [arrays.view(c, False) for c in arrays.clips]
    fresh = training.build(tiny)
    fresh.load_state_dict(load_checkpoint(run / "evaluator.pt")["average"])  # type: ignore[index]
    np.testing.assert_allclose(judge.motions(motions), Judge(fresh).motions(motions), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(judge.motions(motions), axis=-1), np.sqrt(8), rtol=1e-5)
    # Padding does not matter: alone or beside a longer clip.
    np.testing.assert_allclose(judge.motions(motions)[0], judge.motions(motions[:1])[0], atol=1e-5)
    for graph in package.graphs(judge.network):
        session = onnxruntime.InferenceSession(str(out / f"{graph.name}.onnx"), providers=["CPUExecutionProvider"])
        found = session.run(None, {k: v.numpy() for k, v in graph.inputs.items()})[0]
        with torch.no_grad():
            np.testing.assert_allclose(found, graph.module(*graph.inputs.values()).numpy(), atol=1e-4)
    (out / "evaluator.safetensors").write_bytes(b"x" + (out / "evaluator.safetensors").read_bytes()[1:])
    with pytest.raises(package.EvaluatorError, match=r"evaluator\.safetensors"):
        package.load(out)


def test_a_hidden_part_is_hidden(tmp_path: Path) -> None:
    write_arrays(tmp_path, (1, 1, 1))
    tiny = configuration.load(tiny_configuration(tmp_path))
    torch.manual_seed(0)
    judge = Judge(training.build(tiny))
    motion = np.random.default_rng(0).normal(size=(16, 262)).astype(np.float32)
    changed = motion.copy()
    arms = [c for p in groups()["arms"] for c in judge.network.owned[p]]
    changed[:, arms] += 1
    np.testing.assert_array_equal(judge.motions([motion], "legs"), judge.motions([changed], "legs"))
    assert np.abs(judge.motions([motion], "arms") - judge.motions([changed], "arms")).max() > 1e-3
