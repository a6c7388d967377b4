"""Files that a reader other than Python must take."""

from pathlib import Path

import pytest
from made_corpus import strict_json
from ropar_models.files import write_json
from ropar_models.training.schedule import Log


def test_what_is_no_json_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    write_json(path, {"interval": None})
    with pytest.raises(ValueError, match=r"figures\.json.*null"):
        write_json(path, {"interval": float("nan")})
    assert strict_json(path) == {"interval": None} and list(tmp_path.iterdir()) == [path]
    log = Log(tmp_path / "log.jsonl")
    log(step=1, loss=float("inf"))
    assert strict_json(tmp_path / "log.jsonl") == {"step": 1, "loss": None}
