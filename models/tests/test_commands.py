"""What the command line asks for, and that it asks before anything long has begun."""

from pathlib import Path

import pytest
import tomllib
from ropar_models import __main__ as program
from ropar_models.corpus.prepare import prepare
from ropar_models.experiments.release import release

NEEDS_THE_SHIPPED = ["sheets --out x", "probe --out x", "card --probe x", "recover --run x", "prepare corpus --out x"]


@pytest.mark.parametrize("line", NEEDS_THE_SHIPPED)
def test_what_ships_must_be_named_where_it_is_not(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an installation that is not editable."""
    assert program.parser_of_commands().parse_args(line.split())
    monkeypatch.setattr(program, "SHIPPED", tmp_path / "pretrained/ropar-base")
    with pytest.raises(SystemExit):
        program.parser_of_commands().parse_args(line.split())


def test_every_package_is_installed() -> None:
    project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text())
    root = Path(program.__file__).parent
    there = {".".join(p.parent.relative_to(root.parent).parts) for p in root.rglob("__init__.py")}
    assert set(project["tool"]["setuptools"]["packages"]) == there


@pytest.mark.parametrize("missing", ["--version 1.0.0", "--package mine"])
@pytest.mark.parametrize("line", ["export --data x --run x", "release --data x --run x --minutes 1"])
def test_a_package_has_a_name_and_a_version_of_its_own(line: str, missing: str) -> None:
    whole = f"{line} --version 1.0.0 --package mine"
    assert program.parser_of_commands().parse_args(whole.split())
    with pytest.raises(SystemExit):
        program.parser_of_commands().parse_args(whole.replace(missing, "").split())


def test_a_text_encoder_that_is_missing_is_named_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FileNotFoundError, match=r"text_encoder\.onnx: is missing.*--text-encoder"):
        prepare(tmp_path / "no corpus", tmp_path / "out", tmp_path)
    (tmp_path / "text_encoder.onnx").touch()
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json: is missing"):
        release(None, tmp_path, tmp_path, tmp_path, tmp_path, 1, "1")  # type: ignore[arg-type]
    line = ["ropar-models", "prepare", str(tmp_path), "--out", str(tmp_path), "--text-encoder", str(tmp_path)]
    monkeypatch.setattr("sys.argv", line)
    with pytest.raises(SystemExit, match=r"ropar-models prepare: .*tokenizer\.json"):
        program.main()
