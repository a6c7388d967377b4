"""Which joint is which: found by RoPAR, corrected by the user, kept on the skeleton's root."""

from __future__ import annotations

import json
from typing import Any

from .. import fitting, mapping
from ..canonical import JOINTS, label
from ..errors import words
from ..host import keeping, reading, scene
from ..host.maya_api import MGlobal
from ..translations import tr
from . import forms
from .qt import QtCore, QtWidgets

#: Below this, a found joint is worth a look.
SURE = 0.7


class MappingBox:
    def __init__(self) -> None:
        self.section = forms.Section("Joint Mapping", opened=False)
        self._root = ""
        self._document: dict[str, Any] = {}
        #: Joint of the body -> the Maya joint in the document, and the box that chooses another.
        self._found: dict[str, str] = {}
        self._boxes: dict[str, Any] = {}
        self._names: list[str] = []
        self.table = QtWidgets.QTableWidget(len(JOINTS), 3)
        self.table.setHorizontalHeaderLabels([tr("Body"), tr("Joint"), tr("Sure")])
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(1, QtWidgets.QHeaderView.Stretch)
        header.setSectionResizeMode(0, QtWidgets.QHeaderView.ResizeToContents)
        header.setSectionResizeMode(2, QtWidgets.QHeaderView.ResizeToContents)
        self.table.setSelectionMode(QtWidgets.QAbstractItemView.NoSelection)
        self.table.setMinimumHeight(240)
        self.table.setVisible(False)
        self.note = forms.aside(tr("Select a character and press Find Joints to see which joint is which."))
        find = forms.button("Find Joints", "Find out which joint is which, whatever they are called", self.find)
        clear = forms.button("Clear", "Forget the mapping: it is found anew next time", self.clear, small=True)
        buttons = QtWidgets.QWidget()
        layout = QtWidgets.QHBoxLayout(buttons)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(find)
        layout.addWidget(clear)
        self.section.add(buttons, self.note, self.table)

    def find(self) -> None:
        """Shows the mapping of the selected skeleton: the one it has, or the one that is found."""
        try:
            subject = reading.subject("")
            rigged = fitting.rig(subject.skeleton, subject.mapping)
        except Exception as error:
            MGlobal.displayError(words(error))
            self.note.setText(words(error))
            return
        self._root = subject.root
        self._document = json.loads(rigged.mapping.to_json())
        self._names = [fitting.reference(rigged.skeleton, index) for index in range(len(rigged.skeleton))]
        found = {joint: (self._names[int(node)], float(sure)) for joint, (node, sure) in rigged.mapping.joints.items()}
        self._found = {joint: name for joint, (name, _) in found.items()}
        self._fill(found)
        family = str(rigged.mapping.family).replace("_", " ")
        kept = tr("kept on the root") if subject.mapping else family
        lines = [tr("{}: {} of {} joints ({})").format(scene.short(self._root), len(found), len(JOINTS), kept)]
        self.note.setText("\n".join([*lines, *rigged.mapping.warnings]))

    def clear(self) -> None:
        try:
            root, _ = scene.root_of("")
            keeping.keep(root, reading.MAPPING, "")
        except Exception as error:
            MGlobal.displayError(words(error))
            return
        self.table.setVisible(False)
        self.note.setText(tr("The mapping is found anew next time."))

    def _fill(self, found: dict[str, tuple[str, float]]) -> None:
        for line, joint in enumerate(JOINTS):
            name, sure = found.get(joint, ("", 0.0))
            body = QtWidgets.QTableWidgetItem(tr(label(joint)))
            body.setFlags(QtCore.Qt.ItemIsEnabled)
            self.table.setItem(line, 0, body)
            box = QtWidgets.QComboBox()
            box.addItem("", "")
            for other in self._names:
                box.addItem(other, other)
            box.setCurrentIndex(box.findData(name))
            box.activated.connect(self._choose)
            self.table.setCellWidget(line, 1, box)
            self._boxes[joint] = box
            text = "" if not name else f"{100 * sure:.0f} %" if sure >= SURE else f"{100 * sure:.0f} % ?"
            item = QtWidgets.QTableWidgetItem(text)
            item.setFlags(QtCore.Qt.ItemIsEnabled)
            self.table.setItem(line, 2, item)
        self.table.setVisible(True)

    def _choose(self, *_: object) -> None:
        chosen = {joint: str(box.currentData()) for joint, box in self._boxes.items()}
        changed = mapping.with_joints(self._document, self._found, chosen)
        try:
            keeping.keep(self._root, reading.MAPPING, json.dumps(changed))
        except Exception as error:
            MGlobal.displayError(words(error))
            return
        self.note.setText(tr("Kept on {}.").format(scene.short(self._root)))
