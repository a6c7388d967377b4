"""Making motion from a prompt and bringing clips over: what happens between reading the scene and writing keys.

Runs on any thread and knows nothing of the scene but what is in `Subject`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import fitting, library
from .canonical import HIPS_HEIGHT, JOINTS
from .errors import MayaError
from .fitting import Rigged
from .job import Report, listener
from .requests import Generate, Placement, Retarget
from .skeleton import Skeleton
from .translations import tr
from .units import key_rate
from .values import Channel, Pose, channels

#: Share of the work on a motion that is done when it is made; the rest is fitting it to the skeleton.
MADE = 0.9
#: Longest name of a layer that is made from a prompt.
NAME_LENGTH = 40


@dataclass(frozen=True)
class Subject:
    """A skeleton as it was read from the scene."""

    skeleton: Skeleton
    #: Root joint, and its UUID, by which it is known again.
    root: str
    uuid: str
    #: RoPAR's mapping as JSON; empty: to be found.
    mapping: str = ""
    #: Units of the scene's time per second.
    units: float = 24.0
    #: One frame, for motions that start where the character stands.
    present: Pose | None = None
    #: Whether it is made together with its motion.
    new: bool = False

    @property
    def rate(self) -> float:
        """Keys per second."""
        return key_rate(self.units)

    @property
    def step(self) -> float:
        """Units of the scene's time per key."""
        return self.units / self.rate


@dataclass(frozen=True)
class Take:
    """One motion, ready to be written."""

    channels: list[Channel]
    #: Times of the keys in the scene's unit.
    times: list[float]
    metadata: dict[str, Any]
    #: Name of a new layer; None: the joints themselves.
    layer: str | None = None
    #: Whether a layer starts muted.
    muted: bool = False
    #: Whether a layer has no weight outside of the times.
    fades: bool = False


@dataclass
class Made:
    """What the work hands to the main thread."""

    takes: list[Take]
    skeleton: Skeleton
    #: The mapping that was used, to be kept.
    mapping: str
    family: str
    replace: bool = True
    extend: bool = False
    #: Whether keys may go on the base layer where there are animation layers above it.
    below_layers: bool = True
    warnings: list[str] = field(default_factory=list)


def generate(request: Generate, subject: Subject, options: library.Options, report: Report) -> Made:
    """Makes motion from a prompt."""
    report(0.0, tr("Loading the model"))
    rigged = fitting.rig(subject.skeleton, subject.mapping)
    engine = library.engine(options)
    placement, count = request.placement, request.samples
    frames = None if request.end is None else round((request.end - placement.start) / subject.step) + 1
    seconds = request.seconds if frames is None else frames / subject.rate
    takes, warnings = [], []
    for index in range(count):
        text = tr("Making the motion") if count == 1 else tr("Making motion {} of {}").format(index + 1, count)
        report(index / count, text)
        seed = request.seed + index
        motion = engine.generate(
            request.prompt,
            seconds=seconds,
            seed=seed,
            guidance=request.guidance,
            iterations=request.iterations,
            steps=request.steps,
            progress=listener(report, index / count, MADE / count, text),
        )
        report((index + MADE) / count, text)
        layer = placement.layer
        if layer is not None or count > 1:
            layer = layer_name(layer or request.prompt, index if count > 1 else None)
        known = {"prompt": request.prompt, "seed": seed, "package": engine.package_name, "licence": str(engine.licence)}
        take = _take(motion, rigged, subject, placement, frames, known, layer, muted=index > 0)
        takes.append(take)
        warnings += doubts(take, seed if count > 1 else None)
    return _made(takes, rigged, subject, placement, warnings, report)


def retarget(request: Retarget, subject: Subject, source: Source | None, report: Report) -> Made:
    """Brings a clip over: from a file, or from another skeleton of the scene (`source`)."""
    report(0.0, tr("Reading the clip"))
    rigged = fitting.rig(subject.skeleton, subject.mapping)
    if source is not None:
        motion = source.motion()
        known: dict[str, Any] = {"source": source.subject.root}
        name = source.subject.skeleton.names[0]
    else:
        motion = from_file(request.file, request.take, subject.rate)
        known = {"file": Path(request.file).name, **({"take": request.take} if request.take else {})}
        name = Path(request.file).stem
    report(0.5, tr("Fitting the clip"))
    layer = request.placement.layer
    take = _take(
        motion, rigged, subject, request.placement, None, known, None if layer is None else layer_name(layer or name)
    )
    return _made([take], rigged, subject, request.placement, doubts(take), report)


@dataclass(frozen=True)
class Source:
    """An animated skeleton of the scene."""

    subject: Subject
    pose: Pose

    def motion(self) -> Any:
        rigged = fitting.rig(self.subject.skeleton, self.subject.mapping)
        pose = self.pose
        return fitting.to_motion(rigged, self.subject.rate, pose)


def from_file(path: str, take: str | None, rate: float) -> Any:
    """The clip of a file of any rig, as a motion at `rate` frames per second.

    It is put on the canonical skeleton with everything that retargeting does for strange rigs, and read from there.
    """
    ropar = library.module()
    if not Path(path).is_file():
        raise MayaError(f"there is no file {path}", "check the path")
    with tempfile.TemporaryDirectory(prefix="ropar-") as folder:
        rest, moved = Path(folder) / "rest.glb", Path(folder) / "clip.glb"
        upright = [[0.0, 0.0, 0.0, 1.0]] * len(JOINTS)
        ropar.Motion.from_arrays(rate, [[0.0, HIPS_HEIGHT, 0.0]] * 2, [upright] * 2).save(rest)
        ropar.retarget_file(path, rest, moved, take=take, contacts=False, fps=rate)
        return ropar.Motion.load(moved)


def _take(
    motion: Any,
    rigged: Rigged,
    subject: Subject,
    placement: Placement,
    frames: int | None,
    known: dict[str, Any],
    layer: str | None,
    muted: bool = False,
) -> Take:
    at_rate = motion.resample(subject.rate)
    if frames is not None:
        at_rate = fitting.to_length(at_rate, frames)
    fitted = fitting.fit(
        at_rate,
        rigged,
        contacts=placement.contacts,
        in_place=placement.in_place,
        hand_contacts=placement.hand_contacts,
    )
    if subject.present is not None:
        fitted = fitting.start_at(fitted, rigged, subject.present)
    keyed = channels(rigged.skeleton, fitted.pose, rigged.nodes())
    times = [placement.start + subject.step * frame for frame in range(len(fitted.pose))]
    metadata = {**known, "start": times[0], "end": times[-1], **fitting.judgement(fitted.report)}
    return Take(keyed, times, metadata, layer, muted)


def _made(
    takes: Sequence[Take],
    rigged: Rigged,
    subject: Subject,
    placement: Placement,
    warnings: list[str],
    report: Report,
) -> Made:
    report(1.0, tr("Writing the keys"))
    return Made(
        takes=list(takes),
        skeleton=rigged.skeleton,
        mapping=rigged.mapping.to_json(),
        family=str(rigged.mapping.family),
        replace=placement.replace,
        extend=placement.extend,
        warnings=[*rigged.skeleton.warnings, *rigged.mapping.warnings, *warnings],
    )


def doubts(take: Take, seed: int | None = None) -> list[str]:
    """What a report says that a user should look at."""
    verdict = take.metadata["verdict"]
    if verdict == "good":
        return []
    who = tr("the fit") if seed is None else tr("the fit of seed {}").format(seed)
    return [f"{who}: {tr(verdict)} ({take.metadata['reason']})"]


def layer_name(text: str, number: int | None = None) -> str:
    """A name that a Maya node can have."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text.strip())
    name = "_".join(word for word in name.split("_") if word)[:NAME_LENGTH].rstrip("_") or "ropar"
    name = name if name[0].isalpha() else f"ropar_{name}"
    return name if number is None else f"{name}_{number + 1}"
