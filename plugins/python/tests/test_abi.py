"""The ctypes declarations against `ropar.h`, as a C compiler sees it."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from ropar import _abi

HEADER = Path(__file__).resolve().parents[3] / "ffi" / "include" / "ropar.h"
STRUCTS = [kind for kind in vars(_abi).values() if isinstance(kind, type) and issubclass(kind, _abi.Sized)]
STRUCTS.remove(_abi.Sized)


def c_name(python: type) -> str:
    """`EngineOptions` is `ropar_engine_options`."""
    return "ropar" + re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), python.__name__)


def constants() -> dict[str, int]:
    return {name: value for name, value in vars(_abi).items() if isinstance(value, int) and name.isupper()}


def prototypes() -> dict[str, list[str]]:
    """The functions of the header with their parameters, as text."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.findall(r"ROPAR_API\s+[\w ]+?\*?\s*(ropar_\w+)\(([^;]*)\);", text)
    return {name: [] if words.strip() == "void" else [w.strip() for w in words.split(",")] for name, words in found}


def test_structs_and_constants_are_those_of_the_header(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("clang") or pytest.skip("no C compiler")
    expected: list[tuple[str, int]] = []
    for struct in STRUCTS:
        expected.append((f"sizeof({c_name(struct)})", ctypes.sizeof(struct)))
        for field in struct._fields_:
            member = getattr(struct, field[0])
            expected.append((f"offsetof({c_name(struct)}, {field[0]})", member.offset))
            expected.append((f"sizeof((({c_name(struct)} *)0)->{field[0]})", member.size))
    expected += [(f"ROPAR_{name}", value) for name, value in constants().items()]
    prints = "".join(f'printf("%lld\\n", (long long)({expression}));\n' for expression, _ in expected)
    source = tmp_path / "layout.c"
    source.write_text(
        f"#include <stdio.h>\n#include <stddef.h>\n#include <ropar.h>\nint main(void) {{\n{prints}return 0; }}\n"
    )
    program = tmp_path / "layout"
    subprocess.run([compiler, "-I", str(HEADER.parent), str(source), "-o", str(program)], check=True)
    numbers = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    assert len(expected) > 100
    assert [(expression, int(number)) for (expression, _), number in zip(expected, numbers, strict=True)] == expected


def test_every_field_of_every_struct_is_declared() -> None:
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.DOTALL)
    for struct in STRUCTS:
        body = re.search(rf"typedef struct {c_name(struct)} \{{(.*?)\}}", text, re.DOTALL)
        assert body is not None, struct
        names = [re.findall(r"\w+", line.split("[")[0])[-1] for line in body[1].split(";") if line.strip()]
        assert names == [field[0] for field in struct._fields_], struct


def test_functions_have_the_parameters_of_the_header() -> None:
    header = prototypes()
    assert len(header) > 40
    for name, parameters in _abi.CHECKED.items():
        assert header[name][-1] == "ropar_error *error", name
        compare(name, header[name][:-1], parameters)
    for name, (_, parameters) in _abi.PLAIN.items():
        compare(name, header[name], parameters)


def compare(name: str, words: list[str], parameters: list[object]) -> None:
    assert len(words) == len(parameters), name
    plain = {
        "int32_t": ctypes.c_int32,
        "uint32_t": ctypes.c_uint32,
        "uint64_t": ctypes.c_uint64,
        "float": ctypes.c_float,
    }
    for word, parameter in zip(words, parameters, strict=True):
        kind = word.rsplit(" ", 1)[0]
        is_pointer = "*" in word or kind in ("ropar_log", "ropar_progress")
        assert is_pointer == (parameter not in plain.values()), (name, word)
        if not is_pointer:
            assert parameter is plain[kind], (name, word)
        elif (struct := getattr(parameter, "_type_", None)) in STRUCTS:
            assert c_name(struct) in word, (name, word)
