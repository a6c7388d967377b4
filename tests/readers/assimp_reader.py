"""assimp: world positions of every node in every frame, from the dump that its command line writes.

The dump has nodes with their matrices and the keys of the first animation; what is done here is to follow both down the
hierarchy. It comes with six decimals.
"""

import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

Matrix = list[list[float]]
IDENTITY: Matrix = [[float(row == column) for column in range(4)] for row in range(4)]


def product(a: Matrix, b: Matrix) -> Matrix:
    return [[sum(a[row][k] * b[k][column] for k in range(4)) for column in range(4)] for row in range(4)]


def placed(position: list[float], rotation: list[float], scale: list[float]) -> Matrix:
    """Scale, then the rotation (x, y, z, w), then the position."""
    x, y, z, w = rotation
    turn = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    rows = [[turn[row][column] * scale[column] for column in range(3)] + [position[row]] for row in range(3)]
    return [*rows, [0.0, 0.0, 0.0, 1.0]]


def numbers(element: ElementTree.Element) -> list[float]:
    return [float(word) for word in (element.text or "").split()]


def keys(channel: ElementTree.Element, kind: str) -> list[tuple[float, list[float]]]:
    found = channel.findall(f"./{kind}KeyList/{kind}Key")
    return [(float(key.attrib["time"]), numbers(key)) for key in found]


def at(track: list[tuple[float, list[float]]], time: float) -> list[float]:
    """The key at a time, or the nearest one: files under test have a key in every frame, or one for all."""
    return min(track, key=lambda key: abs(key[0] - time))[1]


def dump(path: Path) -> ElementTree.Element:
    """The scene as assimp has it; raises RuntimeError where assimp does not read the file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scene.assxml"
        command = ["assimp", "dump", str(path), str(out)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if not out.exists():
            raise RuntimeError(f"status {done.returncode}: {(done.stdout + done.stderr).strip()[-500:]}")
        return ElementTree.parse(out).getroot()


def read(path: Path, metres: float) -> tuple[float, list[str], list[list[list[float]]]]:
    """Frames per second, names, and [frame][node][x, y, z]; `metres` is the length of the file's unit."""
    scene = dump(path)
    root = scene.find("./Scene/Node")
    animation = scene.find(".//Animation")
    if root is None or animation is None:
        raise RuntimeError("there are no nodes or there is no animation")
    channels = {
        channel.attrib["node"]: [keys(channel, kind) for kind in ("Position", "Rotation", "Scaling")]
        for channel in animation.findall("./NodeAnimList/NodeAnim")
    }
    times = sorted({time for channel in channels.values() for track in channel for time, _ in track})
    seconds = (times[-1] - times[0]) / float(animation.attrib["tick_cnt"])
    names: list[str] = []
    positions: list[list[list[float]]] = []
    for time in times:
        names = []
        places: list[list[float]] = []
        waiting = [(root, IDENTITY)]
        while waiting:
            node, above = waiting.pop()
            name = node.attrib["name"]
            matrix = node.find("./Matrix4")
            if name in channels:
                local = placed(*(at(track, time) for track in channels[name]))
            else:
                flat = numbers(matrix) if matrix is not None else []
                local = [flat[row * 4 : row * 4 + 4] for row in range(4)] if len(flat) == 16 else IDENTITY
            world = product(above, local)
            names.append(name)
            places.append([world[axis][3] * metres for axis in range(3)])
            waiting += [(child, world) for child in reversed(node.findall("./NodeList/Node"))]
        positions.append(places)
    return (len(times) - 1) / seconds, names, positions
