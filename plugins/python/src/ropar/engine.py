"""A model on a backend: what makes motion."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from . import _abi
from . import grid as grids
from ._library import Handle, call, encoded, encoded_or_none, make, take_json
from ._numbers import counted, guidance_or_default, number_of, seeded, unless_none
from ._options import Progress, generate_options, reporting
from .errors import Cancelled, InputError
from .grid import TokenGrid
from .job import Job, Report, wait_here
from .motion import Motion

__all__ = ["Engine", "Licence", "Limits", "generate", "info"]


@dataclass(frozen=True)
class Licence:
    """The terms of a model package, which are those of the motion made with it."""

    id: str
    """SPDX identifier, such as ``CC-BY-NC-4.0``."""
    notice: str
    """What a user must know, in a sentence or two."""
    commercial: bool
    """Whether commercial use is allowed."""

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True)
class Limits:
    """What a model package can do."""

    min_seconds: float
    """Shortest motion."""
    max_seconds: float
    """Longest motion."""
    max_prompt_characters: int
    """Longest prompt."""


class Engine:
    """A model package opened on an inference backend.

    Opening takes about a second; keep an engine for as long as motion is to be made, and close it with :meth:`close` or
    ``with``. It may be used from any number of threads at once, with the results that each would get alone.

    The first engine decides the backend of the process: asking for another one later is a :class:`RuntimeError_`.

    Args:
        package: folder of the model package, or the name of one that comes with ropar; ``None``: the default.
        backend: ``auto`` (ONNX Runtime where ``onnxruntime`` is installed, otherwise the embedded backend),
            ``onnxruntime`` or ``embedded``.
        provider: of ONNX Runtime: ``auto`` (CUDA where it works), ``cpu``, ``cuda`` or ``tensorrt``.
        threads: of ONNX Runtime; ``None``: one per physical core.
        runtime_library: the ONNX Runtime library, or a folder that holds it, instead of the installed ``onnxruntime``.

    Raises:
        PackageError: the package is missing, incomplete, changed or too new.
        RuntimeError_: a backend or provider that was asked for by name is not there.
        InputError: an unknown backend or provider.
    """

    def __init__(
        self,
        package: str | os.PathLike[str] | None = None,
        backend: str = "auto",
        provider: str = "auto",
        threads: int | None = None,
        runtime_library: str | os.PathLike[str] | None = None,
    ) -> None:
        options = _abi.EngineOptions(
            threads=counted(threads, "threads"),
            package=encoded_or_none(package, "package"),
            backend=encoded(backend, "backend"),
            provider=encoded(provider, "provider"),
            runtime_library=encoded_or_none(runtime_library, "runtime_library"),
        )
        self._handle = make("ropar_engine_close", "ropar_engine_open", ctypes.byref(options))
        self._closed = False
        self._jobs: weakref.WeakSet[Job[Motion]] = weakref.WeakSet()
        self._lock = threading.Lock()
        found = _abi.EngineDescription()
        call("ropar_engine_describe", self._handle.value, ctypes.byref(found))
        self.parts: list[str] = [found.part_names[part].decode() for part in range(found.part_count)]
        """The body parts that can be made anew, such as ``left_arm``."""
        self.licence = Licence(found.licence.decode(), found.licence_notice.decode(), bool(found.commercial_use))
        """The terms of the package and of the motion made with it."""
        self.limits = Limits(
            round(float(found.shortest_seconds), 6), round(float(found.longest_seconds), 6), found.max_prompt_characters
        )
        """What the package can do."""
        self.frame_rate = float(found.frame_rate)
        """Frames per second of generated motion."""
        self.package = os.fsdecode(found.package_folder)
        """Folder of the model package."""
        self.package_name: str = found.package_name.decode()
        self.package_version: str = found.package_version.decode()
        self.backend: str = found.backend.decode()
        """In use: ``onnxruntime`` or ``embedded``."""
        self.provider: str = found.provider.decode()
        """In use: ``cpu``, ``cuda`` or ``tensorrt``."""
        self.threads = int(found.threads)
        """In use."""

    def generate(
        self,
        prompt: str,
        *,
        seconds: float | None = None,
        seed: int = 0,
        guidance: float | None = None,
        iterations: int | None = None,
        steps: int | None = None,
        plant_feet: bool = True,
        progress: Progress | None = None,
    ) -> Motion:
        """Makes a motion from a prompt, from the origin and facing +Z, at :attr:`frame_rate`.

        Args:
            prompt: what happens, in English.
            seconds: length; ``None``: as long as the described motion usually takes.
            seed: 0 to 2**64 - 1; the same seed gives the same motion on the same backend.
            guidance: how closely to follow the prompt, 0 to 20; ``None``: the package's default.
            iterations: rounds of masked autoregression, 1 to 200; ``None``: the package's default.
            steps: steps of the diffusion head, 1 to 200; ``None``: the package's default.
            plant_feet: standing feet are held still and kept out of the floor; ``False``: as the networks made them.
            progress: called on this thread with the share that is done, 0 to 1; ``True`` cancels.

        Raises:
            InputError: a prompt the model cannot read, a length or setting out of range, a closed engine.
            Cancelled: ``progress`` answered ``True``, or the engine was closed meanwhile.
        """
        job = self.start_generate(
            prompt,
            seconds=seconds,
            seed=seed,
            guidance=guidance,
            iterations=iterations,
            steps=steps,
            plant_feet=plant_feet,
        )
        return wait_here(job, progress)

    def start_generate(
        self,
        prompt: str,
        *,
        seconds: float | None = None,
        seed: int = 0,
        guidance: float | None = None,
        iterations: int | None = None,
        steps: int | None = None,
        plant_feet: bool = True,
        progress: Progress | None = None,
    ) -> Job[Motion]:
        """As :meth:`generate`, in the background; ``progress`` is called on the job's thread.

        What is wrong with the arguments themselves is raised here, everything else by the job.
        """
        words = encoded(prompt, "prompt")
        length = unless_none(seconds, "seconds", f"choose {self._range()}")
        options = generate_options(
            seconds=length, seed=seed, guidance=guidance, iterations=iterations, steps=steps, plant_feet=plant_feet
        )

        def work(engine: Handle, report: Report) -> Motion:
            with reporting(options, report):
                arguments = engine.value, words, ctypes.byref(options)
                return Motion(make("ropar_motion_free", "ropar_generate", *arguments))

        return self._start(work, progress)

    def redo(
        self,
        motion: Motion,
        parts: str | Iterable[str],
        prompt: str,
        *,
        start: float | None = None,
        end: float | None = None,
        in_step: bool = False,
        seed: int = 0,
        guidance: float | None = None,
        progress: Progress | None = None,
    ) -> Motion:
        """Makes body parts of a motion anew; every other number of the result is bit for bit that of ``motion``.

        Args:
            motion: the clip, of any rate.
            parts: one or more of :attr:`parts`.
            prompt: what the parts shall do, in English.
            start: second at which the new motion starts; ``None``: the start of the clip.
            end: second at which it ends; ``None``: the end of the clip.
            in_step: whether the parts are made in sight of what the rest of the body does, as arms swing with a gait;
                otherwise they follow the prompt alone.
            seed: as for :meth:`generate`.
            guidance: as for :meth:`generate`; ``None`` in step: 1.5.
            progress: as for :meth:`generate`.

        Raises:
            InputError: also for an unknown part, and a span outside of the clip or shorter than a token (0.2 s).
            Cancelled: as for :meth:`generate`.
        """
        job = self.start_redo(
            motion, parts, prompt, start=start, end=end, in_step=in_step, seed=seed, guidance=guidance
        )
        return wait_here(job, progress)

    def start_redo(
        self,
        motion: Motion,
        parts: str | Iterable[str],
        prompt: str,
        *,
        start: float | None = None,
        end: float | None = None,
        in_step: bool = False,
        seed: int = 0,
        guidance: float | None = None,
        progress: Progress | None = None,
    ) -> Job[Motion]:
        """As :meth:`redo`, in the background; ``progress`` is called on the job's thread."""
        words = encoded(prompt, "prompt")
        named = [encoded(part, "part") for part in ([parts] if isinstance(parts, str) else parts)]
        hint = f"choose 0 <= start < end <= {motion.seconds:.2f}"
        options = _abi.RedoOptions(
            start=0.0 if start is None else number_of(start, "start"),
            end=unless_none(end, "end", hint),
            in_step=int(in_step),
            seed=seeded(seed),
            guidance=guidance_or_default(guidance),
        )

        def work(engine: Handle, report: Report) -> Motion:
            with reporting(options, report):
                names = (ctypes.c_char_p * len(named))(*named)
                arguments = engine.value, motion._handle.value, names, len(named), words, ctypes.byref(options)
                return Motion(make("ropar_motion_free", "ropar_redo", *arguments))

        return self._start(work, progress)

    def encode(self, motion: Motion, *, threshold: float | None = None) -> TokenGrid:
        """A motion of any rate as a grid of cells, to be marked and filled.

        All cells are known, except where the motion has confidences: there a cell is noisy when the mean confidence of
        its part's joints is at most ``threshold`` in any of its frames. Takes milliseconds.

        Args:
            motion: the clip.
            threshold: above 0 and at most 1; ``None``: 0.5.

        Raises:
            InputError: a clip too long for the package, a threshold out of range, a closed engine.
        """
        return grids.encode(self, motion, threshold)

    def new_grid(self, seconds: float) -> TokenGrid:
        """A grid with nothing in it: all cells are masked. Filled, it is what :meth:`generate` makes.

        Raises:
            InputError: a length out of range, or a closed engine.
        """
        return grids.new(self, seconds)

    def part_joints(self, part: str) -> list[int]:
        """The joints that belong to a part, ascending: those that :meth:`redo` changes.

        Raises:
            InputError: there is no such part.
        """
        joints, count = (ctypes.c_uint32 * 22)(), ctypes.c_uint64()
        call("ropar_engine_part_joints", self._open().value, encoded(part, "part"), joints, 22, ctypes.byref(count))
        return list(joints[: count.value])

    def info(self) -> dict[str, Any]:
        """What ``ropar info --json`` says of the model: backend, provider, package with its manifest, parts."""
        found: dict[str, Any] = take_json("ropar_engine_info", self._open().value)
        return found

    def close(self) -> None:
        """Cancels the jobs of this engine and gives its memory back when they have ended. May be called twice."""
        with self._lock:
            self._closed = True
            jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        self._handle.free()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"on {self.backend}, {self.provider}"
        return f"<ropar.Engine {self.package_name} {self.package_version} {state}>"

    def _open(self) -> Handle:
        if self._closed:
            raise InputError("the engine is closed", "open a new one")
        return self._handle

    def _start(self, work: Callable[[Handle, Report], Motion], progress: Progress | None) -> Job[Motion]:
        with self._lock:
            engine = self._open()

            def run(report: Report) -> Motion:
                try:
                    return work(engine, report)
                except InputError as error:
                    if self._closed and error.code == _abi.ERROR_HANDLE:
                        raise Cancelled("the engine was closed before the job began", "") from None
                    raise

            job = Job(run, progress=progress)
            self._jobs.add(job)
        return job

    def _range(self) -> str:
        return f"{self.limits.min_seconds:g} to {self.limits.max_seconds:g} seconds"


_shared: Engine | None = None
_shared_lock = threading.Lock()


def generate(
    prompt: str,
    *,
    seconds: float | None = None,
    seed: int = 0,
    guidance: float | None = None,
    progress: Progress | None = None,
) -> Motion:
    """Makes a motion with the package that comes with ropar, on an engine that is opened once and kept.

    For scripts and notebooks; see :meth:`Engine.generate`.
    """
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Engine()
    return _shared.generate(prompt, seconds=seconds, seed=seed, guidance=guidance, progress=progress)


def info(
    package: str | os.PathLike[str] | None = None,
    backend: str = "auto",
    provider: str = "auto",
    threads: int | None = None,
    runtime_library: str | os.PathLike[str] | None = None,
) -> dict[str, Any]:
    """What ``ropar info --json`` says of the model, with what is really in use. Arguments as of :class:`Engine`."""
    with Engine(package, backend, provider, threads, runtime_library) as engine:
        return engine.info()
