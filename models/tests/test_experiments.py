"""Two processes, the ablation and the release on a corpus made here, tiny, from the command line where it matters."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from made_corpus import strict_json, tiny_configuration, write_arrays
from ropar_models import configuration
from ropar_models.evaluation.evaluator import package, training
from ropar_models.evaluation.table import result_text
from ropar_models.experiments import ablate, release
from ropar_models.experiments.ablate import chosen_arms
from ropar_models.experiments.verdict import markdown, summarise
from ropar_models.export.package import attribution
from ropar_models.training.dataset import Arrays, drawn_share

SHIPPED = Path(__file__).parents[1] / "pretrained/ropar-base"


TWO = """
import sys
import torch
from ropar_models.__main__ import main
from ropar_models.training.hardware import open_hardware

# A linear model whose gradient is known: process r has the gradient r + 1, the mean is 1.5.
hardware = open_hardware("cpu", "fp32")
model = torch.nn.Linear(1, 1, bias=False)
replica = hardware.replicate(model)
replica(torch.tensor([[hardware.rank + 1.0]])).sum().backward()
found = model.weight.grad.item()
if found != 1.5 or hardware.agree([float(hardware.rank) + 7]) != [7.0]:
    sys.exit(f"process {hardware.rank} has gradient {found}")
main()
"""


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    config = tiny_configuration(tmp_path)
    script = tmp_path / "two.py"
    script.write_text(TWO)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--"]
    command += [str(script), "--threads", "1", "train-pvae", "--device", "cpu", "--precision", "fp32"]
    command += ["--config", config, "--data", str(tmp_path), "--run", str(tmp_path / "two"), "--minutes", "5"]
    command += ["--steps", "6"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    two = torch.load(tmp_path / "two/pvae.pt", weights_only=False)
    assert two["step"] == 6
    # Averaged gradients of two batches are not those of one process alone.
    from ropar_models.training import train_pvae
    from ropar_models.training.hardware import Hardware

    one = torch.load(
        train_pvae.train(configuration.load(config), tmp_path, tmp_path / "one", 5, 6, Hardware(precision="fp32")),
        weights_only=False,
    )
    assert not torch.equal(one["network"]["to_posterior.weight"], two["network"]["to_posterior.weight"])


def test_ablation_runs_resumes_and_says_what_it_found(tmp_path: Path) -> None:
    data, evaluator, out = tmp_path / "data", tmp_path / "evaluator", tmp_path / "ablation"
    data.mkdir()
    write_arrays(data, (8, 1, 6))
    config = tiny_configuration(tmp_path)
    tiny = configuration.load(config)
    training.train(tiny, data, tmp_path / "run", 60, steps=5)
    package.write(tiny, data, tmp_path / "run", evaluator)
    settings = ablate.Settings(config, minutes=5, severity="severe", steps=3, share=0.7, repeats=2)
    ablate.ablate(data, out, evaluator, settings, ["keep_all", "credibility"], [0])
    first = (out / "keep_all/seed-0/result.json").stat().st_mtime_ns
    summary = ablate.ablate(data, out, evaluator, settings, ["keep_all", "credibility", "clean_one_part"], [0])
    assert (out / "keep_all/seed-0/result.json").stat().st_mtime_ns == first  # not trained again
    assert list(summary["arms"]) == ["keep_all", "credibility", "clean_one_part"]
    result = strict_json(out / "credibility/seed-0/result.json")
    multimodality = result["rows"]["generated"]["multimodality"]
    assert multimodality["prompts"] == 6 and result["rows"]["generated"]["fid"]["repeats"] == 2
    assert "over repeats, of multimodality over 6 prompts (Student's t)" in result_text(result)
    assert result["repeats"] == 2 and result["clips"] == 6
    assert 0 < result["training_clips"] < 8
    assert {"fid"} == set(result["rows"]["two halves"])
    for row in ("recorded", "rebuilt", "generated"):
        assert {"fid_unpaired", "r1", "r3", "matching_distance", "diversity"} <= set(result["rows"][row])
        assert result["rows"][row]["jerk"] >= 0
    text = (out / "ablation.md").read_text()
    assert "(one seed)" in text and "Credibility against keep all" in text
    with pytest.raises(ValueError, match="other settings"):
        ablate.ablate(data, out, evaluator, replace(settings, steps=4), ["clean"], [0])
    # Settings of the same names that mean something else by now.
    Path(config).write_text(Path(config).read_text().replace("power = 0.75", "power = 0.5"))
    with pytest.raises(ValueError, match=r"other settings \(configuration\)"):
        ablate.ablate(data, out, evaluator, settings, ["clean"], [0])
    Path(config).write_text(Path(config).read_text().replace("power = 0.5", "power = 0.75"))
    np.save(data / "features.npy", np.load(data / "features.npy") + 1e-3)
    with pytest.raises(ValueError, match=r"other settings \(data\)"):
        ablate.ablate(data, out, evaluator, settings, ["clean"], [0])
    (out / "settings.json").write_text(json.dumps(asdict(settings)))  # of a folder from before
    with pytest.raises(ValueError, match="data, evaluator, configuration"):
        ablate.ablate(data, out, evaluator, settings, ["clean"], [0])


@pytest.mark.parametrize("one_world", [False, True])
def test_seeds_draw_noise_and_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_world: bool) -> None:
    """Anew for every seed, and alike for all arms of one; or once for all."""
    write_arrays(tmp_path, (9, 0, 4))
    worlds: dict[tuple[int, str], tuple[frozenset[str], bytes]] = {}

    def train(config: configuration.Configuration, data: Path, folder: Path, *_: object) -> None:
        arrays = Arrays(data, "train", config.data)
        worlds[config.seed, folder.parent.name] = frozenset(c["id"] for c in arrays.clips), arrays.features.tobytes()

    figures = {"fid": {"mean": 1.0}, "r1": {"mean": 0.5}}
    rows = {"rows": {row: figures for row in ("recorded", "rebuilt", "generated")}}
    monkeypatch.setattr(ablate.evaluators, "load", lambda *_: SimpleNamespace(version="made"))
    monkeypatch.setattr(ablate.train_pvae, "train", train)
    monkeypatch.setattr(ablate.train_mar, "train", lambda *_: None)
    monkeypatch.setattr(ablate, "CheckpointMaker", lambda *_: None)
    monkeypatch.setattr(ablate, "evaluate", lambda *_, **__: rows)
    settings = ablate.Settings("small", minutes=1, severity="severe", share=0.5, one_world=one_world)
    ablate.ablate(tmp_path, tmp_path / "out", tmp_path, settings, ["keep_all", "credibility"], [0, 1, 2])
    assert all(worlds[seed, "keep_all"] == worlds[seed, "credibility"] for seed in range(3))
    for what in range(2):
        assert len({worlds[seed, "keep_all"][what] for seed in range(3)}) == (1 if one_world else 3)
    text = (tmp_path / "out/ablation.md").read_text()
    assert ("of others it says nothing" if one_world else "of the noise and of the choice of clips") in text


def test_a_share_of_clips_is_drawn_anew_by_another_seed() -> None:
    """Independently: as many are in two shares as chance has it."""
    names = [f"clip_{i:05d}" for i in range(20_000)]
    one, two, three = ({n for n in names if drawn_share(n, seed) < 0.0625} for seed in range(3))
    for a, b in ((one, two), (one, three), (two, three)):
        assert abs(len(a & b) - 20_000 * 0.0625**2) < 4 * np.sqrt(20_000 * 0.0625**2)


def test_a_held_out_source_is_judged_on_clips_that_the_evaluator_never_saw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_arrays(tmp_path, (6, 3, 9))
    spec = ablate.table()
    for arm in ("held_out", "clean_on_held_out"):
        spec["arms"][arm]["held_out"] = "bought"
    trained: list[Path] = []
    seen: dict[str, set[str]] = {}

    def judge(_: object, arrays: Arrays, maker: Path, *__: object, **___: object) -> dict[str, object]:
        seen[f"{maker.parent.name}"] = {(c["source"], c["split"]) for c in arrays.clips}
        return {"rows": {row: {} for row in ("recorded", "rebuilt", "generated")}}

    monkeypatch.setattr(ablate, "table", lambda: spec)
    monkeypatch.setattr(ablate.evaluators, "load", lambda *_: SimpleNamespace(version="made"))
    monkeypatch.setattr(ablate.train_pvae, "train", lambda _, __, folder, *___: trained.append(folder))
    monkeypatch.setattr(ablate.train_mar, "train", lambda *_: None)
    monkeypatch.setattr(ablate, "CheckpointMaker", lambda _, folder, __: folder)
    monkeypatch.setattr(ablate, "evaluate", judge)
    arms = chosen_arms(["zero_shot"])
    ablate.ablate(tmp_path, tmp_path / "out", tmp_path, ablate.Settings("small", minutes=1), arms, [0])
    assert seen == {"clean": {("bought", "test")}, "held_out": {("bought", "test")}}
    assert trained == [tmp_path / "out/clean/seed-0", tmp_path / "out/held_out/seed-0"]


def _result(arm: str, seed: int, fid: float, r1: float) -> dict[str, object]:
    row = {"fid": {"mean": fid}, "r1": {"mean": r1}}
    return {
        "arm": arm,
        "seed": seed,
        "training_clips": 1,
        "training_hours": 1.0,
        "rows": {"recorded": row, "rebuilt": row, "generated": row},
    }


@pytest.mark.parametrize(
    ("fid", "r1", "direction", "sure", "size"),
    [
        ([0.75, 0.76, 0.74], [0.75, 0.76, 0.74], True, True, True),
        ([0.9, 0.91, 0.89], [0.65, 0.66, 0.64], True, True, False),
        ([0.5, 1.2, 0.9], [0.7, 0.5, 0.7], True, False, False),
        ([1.1, 1.2, 1.3], [0.5, 0.5, 0.5], False, False, False),
    ],
)
def test_the_verdict(fid: list[float], r1: list[float], direction: bool, sure: bool, size: bool) -> None:
    """Against a baseline of FID 1 and R@1 0.6 in every seed."""
    results = [_result("credibility", s, f, r) for s, (f, r) in enumerate(zip(fid, r1, strict=True))]
    results += [_result("keep_all", s, 1.0, 0.6) for s in range(3)]
    found = summarise(results, ablate.table())["verdict"]["keep_all"]
    assert (found["direction"], found["beyond_intervals"], found["size"]) == (direction, sure, size)


def test_other_figures_are_paired_seed_by_seed_where_both_arms_have_them() -> None:
    results = [_result(arm, seed, 1.0, 0.6) for arm in ("credibility", "keep_all") for seed in range(3)]
    for result, jerk, legs in zip(results, (80, 60, 40, 100, 80, 50), (0.5, 0.7, 0.6, 0.4, 0.5, 0.5), strict=True):
        rows = {"jerk": float(jerk), "r1_legs": {"mean": legs}}
        result["rows"] = {
            row: {"fid": {"mean": 1.0}, "r1": {"mean": 0.6}} | rows for row in ("recorded", "rebuilt", "generated")
        }
    summary = summarise(results, ablate.table())
    also = summary["verdict"]["keep_all"]["also"]
    assert set(also) == {"jerk, ratio", "R@1 of legs, gain", "FID of the P-VAE, ratio"}
    # Of 0.80, 0.75, 0.80 and of 0.1, 0.2, 0.1; Student's t of two degrees of freedom is 4.303.
    assert also["jerk, ratio"]["mean"] == pytest.approx(2.35 / 3)
    assert also["jerk, ratio"]["interval"] == pytest.approx(4.303 * 0.05 / 3, rel=1e-3)
    assert also["R@1 of legs, gain"]["mean"] == pytest.approx(0.4 / 3)


def test_arms_beside_the_claim_are_compared_over_the_seeds_that_both_have() -> None:
    results = [_result("oracle", seed, fid, 0.7) for seed, fid in ((0, 1.0), (1, 1.2), (7, 9.0))]
    results += [_result("credibility", seed, 2.0, 0.6) for seed in range(3)]
    summary = summarise(results, ablate.table())
    (found,) = summary["compared"]
    assert (found["arm"], found["beside"], found["fid_ratio"]["seeds"]) == ("oracle", "credibility", 2)
    assert found["fid_ratio"]["mean"] == pytest.approx(0.55)
    assert found["fid_ratio"]["interval"] == pytest.approx(12.706 * 0.05, rel=1e-3)  # t of one degree of freedom
    assert found["r1_gain"]["mean"] == pytest.approx(0.1)
    world = {"joints_wrong": 0.2, "joints_doubted": 0.1, "wrong_but_trusted": 0.3}
    settings = asdict(ablate.Settings("tiny", minutes=1))
    text = markdown({"settings": settings, "corruption": world, **summary}, ablate.table())
    assert "| oracle | credibility | 2 | 0.550 ± 0.635 | 0.100 ± 0.000 |" in text
    known = set(ablate.table()["arms"])
    assert all(arm in known and other in known for arm, other in ablate.table()["compared"])


def test_arms_are_named_by_groups() -> None:
    assert chosen_arms(["claim", "clean_one_part"])[-1] == "clean_one_part"
    assert len(chosen_arms(["claim", "parts"])) == len(set(chosen_arms(["claim", "parts"])))
    with pytest.raises(ValueError, match="zero_shot"):
        chosen_arms(["nonsense"])
    for arm in ablate.table()["arms"].values():  # every change is one that a configuration knows
        configuration.load("small", arm["changes"])


def test_release_from_arrays_to_card_and_again_after_a_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, run, out = tmp_path / "data", tmp_path / "run", tmp_path / "tiny-open"
    data.mkdir()
    write_arrays(data, (8, 1, 6))
    tiny = configuration.load(tiny_configuration(tmp_path), {"data.licences": "permissive"})

    def go() -> None:
        release.release(tiny, data, run, out, SHIPPED, 20, "9.9.9", repeats=1, probe_seeds=1, steps=3, limit=6)

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(release, "evaluate", cut)
        patched.setattr(release, "run_probe", cut)
        with pytest.raises(KeyboardInterrupt):
            go()
    trained = (run / "mar.pt").stat().st_mtime_ns

    def few_probes(model: object, path: Path, *_: object, **__: object) -> None:
        path.write_text(json.dumps({"seeds": 1, "probes": {}, "styles": {}, "quality": {}}))

    monkeypatch.setattr(release, "run_probe", few_probes)
    go()
    assert (run / "mar.pt").stat().st_mtime_ns == trained
    manifest = strict_json(out / "manifest.json")
    strict_json(run / "metrics.json")
    assert manifest["licence"]["commercial"] is True
    assert {d["licence"] for d in manifest["training_data"]} == {"MIT"}
    evaluation = manifest["measured"]["evaluation"]
    assert evaluation["rows"]["generated"]["fid"]["mean"] >= 0
    # Four of the six test clips are under MIT, and it is judged on these, by an evaluator that was measured on these.
    judge = json.loads((run / "evaluator/evaluator.json").read_text())
    assert evaluation["clips"] == judge["test_split"]["mirrored_pairs"] == 4
    card = (out / "README.md").read_text()
    assert "## By the usual measures" in card and "ropar-models release" in card and "--sources permissive" in card
    assert (out / "sheets/prompts.svg").read_text().count("<text") == 12


def test_only_works_that_were_used_are_named() -> None:
    clips = [{"source": "reactidle", "licence": "MIT"}, {"source": "deepmimic", "licence": "MIT"}]
    works = " ".join(a["work"] for a in attribution(clips, "all"))
    assert "ReActIdle" in works and "DeepMimic" in works and "MiniLM" in works
    assert "sie_" not in works and "Bandai" not in works and "UI-PRMD" not in works
    # Captions worded after another data set are left out of permissive runs, and so is its name.
    danced = [{"source": "cmu_dance_martial", "licence": "CMU-mocap (free for all uses)"}]
    named = {licences: "KIT" in str(attribution(danced, licences)) for licences in ("all", "permissive")}
    assert named == {"all": True, "permissive": False}
