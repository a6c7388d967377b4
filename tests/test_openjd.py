"""The render farm's job template, run by Open Job Description's own program: shares of a batch are the batch."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import built
import pytest

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "plugins" / "batch" / "openjd" / "template.yaml"
ROPAR = built.RELEASE / "ropar"
SHARDS = 3

if importlib.util.find_spec("openjd") is None:
    pytest.skip("openjd-cli is not installed", allow_module_level=True)


def openjd(*words: str) -> subprocess.CompletedProcess[str]:
    """Runs the program of this Python's environment."""
    program = Path(sys.executable).with_name("openjd")
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=300)


def example(name: str, *words: str) -> None:
    """Runs an example of the exporters."""
    subprocess.run([built.example(name), *words], check=True)


def made(folder: Path) -> dict[str, bytes]:
    """Every file but the journals."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".ropar-batch" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_template_is_valid() -> None:
    done = openjd("check", str(TEMPLATE))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_job_in_shares_gives_what_one_run_gives(tmp_path: Path) -> None:
    (tmp_path / "rigs").mkdir()
    (tmp_path / "clips").mkdir()
    example("drawn_rigs", str(tmp_path / "rigs"), "mixamo", "vrm0")
    for rate in (24, 30, 60):
        example("synthetic_clip", str(tmp_path / "clips" / f"at_{rate}.bvh"), str(rate))
    (tmp_path / "clips" / "broken.bvh").write_text("no clip")
    job = tmp_path / "job.toml"
    job.write_text(
        "out = 'whole'\nclips = ['clips/*.bvh']\n"
        "[[target]]\nfile = 'rigs/mixamo.glb'\n[[target]]\nfile = 'rigs/vrm0.glb'\n"
    )
    whole = subprocess.run([ROPAR, "batch", job, "--quiet"], check=False)
    assert whole.returncode == 7, "the broken clip failed, and nothing else"

    parameters = []
    for name, value in (
        ("JobFile", job),
        ("OutputFolder", tmp_path / "farm"),
        ("Shards", SHARDS),
        ("Ropar", ROPAR),
    ):
        parameters += ["-p", f"{name}={value}"]
    shares = openjd("run", str(TEMPLATE), "--step", "Retarget", *parameters)
    assert shares.returncode == 0, shares.stdout + shares.stderr
    assert len(list((tmp_path / "farm" / ".ropar-batch").glob("*.jsonl"))) == SHARDS
    report = openjd("run", str(TEMPLATE), "--step", "Report", *parameters)
    assert report.returncode != 0, "the report tells the farm of the broken clip"
    assert made(tmp_path / "whole") == made(tmp_path / "farm")
    assert len(made(tmp_path / "farm")) == 3 * 2 + 3
