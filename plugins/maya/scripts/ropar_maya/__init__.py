"""RoPAR in Maya: commands, keys and a window. The motion itself is made by the Python package `ropar`.

Modules in this folder never import Maya: they read a skeleton as data, make motion, and work out channel values, on any
thread and in any Python. `host/` is all that touches the scene, `ui/` is the window.
"""

__version__ = "0.1.0"
