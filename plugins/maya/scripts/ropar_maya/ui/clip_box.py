"""Clips of other rigs: a file, or another skeleton of the scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..translations import tr
from . import forms
from .qt import QtWidgets


class ClipBox:
    """The fields of `roparRetarget`; where and how it is put is set above, as for a generated motion."""

    def __init__(self, run: Callable[[str, dict[str, Any]], None], placement: Callable[[], dict[str, Any]]) -> None:
        self._run, self._placement = run, placement
        self.section = forms.Section("Retarget a Clip", opened=False)
        self.file = forms.line("walk.fbx", "Clip of any rig: .glb, .gltf, .vrm, .bvh or .fbx")
        browse = forms.button("Browse", "Choose a file", self._browse, small=True)
        self.source = forms.line(tr("or a skeleton of this scene"), "Name of an animated skeleton, in place of a file")
        self.button = forms.button(
            "Retarget", "Put the clip on the target, with the settings above for where it goes", self.run
        )
        self.section.add(forms.row("File", self.file, browse), forms.row("Source", self.source), self.button)

    def values(self) -> dict[str, Any]:
        """The flags of the command."""
        found = self._placement()
        for name, text in (("file", self.file.text().strip()), ("source", self.source.text().strip())):
            if text:
                found[name] = text
        return found

    def run(self) -> None:
        self._run("roparRetarget", self.values())

    def _browse(self) -> None:
        kinds = tr("Clips") + " (*.fbx *.bvh *.glb *.gltf *.vrm)"
        path, _ = QtWidgets.QFileDialog.getOpenFileName(self.section.widget, tr("Choose a file"), "", kinds)
        if path:
            self.file.setText(path)
