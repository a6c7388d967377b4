"""The stand-in has no names that Maya lacks, and the plug-in calls none: both are looked up in two sets of stubs.

maya-stubs 0.4.2 (taken from a Maya) has nearly every name; types-maya 0.6.1 has the flags of every command.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from conftest import HERE, PLUGIN

SITES = Path(os.environ.get("ROPAR_MAYA_STUBS", Path.home() / ".cache" / "ropar" / "maya-stubs"))
MODULES = {
    "cmds": ("cmds/__init__.pyi", "cmds.pyi"),
    "utils": ("utils.pyi",),
    "OpenMayaUI": ("OpenMayaUI.pyi",),
    "api/OpenMaya": ("api/OpenMaya.pyi",),
    "api/OpenMayaAnim": ("api/OpenMayaAnim.pyi",),
}


def names(site: str, module: str) -> dict[str, dict[str, str | None]]:
    """Classes and functions of a stub; of a class its members and its base."""
    root = SITES / site / "maya-stubs"
    if not root.is_dir():
        pytest.skip(f"{root} is not there (plugins/maya/tests/run installs it)")
    path = next(root / name for name in MODULES[module] if (root / name).is_file())
    result: dict[str, dict[str, str | None]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            members: dict[str, str | None] = {
                found: None
                for item in node.body
                for found in (
                    [item.name]
                    if isinstance(item, ast.FunctionDef)
                    else [item.target.id]
                    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
                    else []
                )
            }
            bases = [ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases]
            members["<base>"] = bases[0] if bases else None
            result[node.name] = members
        elif isinstance(node, ast.FunctionDef):
            result.setdefault(node.name, {})
    return result


def public(module: ast.Module) -> list[ast.stmt]:
    return [
        node
        for node in module.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
    ]


def test_every_name_of_the_stand_in_is_mayas() -> None:
    known = names("maya-stubs", "api/OpenMaya") | names("maya-stubs", "api/OpenMayaAnim")
    for module in MODULES:
        stub = names("maya-stubs", module)
        for node in public(ast.parse((HERE / "fake" / "maya" / f"{module}.py").read_text(encoding="utf-8"))):
            if node.name == "run_command":  # Maya itself
                continue
            assert node.name in stub, f"{module}.{node.name}"
            if not isinstance(node, ast.ClassDef):
                continue
            allowed = set(stub[node.name])
            base = stub[node.name].get("<base>")
            while base in known:
                allowed |= set(known[base])
                base = known[base].get("<base>")
            for item in node.body:
                found = getattr(item, "name", None) or next(
                    (t.id for t in getattr(item, "targets", []) if isinstance(t, ast.Name)), "_"
                )
                if not found.startswith("_"):
                    assert found in allowed or node.name.endswith("Array"), f"{module}.{node.name}.{found}"


def calls() -> list[tuple[str, str, set[str]]]:
    """All of the plug-in's uses of `cmds`: file, command, flags; through a cast or an alias as well."""
    found = []
    for path in [*PLUGIN.glob("scripts/**/*.py"), *PLUGIN.glob("*.py"), *PLUGIN.glob("plug-ins/*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        aliases: dict[str, str] = {}

        def command_of(node: ast.expr, aliases: dict[str, str] = aliases) -> str | None:
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in ("cmds", "ask")
            ):
                return node.attr
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "cast":
                return command_of(node.args[1], aliases)
            return aliases.get(node.id) if isinstance(node, ast.Name) else None

        for function in [item for item in ast.walk(tree) if isinstance(item, ast.FunctionDef)]:
            aliases.clear()
            for node in ast.walk(function):
                if isinstance(node, ast.Assign):
                    targets, values = node.targets[0], node.value
                    pairs = (
                        zip(targets.elts, values.elts, strict=True)
                        if isinstance(targets, ast.Tuple) and isinstance(values, ast.Tuple)
                        else [(targets, values)]
                    )
                    for target, value in pairs:
                        command = command_of(value)
                        if command is not None and isinstance(target, ast.Name):
                            aliases[target.id] = command
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    command = command_of(node.func)
                    if command is not None:
                        found.append((path.name, command, {k.arg for k in node.keywords if k.arg is not None}))
    return found


def test_every_command_and_flag_that_is_called_exists() -> None:
    known, stub = names("maya-stubs", "cmds"), SITES / "types-maya" / "maya-stubs" / "cmds.pyi"
    if not stub.is_file():
        pytest.skip(f"{stub} is not there (plugins/maya/tests/run installs it)")
    flags: dict[str, set[str]] = {}
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            flags.setdefault(node.name, set()).update(a.arg for a in [*node.args.args, *node.args.kwonlyargs])
    used = calls()
    assert len(used) > 60
    for file, command, given in used:
        if command.startswith("ropar"):
            continue
        assert command in known, f"{file}: cmds.{command}"
        given = given - {"query", "edit"}  # every command has these
        assert given <= flags[command], f"{file}: cmds.{command} {given - flags[command]}"


def test_the_hand_typed_stub_says_what_the_module_has() -> None:
    host = PLUGIN / "scripts" / "ropar_maya" / "host"
    module = ast.parse((host / "maya_api.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in module.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    stub = (host / "maya_api.pyi").read_text(encoding="utf-8")
    for name in imported:
        assert f"class {name}" in stub or f" {name} as {name}" in stub, name
    known = names("maya-stubs", "api/OpenMaya") | names("maya-stubs", "api/OpenMayaAnim")
    for node in ast.parse(stub).body:
        if isinstance(node, ast.ClassDef):
            allowed, base = set(known[node.name]), known[node.name].get("<base>")
            while base in known:
                allowed |= set(known[base])
                base = known[base].get("<base>")
            for item in node.body:
                name = getattr(item, "name", None) or getattr(getattr(item, "target", None), "id", None)
                if name is not None and not name.startswith("__"):
                    assert name in allowed, f"{node.name}.{name}"
