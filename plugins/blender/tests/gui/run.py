#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs the extension into a real Blender, works with it as a user does, and keeps the pictures.

    python plugins/blender/tests/gui/run.py ZIP --out build/blender-gui

Exit status: 0 all good, 1 something is wrong, 77 there is no Blender with an interface here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from display import display
from machine import Machine, Skipped, find

HERE = Path(__file__).resolve().parent
SKIPPED = 77
LIMIT = 400.0
#: Errors that the session provokes.
EXPECTED = ('"Mannequin" was deleted while the motion was made: undo the deletion and try again',)
PREPARE = (
    "import bpy; v = bpy.context.preferences.view; v.show_splash = False; v.use_save_prompt = False; "
    "bpy.context.preferences.use_preferences_save = True; bpy.ops.wm.save_userpref()"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zip", type=Path, help="the extension")
    parser.add_argument(
        "--out", type=Path, default=Path("build") / "blender-gui", help="folder for pictures and results"
    )
    parser.add_argument("--script", default="user.py", help="what to do")
    arguments = parser.parse_args()
    try:
        machine = find()
    except Skipped as why:
        print(f"skipped: {why}")
        return SKIPPED
    out = arguments.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for script in HERE.glob("*.py"):
        shutil.copyfile(script, out / script.name)
    shutil.copyfile(arguments.zip, out / arguments.zip.name)
    try:
        install(machine, out, arguments.zip.name)
        work(machine, out, arguments.script)
        return judge(out)
    finally:
        for leftover in (*out.glob("*.py"), *out.glob("*.zip")):
            leftover.unlink()
        shutil.rmtree(out / "home", ignore_errors=True)


def environment(out: Path, **more: str) -> dict[str, str]:
    home = out / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "XDG_RUNTIME_DIR": str(home),
        **more,
    }


def blender(machine: Machine, out: Path, *arguments: str) -> None:
    """Runs Blender without an interface.

    Raises:
        subprocess.CalledProcessError: it says that something is wrong.
    """
    began = time.monotonic()
    done = subprocess.run(
        machine.command(list(arguments), out),
        env=environment(out),
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    print(f"blender {' '.join(arguments[:4])}: {time.monotonic() - began:.1f} s")
    if done.returncode:
        print(done.stdout, done.stderr)
        raise subprocess.CalledProcessError(done.returncode, arguments)


def install(machine: Machine, out: Path, name: str) -> None:
    """The extension's file through Blender's own commands."""
    file = str(out / name)
    blender(machine, out, "--command", "extension", "validate", file)
    blender(machine, out, "--background", "--python-expr", PREPARE)
    blender(machine, out, "--command", "extension", "install-file", "-r", "user_default", "--enable", file)


def work(machine: Machine, out: Path, script: str) -> None:
    """Runs the script in Blender's interface and takes the pictures that it asks for."""
    with display() as name, open(out / "blender.log", "w") as log:
        command = machine.command(
            [
                "--window-geometry",
                "0",
                "0",
                "1280",
                "1080",
                "--enable-event-simulate",
                "--python-exit-code",
                "1",
                "--python",
                str(out / script),
                "--",
                str(out),
            ],
            out,
        )
        process = subprocess.Popen(command, env=environment(out, DISPLAY=name), stdout=log, stderr=subprocess.STDOUT)
        began = time.monotonic()
        while process.poll() is None and time.monotonic() - began < LIMIT:
            for wanted in out.glob("*.wanted"):
                picture = out / f"{wanted.stem}.png"
                subprocess.run(
                    ["import", "-window", "root", str(picture)], env={**os.environ, "DISPLAY": name}, check=True
                )
                wanted.unlink()
            time.sleep(0.1)
        if process.poll() is None:
            process.kill()
            print(f"Blender did not end within {LIMIT:.0f} s")
        print(f"the session took {time.monotonic() - began:.1f} s")


def judge(out: Path) -> int:
    file = out / "results.json"
    if not file.exists():
        print((out / "blender.log").read_text()[-4000:])
        print("Blender ended before the script did")
        return 1
    results = json.loads(file.read_text())
    # What a panel draws wrong is told in the log only.
    told = [line for line in (out / "blender.log").read_text().splitlines() if "Traceback" in line or "Error:" in line]
    unexpected = [line for line in told if line.split("Error: ")[-1] not in EXPECTED]
    results["nothing else goes wrong"] = {"good": not unexpected, "found": sorted(set(unexpected)) or None}
    for name, result in results.items():
        print(f"{'ok  ' if result['good'] else 'FAIL'} {name} {result['found'] if result['found'] is not None else ''}")
    return 0 if all(result["good"] for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
