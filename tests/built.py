"""Programs that cargo built for the tests.

`cargo build --release --workspace --all-targets` builds them all with one set of features; `cargo run --package` would
choose another set and compile most dependencies again.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


def example(name: str) -> Path:
    """An example of the exporters."""
    program = RELEASE / "examples" / name
    if not program.exists():
        raise FileNotFoundError(f"{program}: build it with `cargo build --release --workspace --all-targets`")
    return program
