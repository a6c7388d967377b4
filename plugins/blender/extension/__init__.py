# SPDX-License-Identifier: GPL-3.0-or-later
"""RoPAR in Blender: panels, operators and keys. The work itself is done by the Python package `ropar`.

One folder per feature (`ops.py`, `panel.py`, `properties.py`); `host/` knows Blender's data, `jobs/` runs work in the
background. Copyright 2026 The RoPAR contributors. This extension is free software under the GNU General Public License,
version 3 or later; see LICENSE.
"""

import bpy

from . import library, menus, preferences, self_test, translations
from .generate import ops as generate_ops
from .generate import panel as generate_panel
from .generate import properties as generate_properties
from .history import ops as history_ops
from .host import stage
from .jobs import operator as jobs
from .mapping import ops as mapping_ops
from .mapping import panel as mapping_panel
from .mapping import properties as mapping_properties
from .redo import ops as redo_ops
from .redo import panel as redo_panel
from .redo import properties as redo_properties
from .results import ops as results_ops
from .results import panel as results_panel

MODULES = (
    translations,
    stage,
    jobs,
    self_test,
    preferences,
    history_ops,
    generate_properties,
    mapping_properties,
    redo_properties,
    generate_ops,
    mapping_ops,
    redo_ops,
    results_ops,
    generate_panel,  # the parent of the panels below
    results_panel,
    redo_panel,
    mapping_panel,
    menus,
)


def register() -> None:
    for module in MODULES:
        module.register()
    if not bpy.app.background:
        library.preload()


def unregister() -> None:
    for module in reversed(MODULES):
        module.unregister()
    library.close()
