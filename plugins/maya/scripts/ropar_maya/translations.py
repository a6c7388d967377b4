"""Texts of the interface in other languages: `data/translations/LANGUAGE.json`, from English.

The host says once which language it speaks (`use`); until then everything is English.
"""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "translations"

_texts: dict[str, str] = {}


def use(language: str) -> None:
    """Takes the texts of a language such as ``de_DE``; one that is not there means English."""
    global _texts
    path = FOLDER / f"{language}.json"
    _texts = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def tr(text: str) -> str:
    """`text` in the user's language."""
    return _texts.get(text, text)
