"""What the model is and runs on; kept by Maya for the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..host import scene
from . import forms

PROVIDERS = [("Automatic", "auto"), ("CPU", "cpu"), ("CUDA", "cuda"), ("TensorRT", "tensorrt")]


class SettingsBox:
    def __init__(self, self_test: Callable[[], object]) -> None:
        self.section = forms.Section("Model", opened=False)
        self.package = forms.line("", "Folder of another model package; empty uses the one that comes along")
        self.runtime = forms.line(
            "", "File of an ONNX Runtime library, which is faster than the backend inside; empty looks for one"
        )
        self.provider = forms.choice(PROVIDERS, "What the networks run on")
        self.threads = forms.whole_number(
            0, 0, 256, "How many processor threads the networks may use", at_zero="Automatic"
        )
        options = scene.engine_options()
        self.package.setText(options.package)
        self.runtime.setText(options.runtime_library)
        self.provider.setCurrentIndex(max(0, self.provider.findData(options.provider)))
        self.threads.setValue(options.threads)
        self.package.editingFinished.connect(lambda: self._keep("roparPackage", self.package.text()))
        self.runtime.editingFinished.connect(lambda: self._keep("roparRuntimeLibrary", self.runtime.text()))
        self.provider.activated.connect(lambda *_: self._keep("roparProvider", self.provider.currentData()))
        self.threads.valueChanged.connect(lambda value: self._keep("roparThreads", value))
        self.section.add(
            forms.row("Package", self.package),
            forms.row("ONNX Runtime", self.runtime),
            forms.row("Provider", self.provider),
            forms.row("Threads", self.threads),
            forms.button("Self-Test", "Try everything, and say what works", self_test),
        )

    @staticmethod
    def _keep(name: str, value: Any) -> None:
        scene.keep_option(name, str(value).strip())
