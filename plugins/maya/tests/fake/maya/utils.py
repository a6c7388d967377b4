from __future__ import annotations

from typing import Any

import scene


def executeDeferred(function: Any, *arguments: Any) -> None:
    scene.current.deferred.append((function, arguments))
