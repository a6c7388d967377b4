"""The flags of the four commands: what `MSyntax` is built from, and what the documentation lists.

Maya wants short names of at most three letters and long ones of at least four; q, e and h are its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flag:
    long: str
    short: str
    #: ``string``, ``double``, ``long``, ``boolean``, ``time`` (in the scene's unit) or ``none`` (a switch).
    kind: str
    about: str
    #: May be given more than once.
    multi: bool = False
    #: Is asked for with -query.
    query: bool = False


TARGET = Flag(
    "target",
    "tgt",
    "string",
    "the skeleton: any of its joints, a group or mesh of it, or a HumanIK character; otherwise the selection",
)
START = Flag("startTime", "t", "time", "when the motion starts; otherwise the start of the playback range")
CONTACTS = Flag("contacts", "c", "boolean", "hold the feet to the floor while they stand (on)")
IN_PLACE = Flag("inPlace", "ip", "boolean", "keep the character where it is (off)")
FROM_POSE = Flag("fromPose", "fp", "boolean", "start where the character stands and looks at the start time (off)")
LAYER = Flag(
    "layer", "l", "string", "put the keys on a new override animation layer of this name; empty: of the prompt's"
)
REPLACE = Flag("replace", "r", "boolean", "keys in the way give way (off: they are an error)")
EXTEND = Flag("extendRange", "ex", "boolean", "move the end of the playback range when the motion is longer (on)")
SEED = Flag("seed", "sd", "long", "the same seed gives the same motion (0)")
GUIDANCE = Flag("guidance", "g", "double", "how closely to follow the prompt, 0 to 20; otherwise the model's own")
BACKGROUND = Flag(
    "background", "bg", "none", "return at once with the number of a job; what it makes is written when it is done"
)
APPLY = Flag("applyJob", "aj", "long", "write what a job made; the plug-in calls this itself, as one undoable step")
CANCEL = Flag("cancel", "cn", "none", "stop the job that is running")
PROGRESS = Flag(
    "progress", "pr", "none", "share of the running job that is done, 0 to 1; -1 where none runs", query=True
)
VERSION = Flag("version", "v", "none", "version of the plug-in", query=True)
RUNNING = (BACKGROUND, APPLY, CANCEL, PROGRESS, VERSION)

COMMANDS: dict[str, tuple[Flag, ...]] = {
    "roparGenerate": (
        Flag("prompt", "p", "string", "what the character shall do, in English"),
        Flag("seconds", "s", "double", "length; otherwise as long as the described motion usually takes"),
        SEED,
        Flag("samples", "sm", "long", "how many motions, 1 to 8 (1); further ones count the seed up and go on layers"),
        GUIDANCE,
        Flag("iterations", "it", "long", "rounds in which the motion is filled in; otherwise the model's own"),
        Flag("steps", "st", "long", "steps of the diffusion head per round; otherwise the model's own"),
        TARGET,
        Flag(
            "newSkeleton", "ns", "string", "make a new skeleton under a group of this name, and move that; empty: ropar"
        ),
        START,
        Flag("endTime", "et", "time", "fill exactly the frames from the start time to this one"),
        IN_PLACE,
        CONTACTS,
        FROM_POSE,
        LAYER,
        REPLACE,
        EXTEND,
        *RUNNING,
    ),
    "roparRetarget": (
        Flag("file", "f", "string", "clip of any rig: .glb, .gltf, .vrm, .bvh or .fbx"),
        Flag("take", "tk", "string", "take of the file; otherwise the first"),
        Flag("source", "src", "string", "an animated skeleton of this scene, in place of a file"),
        Flag("sourceStart", "ss", "time", "first frame of the source; otherwise the start of the playback range"),
        Flag("sourceEnd", "se", "time", "last frame of the source; otherwise the end of the playback range"),
        TARGET,
        START,
        IN_PLACE,
        CONTACTS,
        Flag("handContacts", "hc", "boolean", "hold hands that rest on the floor (off)"),
        FROM_POSE,
        LAYER,
        REPLACE,
        EXTEND,
        *RUNNING,
    ),
    "roparRedo": (
        Flag(
            "parts",
            "pt",
            "string",
            "a body part to make anew, such as left_arm; several: repeat, or commas",
            multi=True,
        ),
        Flag("prompt", "p", "string", "what the parts shall do, in English"),
        Flag("startTime", "t", "time", "first frame to make anew; otherwise the first key"),
        Flag("endTime", "et", "time", "last frame to make anew; otherwise the last key"),
        SEED,
        GUIDANCE,
        Flag("inStep", "ins", "boolean", "go with what the rest of the body does, as arms swing with a gait (off)"),
        TARGET,
        LAYER,
        *RUNNING,
    ),
    "roparInfo": (
        TARGET,
        Flag("mapping", "m", "none", "the joint mapping of the target as JSON"),
        Flag("motion", "mo", "none", "how the target's last motion was made, as JSON"),
        Flag("parts", "pt", "none", "the body parts that can be made anew"),
        Flag("licence", "lic", "none", "the terms of the model package, and of motion made with it"),
        PROGRESS,
        VERSION,
    ),
}
