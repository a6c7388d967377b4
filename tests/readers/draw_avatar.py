"""Draws a small VRM avatar and a take of the same rig.

    python draw_avatar.py FOLDER

Writes avatar_0.vrm and avatar_1.vrm, in VRM 0.x and 1.0, with all humanoid bones that VRM asks for, a face with a morph
target behind two expressions, hair on springs with a collider, and metadata; and for each take_0.glb or take_1.glb:
the same nodes with an animation.
"""

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "exporters" / "tests" / "data"))
from make_gltf_files import File, swing  # noqa: E402

FRAMES, FPS = 12, 30.0
# Bone, its parent, and where it is from there, for a figure that faces +Z.
BONES: list[tuple[str, str | None, list[float]]] = [
    ("hips", None, [0.0, 0.9, 0.0]),
    ("spine", "hips", [0.0, 0.1, 0.0]),
    ("chest", "spine", [0.0, 0.15, 0.0]),
    ("neck", "chest", [0.0, 0.22, 0.0]),
    ("head", "neck", [0.0, 0.08, 0.0]),
]
for side, sign in (("left", 1.0), ("right", -1.0)):
    BONES += [
        (f"{side}UpperLeg", "hips", [sign * 0.09, -0.05, 0.0]),
        (f"{side}LowerLeg", f"{side}UpperLeg", [0.0, -0.4, 0.01]),
        (f"{side}Foot", f"{side}LowerLeg", [0.0, -0.38, -0.02]),
        (f"{side}UpperArm", "chest", [sign * 0.15, 0.18, 0.0]),
        (f"{side}LowerArm", f"{side}UpperArm", [sign * 0.26, 0.0, 0.0]),
        (f"{side}Hand", f"{side}LowerArm", [sign * 0.24, 0.0, 0.0]),
    ]
HAIR = [("hair_1", [0.0, 0.15, -0.1]), ("hair_2", [0.0, -0.1, -0.05]), ("hair_3", [0.0, -0.1, 0.0])]


def figure(facing: float) -> File:
    """The nodes, a skin over all of them and a face with a morph target; `facing` is the sign of the Z it faces."""
    file = File(chain=False)
    nodes: list[dict[str, Any]] = file.json["nodes"]
    place = {bone: index for index, (bone, _, _) in enumerate(BONES)}

    def turned(offset: list[float]) -> list[float]:
        return [facing * offset[0], offset[1], facing * offset[2]]

    for bone, parent, offset in BONES:
        nodes.append({"name": f"J_{bone}", "translation": turned(offset)})
        if parent is not None:
            nodes[place[parent]].setdefault("children", []).append(place[bone])
    above = place["head"]
    for name, offset in HAIR:
        nodes[above].setdefault("children", []).append(len(nodes))
        above = len(nodes)
        nodes.append({"name": name, "translation": turned(offset)})
    joints = list(range(len(nodes)))
    corners = [[-0.1, 1.4, 0.1], [0.1, 1.4, 0.1], [0.0, 1.6, 0.1]]
    primitive: dict[str, Any] = {
        "attributes": {
            "POSITION": file.accessor(corners, "VEC3", min=[-0.1, 1.4, 0.1], max=[0.1, 1.6, 0.1]),
            "NORMAL": file.accessor([[0.0, 0.0, 1.0]] * 3, "VEC3"),
            # Whole numbers are drawn as parts of the largest, which joint numbers are not.
            "JOINTS_0": file.accessor([[place["head"] / 255, 0, 0, 0]] * 3, "VEC4", 5121, normalized=False),
            "WEIGHTS_0": file.accessor([[1.0, 0.0, 0.0, 0.0]] * 3, "VEC4"),
        },
        "targets": [{"POSITION": file.accessor([[0.0, 0.01, 0.0]] * 3, "VEC3", min=[0, 0.01, 0], max=[0, 0.01, 0])}],
        "material": 0,
    }
    file.json["materials"] = [{"name": "skin", "pbrMetallicRoughness": {"baseColorFactor": [0.9, 0.7, 0.6, 1.0]}}]
    file.json["meshes"] = [{"name": "face", "primitives": [primitive], "extras": {"targetNames": ["smile"]}}]
    file.json["skins"] = [{"joints": joints}]
    nodes.append({"name": "face", "mesh": 0, "skin": 0})
    file.json["scenes"] = [{"nodes": [0, len(nodes) - 1]}]
    return file


def vrm_0() -> dict[str, Any]:
    """The extension of VRM 0.x."""
    bones = [{"bone": bone, "node": node, "useDefaultValues": True} for node, (bone, _, _) in enumerate(BONES)]
    head = [bone for bone, _, _ in BONES].index("head")
    hair = len(BONES)
    meta = {
        "title": "Drawn",
        "version": "1",
        "author": "RoPAR",
        "contactInformation": "",
        "reference": "",
        "allowedUserName": "Everyone",
        "violentUssageName": "Disallow",
        "sexualUssageName": "Disallow",
        "commercialUssageName": "Allow",
        "otherPermissionUrl": "",
        "licenseName": "CC0",
        "otherLicenseUrl": "",
    }
    groups = [
        {
            "name": name,
            "presetName": name.lower(),
            "isBinary": binary,
            "binds": [{"mesh": 0, "index": 0, "weight": weight}],
        }
        for name, binary, weight in (("Joy", False, 80), ("Blink", True, 100))
    ]
    spring = {
        "comment": "hair",
        "stiffiness": 0.75,
        "gravityPower": 0.1,
        "gravityDir": {"x": 0, "y": -1, "z": 0},
        "dragForce": 0.4,
        "center": -1,
        "hitRadius": 0.02,
        "bones": [hair],
        "colliderGroups": [0],
    }
    collider = {"node": head, "colliders": [{"offset": {"x": 0, "y": 0.1, "z": 0}, "radius": 0.1}]}
    return {
        "VRM": {
            "exporterVersion": "RoPAR test files",
            "specVersion": "0.0",
            "meta": meta,
            "humanoid": {"humanBones": bones},
            "firstPerson": {"firstPersonBone": head, "firstPersonBoneOffset": {"x": 0, "y": 0.06, "z": 0}},
            "blendShapeMaster": {"blendShapeGroups": groups},
            "secondaryAnimation": {"boneGroups": [spring], "colliderGroups": [collider]},
            "materialProperties": [{"name": "skin", "shader": "VRM_USE_GLTFSHADER", "renderQueue": 2000}],
        }
    }


def vrm_1() -> dict[str, Any]:
    """The extensions of VRM 1.0."""
    bones = {bone: {"node": node} for node, (bone, _, _) in enumerate(BONES)}
    head, hair, face = bones["head"]["node"], len(BONES), len(BONES) + len(HAIR)
    preset = {
        name: {"isBinary": binary, "morphTargetBinds": [{"node": face, "index": 0, "weight": weight}]}
        for name, binary, weight in (("happy", False, 0.8), ("blink", True, 1.0))
    }
    joints = [
        {"node": hair + i, "hitRadius": 0.02, "stiffness": 0.75, "gravityPower": 0.1, "dragForce": 0.4}
        for i in range(len(HAIR))
    ]
    meta = {
        "name": "Drawn",
        "version": "1",
        "authors": ["RoPAR"],
        "licenseUrl": "https://vrm.dev/licenses/1.0/",
        "avatarPermission": "everyone",
    }
    return {
        "VRMC_vrm": {
            "specVersion": "1.0",
            "meta": meta,
            "humanoid": {"humanBones": bones},
            "expressions": {"preset": preset, "custom": {"smirk": {"morphTargetBinds": [], "isBinary": False}}},
            "lookAt": {"type": "bone", "offsetFromHeadBone": [0, 0.06, 0]},
        },
        "VRMC_springBone": {
            "specVersion": "1.0",
            "colliders": [{"node": head, "shape": {"sphere": {"offset": [0, 0.1, 0], "radius": 0.1}}}],
            "colliderGroups": [{"name": "head", "colliders": [0]}],
            "springs": [{"name": "hair", "joints": joints, "colliderGroups": [0]}],
        },
    }


def animated(file: File) -> File:
    """All bones turn and the hips move."""
    times = file.times([frame / FPS for frame in range(FRAMES)])
    channels: list[tuple[Any, str, int, int, str]] = []
    for node in range(len(BONES)):
        rows = [swing(frame, node) for frame in range(FRAMES)]
        channels.append((node, "rotation", times, file.accessor(rows, "VEC4"), "LINEAR"))
    path = [[0.02 * frame, 0.9 + 0.01 * (frame % 3), 0.03 * frame] for frame in range(FRAMES)]
    channels.append((0, "translation", times, file.accessor(path, "VEC3"), "LINEAR"))
    file.animate("wave", channels)
    return file


def draw(folder: Path) -> None:
    """Writes the four files."""
    for version, extensions, facing in ((0, vrm_0(), -1.0), (1, vrm_1(), 1.0)):
        avatar = figure(facing)
        avatar.json["extensions"] = extensions
        avatar.json["extensionsUsed"] = list(extensions)
        (folder / f"avatar_{version}.vrm").write_bytes(avatar.binary())
        (folder / f"take_{version}.glb").write_bytes(animated(figure(facing)).binary())


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
