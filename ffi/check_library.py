#!/usr/bin/env python3
"""Looks into a built libropar of any platform: is it what a host on a bare system can load?

    python ffi/check_library.py libropar.so                # what it exports and needs
    python ffi/check_library.py libropar.so --glibc 2.28   # and that no newer glibc is asked for

Its exports are exactly the functions of `ropar.h`, and the libraries that it needs are part of the system. Runs nothing
of the library, so that of another system can be checked. Needs `lief` from PyPI.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

import lief

HEADER = Path(__file__).resolve().parent / "include" / "ropar.h"

#: Libraries that every system of the kind has. For Linux those that the manylinux tags allow and Rust asks for.
SYSTEM_LIBRARIES = {
    "linux": r"(libc|libm|libdl|librt|libpthread|libgcc_s|ld-linux-[\w-]+)\.so\.\d+",
    # Windows 10 and later, with the C runtime that is part of it.
    "windows": r"(kernel32|ntdll|advapi32|bcrypt|bcryptprimitives|user32|userenv|ws2_32|msvcrt|ole32|shell32|"
    r"api-ms-win-[\w-]+)\.dll",
    "macos": r"/usr/lib/lib\w+(\.\w+)*\.dylib|/System/Library/Frameworks/.*",
}


class LibraryError(Exception):
    """What is wrong with a library."""


@dataclass
class Library:
    """What a native library offers and needs."""

    system: str
    """``linux``, ``windows`` or ``macos``."""
    architecture: str
    exports: list[str]
    needs: list[str]
    """Libraries, as they are named in it."""
    glibc: tuple[int, int] | None
    """The newest version of glibc that a symbol asks for; ``None`` where it needs none."""


def read(path: Path) -> Library:
    """Reads a shared library.

    Raises:
        LibraryError: it is none.
    """
    binary = lief.parse(str(path)) if path.is_file() else None
    if isinstance(binary, lief.ELF.Binary):
        exports = {str(symbol.name) for symbol in binary.dynamic_symbols if symbol.exported}
        versions = [
            str(version.name)
            for requirement in binary.symbols_version_requirement
            for version in requirement.get_auxiliary_symbols()
        ]
        numbers = [(int(found[1]), int(found[2])) for v in versions if (found := re.match(r"GLIBC_(\d+)\.(\d+)", v))]
        needs = [str(name) for name in binary.libraries]
        machine = binary.header.machine_type.name
        return Library("linux", machine, sorted(exports), sorted(needs), max(numbers, default=None))
    if isinstance(binary, lief.PE.Binary):
        table = binary.get_export()
        exports = {str(entry.name) for entry in table.entries} if table is not None else set()
        needs = [str(entry.name) for entry in binary.imports]
        return Library("windows", binary.header.machine.name, sorted(exports), sorted(needs), None)
    if isinstance(binary, lief.MachO.Binary):
        exports = {str(symbol.name).removeprefix("_") for symbol in binary.exported_symbols}
        own = lief.MachO.LoadCommand.TYPE.ID_DYLIB
        needs = [str(library.name) for library in binary.libraries if library.command != own]
        return Library("macos", binary.header.cpu_type.name, sorted(exports), sorted(needs), None)
    raise LibraryError(f"{path} is no shared library")


def declared() -> set[str]:
    """The functions of the header."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.DOTALL)
    return set(re.findall(r"ROPAR_API\s[^;(]*?\b(ropar_\w+)\(", text))


def _few(names: set[str], most: int = 8) -> str:
    """The first names, and how many more there are."""
    listed = ", ".join(sorted(names)[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most} more"


def check(library: Library, glibc: tuple[int, int] | None = None) -> None:
    """Compares with the header and with what a bare system has.

    Raises:
        LibraryError: a function is missing or too many, or something is needed that a system may lack.
    """
    functions = declared()
    if missing := functions - set(library.exports):
        raise LibraryError(f"not exported: {_few(missing)}")
    if further := set(library.exports) - functions:
        raise LibraryError(f"exported and not in ropar.h: {_few(further)}")
    system = re.compile(SYSTEM_LIBRARIES[library.system], re.IGNORECASE)
    if strange := [name for name in library.needs if not system.fullmatch(name)]:
        raise LibraryError(f"needs {', '.join(strange)}, which a system may lack")
    if glibc is not None and library.glibc is not None and library.glibc > glibc:
        raise LibraryError("needs glibc {}.{}, not {}.{} at most".format(*library.glibc, *glibc))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--glibc", metavar="2.N", help="the newest version that may be needed")
    arguments = parser.parse_args()
    try:
        library = read(arguments.library)
        major, _, minor = (arguments.glibc or "").partition(".")
        check(library, (int(major), int(minor)) if arguments.glibc else None)
    except (LibraryError, OSError, ValueError) as error:
        raise SystemExit(f"error: {arguments.library}: {error}") from None
    needed = ", ".join(library.needs)
    print(f"{arguments.library}: {library.system} {library.architecture}, {len(library.exports)} functions; {needed}")
    if library.glibc is not None:
        print("glibc {}.{}".format(*library.glibc))


if __name__ == "__main__":
    main()
