"""What `help()` says: a list of arguments has all of them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import ropar


def public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Public functions, and public methods of public classes, by name."""
    for name in ropar.__all__:
        found = getattr(ropar, name)
        if inspect.isfunction(found):
            yield name, found
        elif inspect.isclass(found):
            for method, plain in vars(found).items():
                function = getattr(plain, "__func__", plain)
                if inspect.isfunction(function) and (method == "__init__" or not method.startswith("_")):
                    yield f"{name}.{method}", function


WITH_ARGUMENTS = {name: function for name, function in public() if "Args:" in (function.__doc__ or "")}


@pytest.mark.parametrize("name", WITH_ARGUMENTS)
def test_every_argument_is_in_the_list(name: str) -> None:
    function = WITH_ARGUMENTS[name]
    _, _, section = inspect.cleandoc(function.__doc__ or "").partition("Args:\n")
    listed = re.findall(r"^    (\w+(?:, \w+)*): ", section.split("\n\n")[0], re.MULTILINE)
    arguments = [argument for argument in inspect.signature(function).parameters if argument not in ("self", "cls")]
    assert ", ".join(listed).split(", ") == arguments
