"""The licences of the Rust crates that are linked into libropar, as the text file that goes with it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

#: File names under which crates carry their terms.
LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicen[cs]e)", re.IGNORECASE)


def notices(root: Path, package: str, target: str) -> str:
    """One text with every crate that ``package`` links for ``target``, its licence, and the texts it comes with."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    metadata = json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)
    crates = linked(metadata, package)
    lines = ["libropar contains the following Rust crates, under their own licences.", ""]
    lines += [f"{crate['name']} {crate['version']}: {crate['license'] or 'see its licence file'}" for crate in crates]
    # Many crates carry the same text: each is printed once, under the names of all that carry it.
    texts: dict[str, list[str]] = {}
    for crate in crates:
        for text in licence_texts(Path(crate["manifest_path"]).parent):
            texts.setdefault(text, []).append(crate["name"])
    for text, names in texts.items():
        lines += ["", "-" * 100, ", ".join(sorted(set(names))), "", text]
    return "\n".join(lines) + "\n"


def linked(metadata: dict[str, Any], package: str) -> list[dict[str, Any]]:
    """The crates from registries that ``package`` depends on to run, by name."""
    crates = {crate["id"]: crate for crate in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    waiting = [identity for identity, crate in crates.items() if crate["name"] == package and not crate["source"]]
    if not waiting:
        raise ValueError(f"the workspace has no package {package}")
    seen: set[str] = set()
    while waiting:
        identity = waiting.pop()
        if identity in seen:
            continue
        if any("proc-macro" in target["kind"] for target in crates[identity]["targets"]):
            continue  # runs in the compiler, and so does what it depends on
        seen.add(identity)
        for dependency in nodes[identity]["deps"]:
            # A kind of null is a normal dependency; build and development dependencies are not linked.
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    found = [crates[identity] for identity in seen if crates[identity]["source"]]
    return sorted(found, key=lambda crate: (crate["name"], crate["version"]))


def licence_texts(folder: Path) -> list[str]:
    """The licence files of a crate."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and LICENCE_FILE.match(path.name))
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in files if path.suffix != ".rs")
    return [text.replace("\r\n", "\n").strip() for text in texts]
