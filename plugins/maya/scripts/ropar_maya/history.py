"""Prompts: those used before, which Maya keeps as an option of the user, and examples."""

from __future__ import annotations

import json
from pathlib import Path

#: Maya's option that keeps them, a JSON list, the last one first.
OPTION = "roparPrompts"
KEPT = 40
_EXAMPLES = Path(__file__).parent / "data" / "examples.json"


def examples() -> list[str]:
    """Prompts that the shipped model follows well."""
    found: list[str] = json.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return found


def used(text: str) -> list[str]:
    """The prompts in the option; none where it is empty or damaged: a history is not worth an error."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [line for line in found if isinstance(line, str)][:KEPT] if isinstance(found, list) else []


def with_prompt(text: str, prompt: str) -> str:
    """The option with a prompt in first place."""
    prompt = prompt.strip()
    return json.dumps([prompt, *(line for line in used(text) if line != prompt)][:KEPT], ensure_ascii=False)
