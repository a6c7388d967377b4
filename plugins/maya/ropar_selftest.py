"""Tries RoPAR in a real Maya, without its interface, and writes a report that can be sent:

    mayapy ropar_selftest.py [report.txt]

It opens new scenes only, and saves none. Exit code 0: everything works.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    import maya.standalone

    maya.standalone.initialize(name="python")
    for folder in ("site", "scripts"):
        if (HERE / folder).is_dir():
            sys.path.insert(0, str(HERE / folder))
    from maya import cmds

    cmds.loadPlugin(str(HERE / "plug-ins" / "roparMaya.py"))
    from ropar_maya import selftest

    report = selftest.everything()
    print(report.text)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(report.text + "\n", encoding="utf-8")
    return 1 if report.failed else 0


if __name__ == "__main__":
    # Maya's own clean-up at the end of a script may crash; the exit code shall be ours.
    code = main()
    sys.stdout.flush()
    import os

    os._exit(code)
