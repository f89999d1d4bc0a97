"""Changes that a fuzzer makes to files, recipes and addresses, and the inputs that it starts from."""

from __future__ import annotations

import json
import random
import urllib.parse
import zlib
from collections.abc import Callable

from tests.support import hostile
from tests.support.hostile_values import NUMBERS, RECIPE, SHAPES, TEXTS, queries, recipes

LONGEST = 50_000  # bytes of an input; larger ones are what the corpus of hostile files is for
Input = tuple[str, bytes]  # ("file", "recipe" or "query", data)


def changed(one: Input, others: list[Input], chance: random.Random) -> Input:
    """Another input, a few changes away."""
    target, data = one
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        change = chance.choice(CHANGES)
        if target == "file" and chance.random() < 0.4:
            change = _in_png if data.startswith(hostile.SIGNATURE) else _in_jpeg if data[:2] == b"\xff\xd8" else change
        elif target != "file" and chance.random() < 0.6:
            change = _in_json if target == "recipe" else _in_query
        data = _splice(data, chance.choice(others)[1], chance) if change is _splice else change(bytearray(data), chance)
    return target, bytes(data[:LONGEST])


def _flip(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 8))):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _overwrite(data: bytearray, chance: random.Random) -> bytes:
    """Numbers at which programs go wrong, in either byte order."""
    number = chance.choice((0, 1, 2, 3, 7, 8, 15, 16, 127, 128, 255, 256, 32_767, 65_535, 2**31 - 1, 2**31, 2**32 - 1))
    width = chance.choice((1, 2, 4))
    at = chance.randrange(len(data) + 1)
    data[at : at + width] = (number % 256**width).to_bytes(width, chance.choice(("big", "little")))
    return bytes(data)


def _cut(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data) + 1)])


def _drop(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 2, 4, 12, 100))]
    return bytes(data)


def _repeat(data: bytearray, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(data) + 1), chance.choice((1, 2, 4, 12, 100))
    data[at:at] = data[at : at + length] * chance.choice((1, 2, 30))
    return bytes(data)


def _splice(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _in_png(data: bytearray, chance: random.Random) -> bytes:
    """A change inside a chunk, or of the order of chunks, with lengths and checksums that are right again."""
    chunks, at = [], 8
    while at + 12 <= len(data) and len(chunks) < 200:
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((bytes(data[at + 4 : at + 8]), bytes(data[at + 8 : at + 8 + length])))
        at += 12 + length
    if chunks:
        i = chance.randrange(len(chunks))
        kind, inside = chunks[i]
        what = chance.randrange(6)
        if what == 0:
            chunks.insert(chance.randrange(len(chunks)), chunks[i])
        elif what == 1:
            del chunks[i]
        elif what == 2:
            j = chance.randrange(len(chunks))
            chunks[i], chunks[j] = chunks[j], chunks[i]
        elif what == 3:
            chunks[i] = (chance.choice(PNG_KINDS), inside)
        elif what == 4 and kind in (b"IDAT", b"zTXt", b"iCCP", b"fdAT"):
            chunks[i] = (kind, _repacked(inside, chance))
        else:
            chunks[i] = (kind, chance.choice(CHANGES[1:])(bytearray(inside), chance))
    return hostile.SIGNATURE + b"".join(hostile.chunk(kind, inside) for kind, inside in chunks)


def _repacked(data: bytes, chance: random.Random) -> bytes:
    """A change of what was deflated."""
    start = max(data.find(b"\x78"), 0)
    try:
        inside = zlib.decompressobj().decompress(data[start:], 10_000)
    except zlib.error:
        return data
    return data[:start] + zlib.compress(chance.choice(CHANGES[1:])(bytearray(inside), chance))


def _in_jpeg(data: bytearray, chance: random.Random) -> bytes:
    """A change inside a segment before the pixels, or of their order, with lengths that are right again."""
    segments, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA and len(segments) < 200:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        segments.append((data[at + 1], bytes(data[at + 4 : at + 2 + length])))
        at += 2 + max(length, 2)
    if segments:
        i = chance.randrange(len(segments))
        marker, inside = segments[i]
        what = chance.randrange(5)
        if what == 0:
            segments.insert(chance.randrange(len(segments)), segments[i])
        elif what == 1:
            del segments[i]
        elif what == 2:
            segments[i] = (
                chance.choice((0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE)),
                inside,
            )
        else:
            segments[i] = (marker, chance.choice(CHANGES[1:])(bytearray(inside), chance)[:65_000])
    return b"\xff\xd8" + b"".join(hostile.segment(*one) for one in segments) + bytes(data[at:])


def _in_json(data: bytearray, chance: random.Random) -> bytes:
    """A hostile value in place of one of a recipe's."""
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        values = json.loads(json.dumps(RECIPE))
    place = values
    while isinstance(place, (dict, list)) and place:
        key = chance.choice(list(place) if isinstance(place, dict) else list(range(len(place))))
        if not isinstance(place[key], (dict, list)) or not place[key] or chance.random() < 0.3:
            value = chance.choice(VALUES)
            place[chance.choice(TEXTS) if isinstance(place, dict) and chance.random() < 0.1 else key] = value
            break
        place = place[key]
    return json.dumps(values).encode()


def _in_query(data: bytearray, chance: random.Random) -> bytes:
    words = dict(urllib.parse.parse_qsl(data.decode("latin-1"), keep_blank_values=True))
    words[chance.choice(WORDS)] = str(chance.choice(VALUES))[:2_000]
    return _encoded(words)


def _encoded(words: dict[str, str]) -> bytes:
    return urllib.parse.urlencode(words, errors="replace").encode()[:LONGEST]


CHANGES: tuple[Callable[..., bytes], ...] = (_splice, _flip, _flip, _overwrite, _overwrite, _cut, _drop, _repeat)
VALUES = (*NUMBERS, *(text for text in TEXTS if len(text) < 9_000), *SHAPES)
WORDS = sorted({word for words in queries() for word in words if len(word) < 40})
PNG_KINDS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"iCCP", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"tEXt", b"zTXt", b"iTXt")
PNG_KINDS += (b"eXIf", b"acTL", b"fcTL", b"fdAT")


def starting_points() -> list[Input]:
    """Sound files of every kind, small ones of the corpus, and some recipes and addresses."""
    small = (hostile.headers, hostile.modes, hostile.metadata, hostile.polyglots)
    files = list(hostile.seeds().values())
    files += [data for category in small for _, data in category() if len(data) < 5_000]
    texts = [text for _, text in recipes() if len(text) < 5_000]
    points = [("file", data) for data in files]
    points += [("recipe", text.encode("utf-8", "surrogatepass")) for text in texts[::20]]
    return points + [("query", _encoded(words)) for words in list(queries())[::20]]
