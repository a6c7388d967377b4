"""RoPAR: text to motion for animators.

    import ropar

    with ropar.Engine() as engine:
        motion = engine.generate("a person waves with the left hand", seconds=3, seed=7)
        again = engine.redo(motion, ["left_arm"], "a person raises the left arm", start=1, end=2)
    again.save("raise.glb")

:class:`Engine` makes motion, in the foreground or as a :class:`Job`; :class:`Motion` holds it; :class:`TokenGrid` says
which of its cells are given and which are to be made; :class:`Rig`, :class:`Mapping` and :func:`retarget` bring it onto
a character. Failures are :class:`Error`, with a hint.

Metres, seconds, Y up, facing +Z, right-handed; quaternions are (x, y, z, w). With numpy installed arrays are numpy's;
without it they are nested tuples of the same shapes.
"""

from ._library import use_library
from ._version import __version__
from .engine import Engine, Licence, Limits, generate, info
from .errors import Cancelled, Error, InputError, InternalError, OutputError, PackageError, RuntimeError_
from .files import convert_file, inspect_file
from .grid import CellState, TokenGrid
from .job import Job
from .motion import Motion
from .retarget import Retargeted, retarget, retarget_file
from .rig import MappedNode, Mapping, Rig, TwistNode

__all__ = [
    "Cancelled",
    "CellState",
    "Engine",
    "Error",
    "InputError",
    "InternalError",
    "Job",
    "Licence",
    "Limits",
    "MappedNode",
    "Mapping",
    "Motion",
    "OutputError",
    "PackageError",
    "Retargeted",
    "Rig",
    "RuntimeError_",
    "TokenGrid",
    "TwistNode",
    "__version__",
    "convert_file",
    "generate",
    "info",
    "inspect_file",
    "retarget",
    "retarget_file",
    "use_library",
]
