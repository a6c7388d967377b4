"""``python -m ropar``: the command line, which is the library's own."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

from ._library import library
from .errors import Error


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs ``ropar`` with these words (those of the process without them) and answers its exit code."""
    words = ["ropar", *(sys.argv[1:] if arguments is None else arguments)]
    try:
        loaded = library()
    except Error as error:
        print(f"error: {error.message}\nnext: {error.hint}", file=sys.stderr)
        return 5
    # The library listens to Ctrl+C itself; Python's own handler would add a traceback after the command's message.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.flush()
    sys.stderr.flush()
    encoded = (os.fsencode(word) for word in words)
    return int(loaded.ropar_main(len(words), (ctypes.c_char_p * len(words))(*encoded)))


if __name__ == "__main__":
    sys.exit(main())
