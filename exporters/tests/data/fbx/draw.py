"""Draws the text FBX files of this folder, and says in FILE.expected.json where their nodes are.

    python exporters/tests/data/fbx/draw.py

The figures are the closed form of the FBX SDK's documentation, computed here and nowhere else:

    world = parent * T * Roff * Rp * Rpre * R * Rpost^-1 * Rp^-1 * Soff * Sp * S * Sp^-1

in the file's own axes and units, then turned to Y up and scaled to metres.
"""

import json
from pathlib import Path

from drawing.binary import binary
from drawing.catalogue import BINARY, FILES

HERE = Path(__file__).resolve().parent


def spoil(text: str) -> str:
    """Comments, tabs, carriage returns and blank lines where they may be."""
    lines = [line + "  ; a comment" if line.endswith("{") else line for line in text.split("\n")]
    return "\r\n\r\n".join(lines)


def main() -> None:
    for name, version in BINARY.items():
        text = FILES[name].text().replace("FBXVersion: 7400", f"FBXVersion: {version}")
        (HERE / f"binary_{version}_{name}.fbx").write_bytes(binary(text, version))
        FILES[f"binary_{version}_{name}"] = FILES[name]
    for name, file in FILES.items():
        if not name.startswith("binary"):
            (HERE / f"{name}.fbx").write_bytes(file.text().encode())
        rounded = json.loads(json.dumps(file.expected()), parse_float=lambda text: round(float(text), 9))
        (HERE / f"{name}.expected.json").write_text(json.dumps(rounded, ensure_ascii=False) + "\n", encoding="utf-8")
    plain = FILES["plain_7400"]
    (HERE / "comments_and_carriage_returns.fbx").write_bytes(spoil(plain.text()).encode())
    text = (HERE / "plain_7400.expected.json").read_text(encoding="utf-8")
    (HERE / "comments_and_carriage_returns.expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
