"""`ropar-models`: prepare a corpus, train, export, evaluate, compare. Every command says what it wrote."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path
from typing import Any

import torch

from . import configuration as configurations

# What ships; it lies beside the sources (`pip install -e`), not in an installed package.
SHIPPED = Path(__file__).resolve().parents[1] / "pretrained/ropar-base"
TRAININGS = {
    "train-pvae": "Train the part-aware VAE.",
    "train-decoder": "Train the P-VAE's decoder on, on the codes that the transformer learns.",
    "train-mar": "Train the transformer and the diffusion head.",
    "train-duration": "Train the duration predictor.",
    "train-evaluator": "Train the text-motion evaluator, and write it to --out with its retrieval figures.",
}


def parser_of_commands() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ropar-models", description=__doc__)
    parser.add_argument(
        "--threads", type=int, default=None, help="threads of PyTorch and ONNX Runtime (default: all cores)"
    )
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str, config: bool = True, hardware: bool = False) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        if config:
            sub.add_argument("--config", default="small", help="name in configs/, or a .toml file")
        if hardware:
            sub.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
            sub.add_argument("--precision", choices=["bf16", "fp32"], default="bf16", help="of matrix products")
            sub.add_argument("--workers", type=int, default=None, help="processes that prepare batches")
            sub.add_argument(
                "--compile", action="store_true", help="fuse kernels: a minute at the start, a quarter faster then"
            )
        return sub

    def sources(sub: argparse.ArgumentParser) -> None:
        sub.add_argument(
            "--sources",
            choices=["all", "permissive"],
            default="all",
            help="permissive: only clips whose licence allows commercial use (tables/licences.json)",
        )

    def shipped(sub: argparse.ArgumentParser, option: str, text: str) -> None:
        """An option whose default is the shipped package, and which must be given where that is not there."""
        there = SHIPPED.is_dir()
        default = f"{text} (default: {SHIPPED.name}, as it ships)" if there else text
        sub.add_argument(option, type=Path, default=SHIPPED if there else None, required=not there, help=default)

    prepare = command("prepare", "Turn a corpus into training arrays.", config=False)
    prepare.add_argument(
        "corpus",
        type=Path,
        help="folder with clips.jsonl, with new_joint_vecs (HumanML3D), or with .bvh and .txt files",
    )
    prepare.add_argument("--out", type=Path, required=True)
    shipped(prepare, "--text-encoder", "folder with text_encoder.onnx and tokenizer.json")
    prepare.add_argument("--limit", type=int, default=None, help="only the first clips, to try things out")

    corrupt = command("corrupt", "Make noisy arrays of clean ones: occluded limbs, imperfect confidence.", config=False)
    corrupt.add_argument("--data", type=Path, required=True, help="what `prepare` wrote")
    corrupt.add_argument("--out", type=Path, required=True)
    corrupt.add_argument("--severity", default="medium", help="light, medium or severe")
    corrupt.add_argument("--seed", type=int, default=0)

    for name, text in TRAININGS.items():
        train = command(name, text, hardware=True)
        train.add_argument("--data", type=Path, required=True, help="what `prepare` wrote")
        train.add_argument("--run", type=Path, required=True, help="folder of checkpoints; resumed when it has one")
        train.add_argument("--minutes", type=float, required=True, help="total training time, resumed runs included")
        train.add_argument("--steps", type=int, default=None, help="stop after so many steps at the latest")
        sources(train)
        if name == "train-evaluator":
            train.add_argument("--out", type=Path, required=True, help="folder of the evaluator")

    export = command("export", "Write the model package: ONNX graphs, manifest, parity vectors.")
    export.add_argument("--data", type=Path, required=True)
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--package", type=Path, required=True, help="folder to write")
    export.add_argument("--version", required=True, help="of the package, such as 1.0.0")
    shipped(export, "--text-encoder", "folder with text_encoder.onnx and tokenizer.json")
    sources(export)

    evaluate = command("evaluate", "Measure a model on the test split: FID, R-precision and the rest.", hardware=True)
    what = evaluate.add_mutually_exclusive_group(required=True)
    what.add_argument("--package", type=Path, help="a model package; its graphs run on the CPU")
    what.add_argument("--run", type=Path, help="checkpoints (with --config), on any device")
    evaluate.add_argument("--data", type=Path, required=True)
    evaluate.add_argument("--evaluator", type=Path, required=True, help="what `train-evaluator` wrote")
    evaluate.add_argument("--out", type=Path, required=True, help="the JSON file to write; a .md file comes beside it")
    evaluate.add_argument("--split", default="test")
    evaluate.add_argument("--repeats", type=int, default=20)
    evaluate.add_argument("--minutes", type=float, default=None, help="fewer repeats where 20 would take longer")
    evaluate.add_argument("--limit", type=int, default=None, help="only so many clips, spread over the split")
    evaluate.add_argument("--seed", type=int, default=0)
    sources(evaluate)

    ablate = command(
        "ablate", "Compare what is done with noisy parts, and more; see tables/ablation.json.", hardware=True
    )
    ablate.add_argument("--data", type=Path, required=True, help="clean arrays; noisy ones are made of them")
    ablate.add_argument("--out", type=Path, required=True, help="results, checkpoints, ablation.json and ablation.md")
    ablate.add_argument("--evaluator", type=Path, required=True)
    ablate.add_argument("--arms", default="claim", help="comma-separated arms or groups of arms")
    ablate.add_argument("--seeds", default="0,1,2")
    ablate.add_argument("--minutes", type=float, required=True, help="of training for one arm and seed")
    ablate.add_argument("--steps", type=int, default=None, help="a budget in steps, the same on every machine")
    ablate.add_argument("--severity", default="medium")
    ablate.add_argument("--share", type=float, default=1.0, help="of the training clips, the same ones for every arm")
    ablate.add_argument("--one-world", action="store_true", help="draw noise and share once, not anew for every seed")
    ablate.add_argument("--repeats", type=int, default=20)
    ablate.add_argument("--limit", type=int, default=None, help="only so many test clips")

    release = command("release", "Train, export, evaluate and document a package in one go.", hardware=True)
    release.add_argument("--data", type=Path, required=True)
    release.add_argument("--run", type=Path, required=True, help="folder of checkpoints and figures; resumed")
    release.add_argument("--package", type=Path, required=True)
    release.add_argument("--minutes", type=float, required=True, help="for everything together, resumed runs included")
    release.add_argument("--version", required=True, help="of the package, such as 1.0.0")
    shipped(release, "--text-encoder", "folder with text_encoder.onnx and tokenizer.json")
    release.add_argument("--repeats", type=int, default=20)
    release.add_argument("--probe-seeds", type=int, default=40)
    release.add_argument("--steps", type=int, default=None, help="bound of every training, to try things out")
    release.add_argument("--limit", type=int, default=None, help="only so many test clips, to try things out")
    sources(release)

    recover = command("recover", "Write checkpoints from a package, to go on training from its weights.")
    shipped(recover, "--package", "a model package")
    recover.add_argument("--run", type=Path, required=True, help="folder of checkpoints to begin")

    average = command("average", "Write a run with weights between those of two runs.", config=False)
    average.add_argument("--earlier", type=Path, required=True, help="the run that the later one went on from")
    average.add_argument("--later", type=Path, required=True)
    average.add_argument("--share", type=float, default=0.5, help="of the later run, 0 to 1")
    average.add_argument("--run", type=Path, required=True, help="folder of checkpoints to write")

    probe = command("probe", "Evaluate a model package with the probe suite.", config=False)
    shipped(probe, "--package", "a model package")
    probe.add_argument("--seeds", type=int, default=40)
    probe.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    probe.add_argument("--data", type=Path, default=None, help="training arrays, for the test split's own figures")
    sources(probe)
    probe.add_argument("--only", default=None, help="comma-separated probe names")

    card = command("card", "Put measured figures into a package: its manifest and its README.md.", config=False)
    shipped(card, "--package", "a model package")
    card.add_argument("--probe", type=Path, required=True, help="what `probe` wrote")
    card.add_argument("--metrics", type=Path, default=None, help="what `evaluate` wrote")

    sheets = command("sheets", "Draw stick figures of fixed prompts as SVG.", config=False)
    shipped(sheets, "--package", "a model package")
    sheets.add_argument("--out", type=Path, required=True, help="folder")
    return parser


def run_with_package(arguments: argparse.Namespace) -> None:
    """Commands that need neither a configuration nor training hardware."""
    if arguments.command == "prepare":
        from .corpus.prepare import prepare

        prepare(arguments.corpus, arguments.out, arguments.text_encoder, limit=arguments.limit)
    elif arguments.command == "corrupt":
        from .corpus.corrupt import corrupt_arrays

        print(json.dumps(corrupt_arrays(arguments.data, arguments.out, arguments.severity, arguments.seed), indent=1))
    elif arguments.command == "average":
        from .training.average_runs import average_runs

        print(average_runs(arguments.earlier, arguments.later, arguments.share, arguments.run))
    elif arguments.command == "card":
        from .export.card import write_card

        print(write_card(arguments.package, arguments.probe, arguments.metrics))
    elif arguments.command == "sheets":
        from .evaluation.package import Model
        from .evaluation.sheets import write_sheets

        print(write_sheets(Model(arguments.package, arguments.threads or 0), arguments.out))
    elif arguments.command == "probe":
        from .evaluation.package import Model
        from .evaluation.probe import run

        only = arguments.only.split(",") if arguments.only else None
        model, selection = (
            Model(arguments.package, arguments.threads or 0),
            configurations.Data(licences=arguments.sources),
        )
        run(model, arguments.out, arguments.seeds, arguments.data, only, selection=selection)


def train(arguments: argparse.Namespace, config: configurations.Configuration, hardware: Any) -> None:
    """One network."""
    from .evaluation.evaluator import package as evaluators
    from .evaluation.evaluator import training as train_evaluator
    from .training import train_decoder, train_duration, train_mar, train_pvae

    trainers = {
        "train-pvae": train_pvae.train,
        "train-decoder": train_decoder.train,
        "train-mar": train_mar.train,
        "train-duration": train_duration.train,
        "train-evaluator": train_evaluator.train,
    }
    trainer = trainers[arguments.command]
    print(trainer(config, arguments.data, arguments.run, arguments.minutes, arguments.steps, hardware))
    if arguments.command == "train-evaluator" and hardware.first:
        about = evaluators.write(config, arguments.data, arguments.run, arguments.out, hardware)
        print(json.dumps(about["test_split"], indent=1))


def evaluate(arguments: argparse.Namespace, config: configurations.Configuration, hardware: Any) -> None:
    from .evaluation.evaluate import evaluate as measure
    from .evaluation.evaluator import package as evaluators
    from .evaluation.package import Model
    from .evaluation.package_maker import PackageMaker
    from .evaluation.table import result_text
    from .files import write_beside, write_json
    from .generation import CheckpointMaker, Maker
    from .training.dataset import Arrays, judged

    maker: Maker = (
        PackageMaker(Model(arguments.package, arguments.threads or 0))
        if arguments.package
        else CheckpointMaker(config, arguments.run, hardware)
    )
    result = measure(
        evaluators.load(arguments.evaluator, hardware),
        Arrays(arguments.data, arguments.split, judged(config.data)),
        maker,
        arguments.repeats,
        arguments.seed,
        minutes=arguments.minutes,
        limit=arguments.limit,
    )
    write_json(arguments.out, result)
    text = result_text(result)
    write_beside(arguments.out.with_suffix(".md"), text)
    print(text)


def run_with_hardware(arguments: argparse.Namespace) -> None:
    """Commands that train or evaluate networks in PyTorch."""
    from .training.hardware import close_hardware, open_hardware

    changes = {"data.licences": arguments.sources} if getattr(arguments, "sources", "all") != "all" else {}
    config = configurations.load(arguments.config, changes)
    hardware = open_hardware(arguments.device, arguments.precision, arguments.workers, arguments.compile)
    try:
        if arguments.command in TRAININGS:
            train(arguments, config, hardware)
        elif arguments.command == "evaluate":
            evaluate(arguments, config, hardware)
        elif arguments.command == "ablate":
            from .experiments.ablate import Settings, ablate, chosen_arms

            ablate(
                arguments.data,
                arguments.out,
                arguments.evaluator,
                Settings(
                    arguments.config,
                    arguments.minutes,
                    arguments.steps,
                    arguments.severity,
                    arguments.share,
                    arguments.repeats,
                    arguments.limit,
                    arguments.one_world,
                ),
                chosen_arms(arguments.arms.split(",")),
                [int(s) for s in arguments.seeds.split(",")],
                hardware,
            )
            print((arguments.out / "ablation.md").read_text())
        elif arguments.command == "release":
            from .experiments.release import release

            release(
                config,
                arguments.data,
                arguments.run,
                arguments.package,
                arguments.text_encoder,
                arguments.minutes,
                arguments.version,
                arguments.repeats,
                arguments.probe_seeds,
                arguments.steps,
                arguments.limit,
                hardware,
            )
    finally:
        close_hardware()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments = parser_of_commands().parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    from .corpus.files import CorpusError
    from .evaluation.evaluator.package import EvaluatorError
    from .training.hardware import HardwareError

    try:
        if arguments.command == "export":
            from .export.package import copy_text_encoder, write_package

            changes = {"data.licences": arguments.sources} if arguments.sources != "all" else {}
            copy_text_encoder(arguments.text_encoder, arguments.package)
            config = configurations.load(arguments.config, changes)
            write_package(config, arguments.data, arguments.run, arguments.package, arguments.version)
        elif arguments.command == "recover":
            from .export.recover import recover

            for path in recover(configurations.load(arguments.config), arguments.package, arguments.run):
                print(path)
        elif hasattr(arguments, "device"):
            run_with_hardware(arguments)
        else:
            run_with_package(arguments)
    except (CorpusError, EvaluatorError, HardwareError, OSError, ValueError) as error:
        sys.exit(f"ropar-models {arguments.command}: {error}")


if __name__ == "__main__":
    main()
