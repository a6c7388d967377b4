"""A text file of version 7 as a binary one."""

import re
import struct
import zlib

ARRAY_KINDS = {
    "KeyTime": "q",
    "KeyValueFloat": "f",
    "KeyAttrFlags": "i",
    "KeyAttrDataFloat": "f",
    "KeyAttrRefCount": "i",
    "Indexes": "i",
    "PolygonVertexIndex": "i",
}
# Types of properties that are whole numbers.
WHOLE = ('"int"', '"enum"', '"bool"', '"KTime"')
# Their first value is an identifier, which has 64 bits.
OBJECTS = {
    "Model",
    "NodeAttribute",
    "Geometry",
    "Deformer",
    "AnimationStack",
    "AnimationLayer",
    "AnimationCurveNode",
    "AnimationCurve",
}
TOKEN = re.compile(r'"[^"]*"|[{}]|\*\d+|[A-Za-z]\w*:|[^\s{},:]+')


def packed(tokens: list[str], version: int, at: int) -> tuple[bytes, int]:
    """The next record of a text as binary, for a place `at` bytes into the file; and how many tokens it took."""
    name, used, values, children = tokens[0][:-1], 1, [], None
    while used < len(tokens):
        token = tokens[used]
        if token == "{":
            children = used + 1
            break
        if token == "}" or (token.endswith(":") and not token.startswith('"')):
            break
        values.append(token)
        used += 1
    blob = b""
    if children is not None and values and values[0].startswith("*"):
        end = tokens.index("}", used)
        kind = ARRAY_KINDS.get(name, "d")
        numbers = [float(v) if kind in "fd" else int(v) for v in tokens[used + 2 : end]]
        data = struct.pack(f"<{len(numbers)}{kind}", *numbers)
        squeezed = zlib.compress(data)
        blob = {"q": b"l", "f": b"f", "i": b"i", "d": b"d"}[kind] + struct.pack("<III", len(numbers), 1, len(squeezed))
        blob, count, used, children = blob + squeezed, 1, end + 1, None
    else:
        count = len(values)
        for value in values:
            if value.startswith('"'):
                text = value[1:-1].encode()
                if b"::" in text:
                    kind, _, plain = text.partition(b"::")
                    text = plain + b"\0\1" + kind
                blob += b"S" + struct.pack("<I", len(text)) + text
            elif re.fullmatch(r"-?\d+", value) and not (name == "P" and values[1] not in WHOLE):
                is_long = name == "C" or '"KTime"' in values or (name in OBJECTS and value is values[0])
                blob += b"L" + struct.pack("<q", int(value)) if is_long else b"I" + struct.pack("<i", int(value))
            else:
                blob += b"D" + struct.pack("<d", float(value))
    number = "<Q" if version >= 7500 else "<I"
    head = struct.calcsize(number) * 3 + 1
    start = at + head + len(name) + len(blob)
    inside = b""
    if children is not None:
        used = children
        while tokens[used] != "}":
            child, taken = packed(tokens[used:], version, start + len(inside))
            inside, used = inside + child, used + taken
        inside, used = inside + bytes(head), used + 1
    numbers = [start + len(inside), count, len(blob)]
    record = b"".join(struct.pack(number, value) for value in numbers) + bytes([len(name)]) + name.encode()
    return record + blob + inside, used


def binary(text: str, version: int) -> bytes:
    """A text file of version 7 as a binary one."""
    lines = (line for line in text.split("\n") if not line.startswith(";"))
    tokens = TOKEN.findall("\n".join(lines))
    out = b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", version)
    while tokens:
        record, used = packed(tokens, version, len(out))
        out, tokens = out + record, tokens[used:]
    out += bytes(25 if version >= 7500 else 13)
    out += bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
    out += bytes(16 - len(out) % 16) + bytes(4) + struct.pack("<I", version) + bytes(120)
    return out + bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")
