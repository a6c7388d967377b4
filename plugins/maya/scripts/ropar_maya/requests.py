"""What a user wants, checked: from a command's flags or from the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import MayaError
from .translations import tr

MOST_SAMPLES = 8


@dataclass(frozen=True)
class Placement:
    """Where the keys go. Times are in the scene's unit."""

    start: float
    in_place: bool = False
    contacts: bool = True
    hand_contacts: bool = False
    from_pose: bool = False
    #: Name of a new animation layer; empty: named after the motion; None: keys on the joints.
    layer: str | None = None
    replace: bool = False
    extend: bool = True

    @classmethod
    def of(cls, values: Mapping[str, Any], start: float) -> Placement:
        return cls(
            start=values.get("startTime", start),
            in_place=values.get("inPlace", False),
            contacts=values.get("contacts", True),
            hand_contacts=values.get("handContacts", False),
            from_pose=values.get("fromPose", False),
            layer=values.get("layer"),
            replace=values.get("replace", False),
            extend=values.get("extendRange", True),
        )


@dataclass(frozen=True)
class Generate:
    prompt: str
    placement: Placement
    seconds: float | None = None
    #: Fill exactly up to this time.
    end: float | None = None
    seed: int = 0
    samples: int = 1
    guidance: float | None = None
    iterations: int | None = None
    steps: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any], start: float) -> Generate:
        """From a command's flags; `start` is the start of the playback range.

        Raises:
            MayaError: a flag that is missing or cannot be.
        """
        placement = Placement.of(values, start)
        end, seconds, samples = values.get("endTime"), values.get("seconds"), values.get("samples", 1)
        if not 1 <= samples <= MOST_SAMPLES:
            raise MayaError(f"-samples is {samples}", f"choose 1 to {MOST_SAMPLES}")
        if end is not None and seconds is not None:
            raise MayaError("-endTime and -seconds both name a length", "give one of them")
        if end is not None and end <= placement.start:
            raise MayaError(
                f"the frames {placement.start:g} to {end:g} are no range", "choose an -endTime after the -startTime"
            )
        return cls(
            prompt=prompt_of(values),
            placement=placement,
            seconds=positive(values, "seconds"),
            end=end,
            seed=seed_of(values),
            samples=samples,
            guidance=guidance_of(values),
            iterations=positive(values, "iterations"),
            steps=positive(values, "steps"),
        )


@dataclass(frozen=True)
class Retarget:
    placement: Placement
    file: str = ""
    take: str | None = None
    source: str = ""
    source_start: float | None = None
    source_end: float | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any], start: float) -> Retarget:
        file, source = values.get("file", "").strip(), values.get("source", "").strip()
        if bool(file) == bool(source):
            raise MayaError(
                "-file or -source is needed, and not both" if file else "-file or -source is missing",
                "name a clip's file, or an animated skeleton of this scene",
            )
        if source and values.get("take"):
            raise MayaError("-take names a take of a file, and there is a -source", "leave -take out")
        if file and ("sourceStart" in values or "sourceEnd" in values):
            raise MayaError("-sourceStart and -sourceEnd are of a -source, and there is a -file", "leave them out")
        return cls(
            placement=Placement.of(values, start),
            file=file,
            take=values.get("take"),
            source=source,
            source_start=values.get("sourceStart"),
            source_end=values.get("sourceEnd"),
        )


@dataclass(frozen=True)
class Redo:
    parts: tuple[str, ...]
    prompt: str
    #: Times in the scene's unit; None: the first or last key.
    start: float | None = None
    end: float | None = None
    seed: int = 0
    guidance: float | None = None
    in_step: bool = False
    layer: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Redo:
        named = [part.strip() for text in values.get("parts", ()) for part in text.replace(" ", ",").split(",")]
        parts = tuple(dict.fromkeys(part for part in named if part))
        if not parts:
            raise MayaError("-parts is missing", "name one or more body parts, such as left_arm")
        start, end = values.get("startTime"), values.get("endTime")
        if start is not None and end is not None and end <= start:
            raise MayaError(f"the frames {start:g} to {end:g} are no range", "choose an -endTime after the -startTime")
        return cls(
            parts=parts,
            prompt=prompt_of(values),
            start=start,
            end=end,
            seed=seed_of(values),
            guidance=guidance_of(values),
            in_step=values.get("inStep", False),
            layer=values.get("layer"),
        )


def prompt_of(values: Mapping[str, Any]) -> str:
    prompt = str(values.get("prompt", "")).strip()
    if not prompt:
        raise MayaError(tr("the prompt is empty"), tr("write what the character shall do, or pick an example"))
    return prompt


def seed_of(values: Mapping[str, Any]) -> int:
    seed = int(values.get("seed", 0))
    if seed < 0:
        raise MayaError(f"-seed is {seed}", "choose 0 or more")
    return seed


def guidance_of(values: Mapping[str, Any]) -> float | None:
    guidance = values.get("guidance")
    if guidance is None:
        return None
    if not 0.0 <= guidance <= 20.0:
        raise MayaError(f"-guidance is {guidance:g}", "choose 0 to 20, or leave it out for the model's own")
    return float(guidance)


def positive(values: Mapping[str, Any], name: str) -> Any:
    """A number above 0; None where it is not given."""
    number = values.get(name)
    if number is not None and not number > 0:
        raise MayaError(f"-{name} is {number:g}", "choose a number above 0, or leave it out")
    return number
