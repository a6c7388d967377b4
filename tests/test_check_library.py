"""The look into a built libropar, on small libraries that a C compiler makes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from built import RELEASE, ROOT

LIBRARY = RELEASE / {"win32": "ropar.dll", "darwin": "libropar.dylib"}.get(sys.platform, "libropar.so")
SCRIPT = ROOT / "ffi" / "check_library.py"
COMPILERS = {
    "linux": ("cc", [], "-lm"),
    "windows": ("x86_64-w64-mingw32-gcc", [], "-lws2_32"),
}


def check(library: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, library, *words], capture_output=True, text=True)


def functions() -> list[str]:
    """Of the header, found in another way than the script's: what stands before a parenthesis after ROPAR_API."""
    header = (ROOT / "ffi" / "include" / "ropar.h").read_text(encoding="utf-8")
    return [re.findall(r"ropar_\w+", rest.split("(")[0])[-1] for rest in header.split("\nROPAR_API ")[1:]]


def build(system: str, folder: Path, names: list[str], *words: str) -> Path:
    compiler, flags, _ = COMPILERS[system]
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    export = "__declspec(dllexport) " if system == "windows" else ""
    source, library = folder / "library.c", folder / ("library.dll" if system == "windows" else "library.so")
    source.write_text("".join(f"{export}int {name}(void) {{ return 1; }}\n" for name in names))
    subprocess.run([compiler, *flags, "-shared", "-fPIC", source, "-o", library, *words], check=True)
    return library


def test_the_built_library_is_what_the_header_says() -> None:
    done = check(LIBRARY)
    assert done.returncode == 0, done.stderr
    assert f"{len(functions())} functions" in done.stdout


@pytest.mark.parametrize("system", COMPILERS)
def test_functions_are_compared_with_the_header(system: str, tmp_path: Path) -> None:
    names = functions()
    done = check(build(system, tmp_path, names, COMPILERS[system][2]))
    assert done.returncode == 0 and f"{system} " in done.stdout, done.stderr
    done = check(build(system, tmp_path, [name for name in names if name != "ropar_redo"]))
    assert done.returncode == 1 and "not exported: ropar_redo" in done.stderr
    done = check(build(system, tmp_path, [*names, "helper"]))
    assert done.returncode == 1 and "not in ropar.h: helper" in done.stderr


def test_what_a_system_may_lack_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    other = build("linux", folder, ["other"], "-Wl,-soname,libother.so.3")
    done = check(build("linux", tmp_path, functions(), "-Wl,--no-as-needed", str(other)))
    assert done.returncode == 1 and "needs libother.so.3" in done.stderr


def test_a_newer_glibc_is_found(tmp_path: Path) -> None:
    library = build("linux", tmp_path, functions())
    # `pow` got a new version with glibc 2.29.
    more = '#include <math.h>\n__attribute__((visibility("hidden"))) double more(double x) { return pow(x, x); }\n'
    (tmp_path / "more.c").write_text(more)
    words = ["-shared", "-fPIC", "-fno-builtin", tmp_path / "library.c", tmp_path / "more.c", "-o", library, "-lm"]
    subprocess.run(["cc", *words], check=True)
    if "GLIBC_2.29" not in subprocess.run(["objdump", "-T", library], capture_output=True, text=True).stdout:
        pytest.skip("another C library")
    assert check(library, "--glibc", "2.29").returncode == 0
    done = check(library, "--glibc", "2.28")
    assert done.returncode == 1 and "needs glibc 2.29, not 2.28" in done.stderr


def test_other_files_are_no_libraries(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("text")
    for path in (tmp_path / "text", tmp_path / "missing", tmp_path):
        done = check(path)
        assert done.returncode == 1 and done.stderr.splitlines()[-1].startswith("error: "), done.stderr
        assert "Traceback" not in done.stderr
