"""What needs a Python of its own: no numpy, ONNX Runtime, the command line, Ctrl+C, the snippets of the docs."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ropar
from conftest import LIBRARY, MODEL, ROOT, WAVE, run_program, run_python

SNIPPETS = [ROOT / "README.md", ROOT / "plugins/python/README.md", ROOT / "docs/python.md"]


def test_without_numpy_everything_works_on_tuples(tmp_path: Path, engine: ropar.Engine) -> None:
    script = """
import sys, json
sys.modules["numpy"] = None
# ropar
with ropar.Engine(backend="embedded") as engine:
    motion = engine.generate(sys.argv[1], seconds=0.8, seed=2)
assert type(motion.rotations) is tuple and len(motion.rotations) == motion.frames == 16
assert len(motion.rotations[0]) == 22 and len(motion.rotations[0][0]) == 4
assert len(motion.positions()[-1][21]) == 3
again = ropar.Motion.from_arrays(motion.fps, motion.root, motion.rotations)
assert again.root == motion.root
try:
    ropar.Motion.from_arrays(20, motion.root, motion.root)
except ropar.InputError as error:
    assert "22" in error.hint
print(json.dumps(motion.rotations))
"""
    done = run_python(script, WAVE)
    assert done.returncode == 0, done.stderr
    expected = engine.generate(WAVE, seconds=0.8, seed=2).rotations
    assert json.loads(done.stdout) == expected.tolist()


def test_an_installed_onnx_runtime_is_used() -> None:
    pytest.importorskip("onnxruntime")
    script = """
import sys, json
# ropar
with ropar.Engine() as engine:
    motion = engine.generate(sys.argv[1], seconds=0.8)
    print(json.dumps([engine.backend, engine.provider, motion.frames, engine.info()["runtime"]]))
"""
    done = run_python(script, WAVE)
    assert done.returncode == 0, done.stderr
    backend, provider, frames, runtime = json.loads(done.stdout)
    assert (backend, provider, frames) == ("onnxruntime", "cpu", 16)
    assert "site-packages" in json.dumps(runtime["backend"])


def test_a_named_onnx_runtime_that_is_not_there_is_an_error() -> None:
    script = """
# ropar
try:
    ropar.Engine(runtime_library="/nowhere/libonnxruntime.so")
except ropar.RuntimeError_ as error:
    print(error.message, error.hint)
"""
    assert "/nowhere/libonnxruntime.so" in run_python(script).stdout


def test_a_broken_onnx_runtime_is_logged_and_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "onnxruntime" / "capi"
    folder.mkdir(parents=True)
    (tmp_path / "onnxruntime" / "__init__.py").write_text("raise RuntimeError('nobody imports this')")
    suffix = {"win32": "onnxruntime.dll", "darwin": "libonnxruntime.1.dylib"}.get(sys.platform, "libonnxruntime.so.1")
    (folder / suffix).write_bytes(b"no library")
    script = """
import logging, sys
sys.path.insert(0, sys.argv[1])
logging.basicConfig(stream=sys.stdout, format="%(name)s %(levelname)s %(message)s")
# ropar
engine = ropar.Engine()
print(engine.backend, len(engine.info()["runtime"]["fallbacks"]))
"""
    done = run_python(script, tmp_path)
    assert done.returncode == 0, done.stderr
    *logged, last = done.stdout.splitlines()
    assert last == "embedded 1"
    assert any(line.startswith("ropar WARNING") and str(folder) in line for line in logged), done.stdout


def command_line(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """`python -m ropar`, with the library that is tested."""
    script = "import sys\n# ropar\nfrom ropar.__main__ import main\nsys.exit(main())"
    return run_python(script, *words)


def test_the_command_line_is_the_program(tmp_path: Path) -> None:
    info = ("info", "--json", "--backend", "embedded", "--package", MODEL)
    ours, theirs = command_line(*info), run_program(*info)
    assert ours.returncode == theirs.returncode == 0, ours.stderr
    assert json.loads(ours.stdout) == json.loads(theirs.stdout)
    for words in (
        ["--version"],
        ["generate", "--help"],
        ["generate", "", "-o", "a.glb", "--package", MODEL],
        ["generate"],
        ["edit", "--x"],
    ):
        ours, theirs = command_line(*words), run_program(*words)
        assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr), words


def test_info_is_what_the_program_says_of_the_model() -> None:
    script = "import json, sys\n# ropar\nprint(json.dumps(ropar.info(package=sys.argv[1], backend='embedded')))"
    done = run_python(script, MODEL)
    assert done.returncode == 0, done.stderr
    program = json.loads(run_program("info", "--json", "--backend", "embedded", "--package", MODEL).stdout)
    program.pop("runtime_folder")  # where the program keeps what `ropar setup runtime` installs
    assert json.loads(done.stdout) == program


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C cannot be sent to one process there")
def test_control_c_ends_a_generation() -> None:
    script = f"""
import signal
import ropar
# What a shell starts in the background ignores SIGINT, and hands that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
ropar.use_library({str(LIBRARY)!r})
engine = ropar.Engine(backend="embedded")
print("opened", flush=True)
try:
    engine.generate("a person walks", seconds=60, progress=lambda share: print("share", flush=True) and None)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "opened\n"
    assert process.stdout.readline() == "share\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "interrupted", err
    assert process.returncode == 0


def test_an_interpreter_that_ends_with_a_running_job_ends_well() -> None:
    script = """
import sys
# ropar
engine = ropar.Engine(backend="embedded")
job = engine.start_generate("a person walks", seconds=60)
while job.progress == 0.0:
    pass
print(job.done)
"""
    done = run_python(script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")


def test_a_library_that_is_none_is_an_error_with_a_next_step(tmp_path: Path) -> None:
    (tmp_path / "libropar.so").write_bytes(b"no library")
    script = """
import sys, ropar
for path in sys.argv[1:]:
    try:
        ropar.use_library(path)
    except ropar.RuntimeError_ as error:
        print(bool(error.message and error.hint))
"""
    assert run_python(script, tmp_path / "libropar.so", tmp_path / "none.so").stdout == "True\nTrue\n"


@pytest.mark.parametrize("page", SNIPPETS, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_snippets_of_the_documentation_run(page: Path, tmp_path: Path) -> None:
    snippets = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert snippets, page
    for snippet in snippets:
        assert "import ropar\n" in snippet
        script = snippet.replace("import ropar\n", f"import ropar\nropar.use_library({str(LIBRARY)!r})\n", 1)
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{page}:\n{snippet}\n{done.stderr}"
