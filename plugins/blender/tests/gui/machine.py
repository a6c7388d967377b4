# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a Blender with an interface comes from: one on this machine, or one in a Debian root of its own.

The root is made by ``python machine.py ROOT`` (Debian, as root; 1.4 GB): Debian's package of Blender 4.3, in a folder,
so that nothing is installed on the machine itself. It is entered with its own view of the file systems.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SUITE = "trixie"
PACKAGES = (
    "blender python3-numpy python3-requests libgl1-mesa-dri libegl1 libgl1 libsm6 libxkbcommon0 fonts-dejavu-core"
).split()
DONE = ".ropar-ready"


class Skipped(Exception):
    """There is no Blender with an interface here."""


@dataclass(frozen=True)
class Machine:
    """How to run Blender."""

    blender: str
    root: Path | None

    def command(self, arguments: list[str], folder: Path) -> list[str]:
        """The command line that runs Blender with `arguments`; `folder` is seen under its own path."""
        if self.root is None:
            return [self.blender, *arguments]
        inside = self.root / str(folder.resolve()).lstrip("/")
        inside.mkdir(parents=True, exist_ok=True)
        Path("/tmp/.X11-unix").mkdir(mode=0o1777, exist_ok=True)
        for place in ("tmp/.X11-unix", "proc", "dev"):
            (self.root / place).mkdir(parents=True, exist_ok=True)
        script = """
            set -e
            mount --make-rprivate /
            mount --bind "$2" "$1$2"
            mount --rbind /dev "$1/dev"
            mount -t proc proc "$1/proc"
            mount --bind /tmp/.X11-unix "$1/tmp/.X11-unix"
            root="$1"; shift 2
            exec chroot "$root" "$@"
        """
        enter = ["unshare", "--mount", "--", "sh", "-c", script, "sh", str(self.root), str(folder.resolve())]
        return [*enter, self.blender, *arguments]


def find() -> Machine:
    """A Blender of at least 4.2 with an interface, and an X server to show it on.

    Raises:
        Skipped: what is missing.
    """
    for tool in ("Xvfb", "import"):
        if shutil.which(tool) is None:
            raise Skipped(f"no {tool} (packages xvfb and imagemagick)")
    named = os.environ.get("ROPAR_TEST_BLENDER")
    if named:
        return Machine(named, None)
    root = Path(os.environ.get("ROPAR_TEST_BLENDER_ROOT") or cache() / "blender-4.3")
    if (root / DONE).exists():
        if os.geteuid() != 0:
            raise Skipped("Blender's root can be entered by the superuser only")
        return Machine("/usr/bin/blender", root)
    raise Skipped(f"no Blender with an interface: set ROPAR_TEST_BLENDER, or make {root} with {Path(__file__).name}")


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ropar"


def make(root: Path) -> None:
    """Makes the root. Every step can be repeated."""
    if (root / DONE).exists():
        return
    run = subprocess.run
    if not (root / "usr" / "bin" / "apt-get").exists():
        run(["debootstrap", "--variant=minbase", SUITE, str(root)], check=True, stdout=subprocess.DEVNULL)
    refuse = root / "usr" / "sbin" / "policy-rc.d"
    refuse.write_text("#!/bin/sh\nexit 101\n")  # no services are started in here
    refuse.chmod(0o755)
    for source in ("etc/resolv.conf", "etc/apt/apt.conf.d"):
        inside = root / source
        if Path("/", source).is_dir():
            shutil.copytree(Path("/", source), inside, dirs_exist_ok=True)
        else:
            shutil.copyfile(Path("/", source), inside)
    get = "DEBIAN_FRONTEND=noninteractive apt-get -y -qq"
    install = f"{get} update && {get} install --no-install-recommends {' '.join(PACKAGES)}"
    script = """
        mount --make-rprivate /
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        exec chroot "$1" sh -c "$2"
    """
    for attempt in (1, 2, 3):
        done = run(
            ["unshare", "--mount", "--", "sh", "-c", script, "sh", str(root), install],
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode == 0:
            break
        if attempt == 3:
            raise SystemExit(f"Blender could not be installed in {root}")
    run(["chroot", str(root), "apt-get", "clean"], check=True)
    (root / DONE).touch()


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else cache() / "blender-4.3")
