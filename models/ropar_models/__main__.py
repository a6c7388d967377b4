"""`ropar-models`: prepare a corpus, train, export, evaluate. Every command says what it wrote."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch

from . import configuration as configurations

PRETRAINED = Path(__file__).resolve().parents[1] / "pretrained"


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(prog="ropar-models", description=__doc__)
    parser.add_argument(
        "--threads", type=int, default=None, help="threads of PyTorch and ONNX Runtime (default: all cores)"
    )
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--config", default="small", help="name in configs/, or a .toml file")
        return sub

    prepare = command("prepare", "Turn a corpus into training arrays.")
    prepare.add_argument("corpus", type=Path, help="folder with clips.jsonl, or with .bvh files and .txt captions")
    prepare.add_argument("--out", type=Path, required=True)
    prepare.add_argument(
        "--text-encoder", type=Path, default=PRETRAINED / "ropar-base", help="folder with text_encoder.onnx"
    )
    prepare.add_argument("--limit", type=int, default=None, help="only the first clips, to try things out")

    for name, text in (
        ("train-pvae", "Train the part-aware VAE."),
        ("train-mar", "Train the transformer and the diffusion head."),
        ("train-duration", "Train the duration predictor."),
    ):
        train = command(name, text)
        train.add_argument("--data", type=Path, required=True, help="what `prepare` wrote")
        train.add_argument("--run", type=Path, required=True, help="folder of checkpoints; resumed when it has one")
        train.add_argument("--minutes", type=float, required=True, help="total training time, resumed runs included")

    export = command("export", "Write the model package: ONNX graphs, manifest, parity vectors.")
    export.add_argument("--data", type=Path, required=True)
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--package", type=Path, default=PRETRAINED / "ropar-base")
    export.add_argument("--version", default="0.1.0")
    export.add_argument(
        "--text-encoder", type=Path, default=PRETRAINED / "ropar-base", help="folder with text_encoder.onnx"
    )

    probe = commands.add_parser("probe", help="Evaluate a model package with the probe suite.")
    probe.add_argument("--package", type=Path, default=PRETRAINED / "ropar-base")
    probe.add_argument("--seeds", type=int, default=40)
    probe.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    probe.add_argument("--data", type=Path, default=None, help="training arrays, for the test split's own figures")
    probe.add_argument("--only", default=None, help="comma-separated probe names")

    card = commands.add_parser("card", help="Put measured figures into a package: its manifest and its README.md.")
    card.add_argument("--package", type=Path, default=PRETRAINED / "ropar-base")
    card.add_argument("--probe", type=Path, required=True, help="what `probe` wrote")

    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    if arguments.command == "probe":
        from .evaluation.package import Model
        from .evaluation.probe import run as run_probe

        only = arguments.only.split(",") if arguments.only else None
        run_probe(
            Model(arguments.package, arguments.threads or 0), arguments.out, arguments.seeds, arguments.data, only
        )
        return
    if arguments.command == "card":
        from .export.card import write_card

        print(write_card(arguments.package, arguments.probe))
        return
    config = configurations.load(arguments.config)
    if arguments.command == "prepare":
        from .corpus.prepare import prepare as run_prepare

        run_prepare(arguments.corpus, arguments.out, arguments.text_encoder, limit=arguments.limit)
    elif arguments.command == "train-pvae":
        from .training.train_pvae import train as run_train_pvae

        print(run_train_pvae(config, arguments.data, arguments.run, arguments.minutes))
    elif arguments.command == "train-mar":
        from .training.train_mar import train as run_train_mar

        print(run_train_mar(config, arguments.data, arguments.run, arguments.minutes))
    elif arguments.command == "train-duration":
        from .training.train_duration import train as run_train_duration

        print(run_train_duration(config, arguments.data, arguments.run, arguments.minutes))
    elif arguments.command == "export":
        from .export.package import copy_text_encoder, write_package

        copy_text_encoder(arguments.text_encoder, arguments.package)
        write_package(config, arguments.data, arguments.run, arguments.package, arguments.version)


if __name__ == "__main__":
    main()
