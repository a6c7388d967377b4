# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension's preferences, and its self-test."""

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from . import library, self_test
from .addon import PACKAGE

PROVIDERS = (
    ("auto", "Automatic", "The fastest that works here"),
    ("cpu", "CPU", "Processor only"),
    ("cuda", "CUDA", "NVIDIA graphics card; needs an ONNX Runtime library with CUDA"),
    ("tensorrt", "TensorRT", "NVIDIA graphics card through TensorRT; needs an ONNX Runtime library with it"),
)


class RoparPreferences(bpy.types.AddonPreferences):
    bl_idname = PACKAGE

    package: StringProperty(
        name="Model Package",
        description="Folder of another model package; empty uses the one that comes along",
        subtype="DIR_PATH",
    )
    runtime_library: StringProperty(
        name="ONNX Runtime",
        description="File of an ONNX Runtime library, which is faster than the backend inside;"
        " empty looks for one and otherwise uses the backend inside",
        subtype="FILE_PATH",
    )
    provider: EnumProperty(name="Provider", description="What the networks run on", items=PROVIDERS, default="auto")
    threads: IntProperty(
        name="Threads",
        description="How many processor threads the networks may use; 0 uses all",
        default=0,
        min=0,
        max=256,
    )

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        for name in ("package", "runtime_library", "provider", "threads"):
            layout.prop(self, name)
        layout.operator(self_test.ROPAR_OT_self_test.bl_idname, icon="CHECKMARK")
        for line in self_test.lines():
            row = layout.row()
            row.alert = not line.good
            row.label(text=line.text, icon="CHECKMARK" if line.good else "ERROR", translate=False)


def options(context) -> library.Options:
    """What the preferences say about the engine."""
    addon = context.preferences.addons.get(PACKAGE)
    if addon is None or addon.preferences is None:
        return library.Options()
    chosen = addon.preferences
    return library.Options(
        package=bpy.path.abspath(chosen.package) if chosen.package else "",
        provider=chosen.provider,
        threads=chosen.threads,
        runtime_library=bpy.path.abspath(chosen.runtime_library) if chosen.runtime_library else "",
    )


def register() -> None:
    bpy.utils.register_class(RoparPreferences)


def unregister() -> None:
    bpy.utils.unregister_class(RoparPreferences)
