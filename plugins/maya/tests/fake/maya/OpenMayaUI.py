"""`maya.OpenMayaUI`, as far as the window needs it: where Maya keeps its widgets."""

from __future__ import annotations

from typing import Any

#: Control -> widget, set by a test.
controls: dict[str, Any] = {}


class MQtUtil:
    @staticmethod
    def findControl(name: str) -> Any:
        return controls.get(name)
