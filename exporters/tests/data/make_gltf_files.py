"""Draws the small glTF, GLB, VRM and VRMA files in `gltf/`, each named by what it holds.

    python make_gltf_files.py

`gltf/index.json` says for every file that can be read which rate and how many frames it was drawn with;
`tests/readers/three_expected.mjs` has three.js work out where the nodes are. Files named `wrong_...` cannot be read.
Needs nothing but Python.
"""

import base64
import json
import math
import struct
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "gltf"
SIZES = {5120: "b", 5121: "B", 5122: "h", 5123: "H", 5125: "I", 5126: "f"}
LARGEST = {5120: 127, 5121: 255, 5122: 32767, 5123: 65535}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}
index: dict[str, dict[str, Any]] = {}


def axis_angle(axis: str, degrees: float) -> list[float]:
    half = math.radians(degrees) / 2
    place = {"x": 0, "y": 1, "z": 2}[axis]
    return [math.sin(half) if i == place else 0.0 for i in range(3)] + [math.cos(half)]


def multiply(a: list[float], b: list[float]) -> list[float]:
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return [
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    ]


def swing(frame: int, joint: int) -> list[float]:
    """A rotation about all axes that no symmetry hides."""
    turn = axis_angle("y", 25 * math.sin(0.9 * frame + joint))
    turn = multiply(turn, axis_angle("x", 35 * math.sin(0.7 * frame + 2 * joint)))
    return multiply(turn, axis_angle("z", 20 * math.cos(0.5 * frame + joint)))


class File:
    """A file under construction: a chain of four joints unless told otherwise."""

    def __init__(self, chain: bool = True) -> None:
        self.data = bytearray()
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "RoPAR test files"},
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": [],
            "accessors": [],
            "bufferViews": [],
            "animations": [],
        }
        if chain:
            self.json["nodes"] = [
                {"name": "hip", "translation": [0.1, 0.9, 0.0], "children": [1]},
                {"name": "spine", "translation": [0.0, 0.3, 0.02], "children": [2]},
                {"name": "arm", "translation": [0.25, 0.2, 0.0], "rotation": axis_angle("z", -40), "children": [3]},
                {"name": "hand", "translation": [0.5, 0.0, 0.1]},
            ]

    def view(self, content: bytes, **more: Any) -> int:
        while len(self.data) % 4:
            self.data.append(0)
        self.json["bufferViews"].append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(content), **more})
        self.data += content
        return len(self.json["bufferViews"]) - 1

    def accessor(self, rows: list[list[float]], shape: str, kind: int = 5126, **more: Any) -> int:
        content = pack([value for row in rows for value in row], kind, kind != 5126 and shape != "SCALAR")
        entry: dict[str, Any] = {
            "bufferView": self.view(content),
            "componentType": kind,
            "count": len(rows),
            "type": shape,
        }
        if kind != 5126:
            entry["normalized"] = True
        if shape == "SCALAR" and kind == 5126:
            single = [struct.unpack("<f", struct.pack("<f", row[0]))[0] for row in rows]
            entry["min"], entry["max"] = [min(single)], [max(single)]
        self.json["accessors"].append({**entry, **more})
        return len(self.json["accessors"]) - 1

    def times(self, times: list[float]) -> int:
        return self.accessor([[time] for time in times], "SCALAR")

    def animate(self, name: str, channels: list[tuple[Any, str, int, int, str]]) -> None:
        """Channels are (node, path, input, output, interpolation)."""
        self.json["animations"].append(
            {
                "name": name,
                "channels": [
                    {"sampler": i, "target": {"node": node, "path": path} if node is not None else {"path": path}}
                    for i, (node, path, _, _, _) in enumerate(channels)
                ],
                "samplers": [
                    {"input": source, "output": output, "interpolation": interpolation}
                    for (_, _, source, output, interpolation) in channels
                ],
            }
        )

    def swinging(self, frames: int = 6, fps: float = 30.0, kind: int = 5126, interpolation: str = "LINEAR") -> "File":
        """All four joints turn and the first one moves."""
        times = self.times([frame / fps for frame in range(frames)])
        channels: list[tuple[Any, str, int, int, str]] = []
        for node in range(4):
            rows = [swing(frame, node) for frame in range(frames)]
            if kind in (5121, 5123):
                rows = [[abs(value) for value in row] for row in rows]
            channels.append((node, "rotation", times, self.accessor(rows, "VEC4", kind), interpolation))
        path = [[0.1 + 0.05 * f, 0.9 + 0.01 * (f % 3), -0.02 * f] for f in range(frames)]
        channels.append((0, "translation", times, self.accessor(path, "VEC3"), interpolation))
        self.animate("swing", channels)
        return self

    def text(self, uri: str | None = None) -> bytes:
        document = {key: value for key, value in self.json.items() if value != []}
        if self.data:
            inside = "data:application/octet-stream;base64," + base64.b64encode(bytes(self.data)).decode()
            document["buffers"] = [{"byteLength": len(self.data), "uri": uri or inside}]
        return spelled(json.dumps(document, indent=1))

    def binary(self, extra: bytes = b"") -> bytes:
        document = {key: value for key, value in self.json.items() if value != []}
        if self.data:
            document["buffers"] = [{"byteLength": len(self.data)}]
        chunks = chunk(b"JSON", spelled(json.dumps(document)), b" ")
        if self.data:
            chunks += chunk(b"BIN\0", bytes(self.data), b"\0")
        chunks += extra
        return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def spelled(text: str) -> bytes:
    """A number as no serialiser writes it, to see whether it stays."""
    return text.replace('"number": 1.5', '"number": 1.50e0').encode()


def chunk(kind: bytes, content: bytes, padding: bytes) -> bytes:
    content += padding * (-len(content) % 4)
    return struct.pack("<I", len(content)) + kind + content


def pack(values: list[float], kind: int, normalized: bool) -> bytes:
    if normalized:
        values = [round(value * LARGEST[kind]) for value in values]
    return struct.pack(f"<{len(values)}{SIZES[kind]}", *values)


def save(name: str, content: bytes, fps: float = 30.0, frames: int = 6, takes: int = 1) -> None:
    (FOLDER / name).write_bytes(content)
    if not name.startswith("wrong_") and not name.endswith(".bin"):
        index[name] = {"fps": fps, "frames": frames, "takes": takes}


def readable() -> None:
    save("nodes_only.gltf", File().text(), frames=0, takes=0)
    save("glb_without_binary_chunk.glb", File().binary(), frames=0, takes=0)
    save("glb_with_an_unknown_chunk_alone.glb", File().binary(chunk(b"NOTE", b"kept", b" ")), frames=0, takes=0)
    save("swing.gltf", File().swinging().text())
    save("swing.glb", File().swinging().binary())
    save("glb_with_an_unknown_chunk.glb", File().swinging().binary(chunk(b"NOTE", b"kept", b" ")))
    save("byte_order_mark.gltf", b"\xef\xbb\xbf" + File().swinging().text())
    outside = File().swinging()
    save("buffer_beside.gltf", outside.text("buffer_beside.bin"))
    save("buffer_beside.bin", bytes(outside.data))
    save("buffer_with_escaped_name.gltf", outside.text("two%20words.bin"))
    save("two words.bin", bytes(outside.data))

    file = File().swinging()
    file.json["nodes"][0] = {
        "name": "hip",
        "children": [1],
        # A quarter turn about Z and a doubling, at (0.1, 0.9, 0); columns first.
        "matrix": [0, 2, 0, 0, -2, 0, 0, 0, 0, 0, 2, 0, 0.1, 0.9, 0, 1],
    }
    animation = file.json["animations"][0]
    animation["channels"] = [c for c in animation["channels"] if c["target"]["node"] != 0]
    save("node_with_matrix.gltf", file.text())

    file = File().swinging()
    file.json["nodes"] = file.json["nodes"][::-1]
    for node, children in zip(file.json["nodes"], [None, [0], [1], [2]], strict=False):
        if children:
            node["children"] = children
    for channel in file.json["animations"][0]["channels"]:
        channel["target"]["node"] = 3 - channel["target"]["node"]
    file.json["scenes"][0]["nodes"] = [3]
    save("children_before_parents.gltf", file.text())

    file = File().swinging()
    file.json["nodes"].append(
        {
            "name": "Armature",
            "children": [0],
            "rotation": axis_angle("x", -90),
            "scale": [0.01] * 3,
            "translation": [1, 0, 0],
        }
    )
    file.json["scenes"][0]["nodes"] = [4]
    save("armature_with_z_up_in_centimetres.gltf", file.text())

    file = File().swinging()
    file.json["nodes"][2]["scale"] = [-1.0, 1.0, 1.0]
    save("mirrored_by_negative_scale.gltf", file.text())

    file = File().swinging()
    for node, name in zip(file.json["nodes"], ["骨盤 hips", "spine.001", "mixamorig:LeftArm", ""], strict=False):
        node["name"] = name
    del file.json["nodes"][3]["name"]
    save("names_of_all_kinds.gltf", file.text())

    save("step.gltf", File().swinging(interpolation="STEP").text())
    save("rotations_in_bytes.glb", File().swinging(kind=5120).binary())
    save("rotations_in_unsigned_bytes.glb", File().swinging(kind=5121).binary())
    save("rotations_in_shorts.glb", File().swinging(kind=5122).binary())
    save("rotations_in_unsigned_shorts.glb", File().swinging(kind=5123).binary())
    for name, fps in [("20", 20.0), ("24", 24.0), ("25", 25.0), ("29_97", 30 / 1.001), ("60", 60.0), ("120", 120.0)]:
        save(f"rate_of_{name}.glb", File().swinging(40, fps).binary(), fps, 40)

    file = File()
    # Three keys over one second: what lies between shows the spline.
    times = file.times([0.0, 0.4, 1.0])
    rows: list[list[float]] = []
    for key in range(3):
        tangent = [0.8 * math.sin(key + i) for i in range(4)]
        rows += [tangent, swing(key * 2, 1), [-value for value in tangent]]
    steps = [[0.1 * i + 0.3 * key - 0.2 * (i % 3) for i in range(3)] for key in range(3) for _ in range(3)]
    file.animate(
        "spline",
        [
            (1, "rotation", times, file.accessor(rows, "VEC4"), "CUBICSPLINE"),
            (0, "translation", times, file.accessor(steps, "VEC3"), "CUBICSPLINE"),
        ],
    )
    save("cubic_spline.gltf", file.text(), 30.0, 31)

    file = File()
    times = file.times([0.0, 1.0])
    turn = file.accessor([axis_angle("z", -60), axis_angle("z", 80)], "VEC4")
    file.animate("thin", [(1, "rotation", times, turn, "LINEAR")])
    save("two_keys_a_second_apart.gltf", file.text(), 30.0, 31)

    file = File()
    times = file.times([0.0, 0.5, 1.0])
    turn = file.accessor([axis_angle("z", 10), [-v for v in axis_angle("z", 40)], axis_angle("z", 100)], "VEC4")
    file.animate("signs", [(1, "rotation", times, turn, "LINEAR")])
    save("rotations_with_both_signs.gltf", file.text(), 30.0, 31)

    file = File()
    times = file.times([0.5 + frame / 30 for frame in range(6)])
    turn = file.accessor([swing(frame, 1) for frame in range(6)], "VEC4")
    file.animate("late", [(1, "rotation", times, turn, "LINEAR")])
    save("first_key_after_half_a_second.gltf", file.text(), 30.0, 21)

    file = File()
    turn = file.accessor([swing(3, 1)], "VEC4")
    file.animate("pose", [(1, "rotation", file.times([0.0]), turn, "LINEAR")])
    save("single_key.gltf", file.text(), 30.0, 1)

    file = File()
    quick, slow = file.times([frame / 30 for frame in range(31)]), file.times([0.0, 0.5, 1.0])
    file.animate(
        "mixed",
        [
            (1, "rotation", quick, file.accessor([swing(frame, 1) for frame in range(31)], "VEC4"), "LINEAR"),
            (2, "scale", slow, file.accessor([[1, 1, 1], [2, 0.5, 1], [1, 1, 3]], "VEC3"), "LINEAR"),
            (0, "translation", slow, file.accessor([[0, 1, 0], [1, 1, 0], [1, 0, 1]], "VEC3"), "STEP"),
        ],
    )
    save("channels_with_keys_of_their_own.gltf", file.text(), 30.0, 31)

    file = File().swinging()
    times = file.times([frame / 24 for frame in range(9)])
    file.animate("nod", [(1, "rotation", times, file.accessor([swing(f, 5) for f in range(9)], "VEC4"), "LINEAR")])
    save("two_takes_at_two_rates.gltf", file.text(), takes=2)

    file = File().swinging()
    file.json["animations"][0]["channels"].append({"sampler": 0, "target": {"path": "rotation"}})
    save("channel_without_a_node.gltf", file.text())

    file = File().swinging()
    file.json["accessors"].append({"componentType": 5126, "count": 6, "type": "VEC3"})
    file.json["accessors"][-1]["sparse"] = {
        "count": 2,
        "indices": {"bufferView": file.view(struct.pack("<2H", 1, 4)), "componentType": 5123},
        "values": {"bufferView": file.view(struct.pack("<6f", 1, 2, 3, -1, 0.5, 0))},
    }
    file.json["animations"][0]["samplers"][4]["output"] = len(file.json["accessors"]) - 1
    save("sparse_over_zeros.gltf", file.text())

    file = File().swinging()
    file.json["accessors"][5]["sparse"] = {
        "count": 1,
        "indices": {"bufferView": file.view(b"\x03"), "componentType": 5121},
        "values": {"bufferView": file.view(struct.pack("<3f", 1, 2, 3))},
    }
    save("sparse_over_values.gltf", file.text())

    file = File().swinging()
    # All accessors in one view, told apart by their offsets.
    for accessor in file.json["accessors"]:
        accessor["byteOffset"] = file.json["bufferViews"][accessor["bufferView"]]["byteOffset"] - 0
        accessor["bufferView"] = 0
    file.json["bufferViews"] = [{"buffer": 0, "byteLength": len(file.data)}]
    save("accessors_in_one_view.gltf", file.text())

    save("skin_with_mesh.glb", skinned().swinging().binary())
    file = skinned().swinging()
    del file.json["skins"][0]["inverseBindMatrices"]
    save("skin_without_inverse_bind_matrices.glb", file.binary())
    file = skinned().swinging()
    file.json["skins"].append({"name": "second", "joints": [3, 2, 1, 0]})
    file.json["nodes"].append({"name": "glasses", "mesh": 0, "skin": 1})
    file.json["scenes"][0]["nodes"].append(5)
    save("two_skins.glb", file.binary())
    file = skinned().swinging()
    file.json["nodes"][3]["mesh"] = 0
    save("mesh_on_a_joint.glb", file.binary())
    file = skinned().swinging()
    file.json["nodes"][3]["children"] = [5]
    file.json["nodes"].append({"name": "hand_end", "translation": [0.1, 0.0, 0.0]})
    save("leaf_that_is_no_joint.glb", file.binary())

    file = skinned().swinging()
    morph = file.accessor([[0.0, 0.1, 0.0]] * 3, "VEC3", min=[0.0, 0.1, 0.0], max=[0.0, 0.1, 0.0])
    file.json["meshes"][0]["primitives"][0]["targets"] = [{"POSITION": morph}]
    animation = file.json["animations"][0]
    animation["samplers"].append({"input": 0, "output": 0, "interpolation": "LINEAR"})
    animation["samplers"][-1]["input"] = animation["samplers"][0]["input"]
    animation["samplers"][-1]["output"] = file.accessor([[0.1 * f] for f in range(6)], "SCALAR")
    animation["channels"].append({"sampler": 5, "target": {"node": 4, "path": "weights"}})
    save("morph_weights_are_animated.glb", file.binary())

    file = skinned().swinging()
    file.json["extensionsUsed"] = file.json["extensionsRequired"] = ["KHR_materials_unlit"]
    file.json["materials"] = [{"extensions": {"KHR_materials_unlit": {}}, "extras": {"note": "kept", "number": 1.5}}]
    file.json["meshes"][0]["primitives"][0]["material"] = 0
    save("required_extension_of_a_material.glb", file.binary())

    bones = ["hips", "spine", "leftUpperArm", "leftHand"]
    file = skinned().swinging()
    file.json["extensionsUsed"] = ["VRM"]
    file.json["extensions"] = {
        "VRM": {
            "specVersion": "0.0",
            "meta": {"title": "drawn", "licenseName": "CC0"},
            "humanoid": {
                "humanBones": [{"bone": b, "node": n} for n, b in enumerate(bones)] + [{"bone": "jaw", "node": -1}]
            },
            "blendShapeMaster": {"blendShapeGroups": [{"name": "Joy", "presetName": "joy", "binds": []}]},
            "secondaryAnimation": {"boneGroups": [{"stiffiness": 0.75, "bones": [3]}], "colliderGroups": []},
        }
    }
    save("vrm_0.vrm", file.binary())
    file = skinned().swinging()
    file.json["extensionsUsed"] = ["VRMC_vrm", "VRMC_springBone"]
    file.json["extensions"] = {
        "VRMC_vrm": {
            "specVersion": "1.0",
            "meta": {"name": "drawn", "authors": ["RoPAR"], "licenseUrl": "https://vrm.dev/licenses/1.0/"},
            "humanoid": {"humanBones": {b: {"node": n} for n, b in enumerate(bones)}},
            "expressions": {"preset": {"happy": {"isBinary": False}}},
        },
        "VRMC_springBone": {"specVersion": "1.0", "springs": [{"joints": [{"node": 3, "stiffness": 0.75}]}]},
    }
    save("vrm_1.vrm", file.binary())
    file = File().swinging()
    file.json["extensionsUsed"] = ["VRMC_vrm_animation"]
    file.json["extensions"] = {
        "VRMC_vrm_animation": {
            "specVersion": "1.0",
            "humanoid": {"humanBones": {b: {"node": n} for n, b in enumerate(bones)}},
        }
    }
    save("vrm_animation.vrma", file.binary())


def skinned() -> File:
    """The chain with a triangle that hangs on it, node 4."""
    file = File()
    bound = [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -0.1, -0.9 - 0.1 * joint, 0, 1] for joint in range(4)]
    corners = [[0.0, 0.9, 0.0], [0.3, 0.9, 0.0], [0.0, 1.5, 0.0]]
    position = file.accessor(corners, "VEC3", min=[0.0, 0.9, 0.0], max=[0.3, 1.5, 0.0])
    joints = file.view(bytes([0, 1, 2, 3] * 3))
    file.json["accessors"].append({"bufferView": joints, "componentType": 5121, "count": 3, "type": "VEC4"})
    weights = file.accessor([[0.4, 0.3, 0.2, 0.1]] * 3, "VEC4")
    attributes = {"POSITION": position, "JOINTS_0": position + 1, "WEIGHTS_0": weights}
    file.json["meshes"] = [{"name": "body", "primitives": [{"attributes": attributes}]}]
    file.json["skins"] = [{"name": "rig", "joints": [0, 1, 2, 3], "inverseBindMatrices": file.accessor(bound, "MAT4")}]
    file.json["nodes"].append({"name": "body", "mesh": 0, "skin": 0})
    file.json["scenes"][0]["nodes"].append(4)
    return file


def wrong() -> None:
    def changed(name: str, change: Any, base: File | None = None) -> None:
        file = base or File().swinging()
        change(file.json)
        save(f"wrong_{name}.gltf", file.text())

    def first(document: dict[str, Any]) -> Any:
        return document["animations"][0]

    changed("circle_of_nodes", lambda d: d["nodes"][3].update(children=[1]) or d["nodes"][0].pop("children"))
    changed("node_with_two_parents", lambda d: d["nodes"][0].update(children=[1, 2]))
    changed("child_that_does_not_exist", lambda d: d["nodes"][3].update(children=[99]))
    changed("animated_node_that_does_not_exist", lambda d: first(d)["channels"][0]["target"].update(node=9))
    changed("sampler_that_does_not_exist", lambda d: first(d)["channels"][1].update(sampler=9))
    changed("accessor_that_does_not_exist", lambda d: first(d)["samplers"][1].update(output=2**40))
    changed("accessor_beyond_its_view", lambda d: d["accessors"][1].update(count=7))
    changed("accessor_with_huge_count", lambda d: d["accessors"][1].update(count=10**9))
    changed("accessor_with_overflowing_offset", lambda d: d["accessors"][1].update(byteOffset=2**64 - 8))
    changed("accessor_of_another_type", lambda d: d["accessors"][1].update(type="VEC2"))
    changed("view_beyond_its_buffer", lambda d: d["bufferViews"][1].update(byteLength=10**6, byteOffset=10**6))
    changed("fewer_values_than_keys", lambda d: d["accessors"][1].update(count=5))
    changed("unknown_interpolation", lambda d: first(d)["samplers"][0].update(interpolation="BEZIER"))
    changed("version_1", lambda d: d["asset"].update(version="1.0"))
    changed("no_asset", lambda d: d.pop("asset"))
    changed("name_that_is_a_number", lambda d: d["nodes"][1].update(name=7))
    changed("rotation_without_length", lambda d: d["nodes"][2].update(rotation=[0, 0, 0, 0]))
    changed("matrix_that_flattens", lambda d: d["nodes"][2].update(matrix=[0] * 16))
    changed("compressed_with_meshopt", lambda d: d["bufferViews"][1].update(extensions={"EXT_meshopt_compression": {}}))
    changed("skin_with_missing_joint", lambda d: d["skins"][0].update(joints=[0, 77]), skinned().swinging())
    changed(
        "humanoid_with_missing_node",
        lambda d: d.update(extensions={"VRMC_vrm": {"humanoid": {"humanBones": {"hips": {"node": 44}}}}}),
    )
    changed(
        "sparse_index_beyond_the_end",
        lambda d: d["accessors"][1].update(
            sparse={
                "count": 1,
                "indices": {"bufferView": 0, "byteOffset": 4, "componentType": 5125},
                "values": {"bufferView": 1},
            }
        ),
    )

    file = File()
    turn = file.accessor([swing(frame, 1) for frame in range(2)], "VEC4")
    file.animate("far", [(1, "rotation", file.times([0.0, 1e30]), turn, "LINEAR")])
    save("wrong_key_at_the_end_of_time.gltf", file.text())
    file = File()
    turn = file.accessor([swing(frame, 1) for frame in range(3)], "VEC4")
    file.animate("back", [(1, "rotation", file.times([0.0, 0.5, 0.4]), turn, "LINEAR")])
    save("wrong_key_times_that_go_back.gltf", file.text())
    file = File().swinging()
    file.data[file.json["bufferViews"][5]["byteOffset"] + 16 : file.json["bufferViews"][5]["byteOffset"] + 20] = (
        struct.pack("<f", float("nan"))
    )
    save("wrong_nan_among_the_keys.glb", file.binary())
    file = File().swinging()
    save("wrong_buffer_that_is_not_there.gltf", file.text("nowhere.bin"))
    save("wrong_buffer_in_the_folder_above.gltf", file.text("../make_gltf_files.py"))
    save("wrong_buffer_on_the_network.gltf", file.text("https://example.org/a.bin"))
    save("wrong_base64.gltf", file.text("data:application/octet-stream;base64,AAA*"))
    save("wrong_short_buffer.gltf", file.text("data:application/octet-stream;base64,AAAA"))
    save("wrong_json.gltf", file.text()[:-40])


if __name__ == "__main__":
    for old in FOLDER.glob("*"):
        if old.name != "expected.json":
            old.unlink()
    readable()
    wrong()
    (FOLDER / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    print(len(index), "readable files,", len(list(FOLDER.glob("wrong_*"))), "wrong ones")
