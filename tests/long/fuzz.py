"""Coverage-guided fuzzing of the decoder, the recipe reader and the address reader.

`python -m tests.long.fuzz --minutes 10 --seed 1 --findings /tmp/findings`. An input that reaches a line of stylecore or
of Pillow's Python code that none reached before joins those that are changed further. What Pillow does in C is run but
not measured: for that, lines of Python that depend on its answers have to do. A finding is any exception but the two
that are promised, an answer that is no plain sentence, a picture outside the limits, more than two seconds of
processor time, or memory beyond the bound. The exit code is 1 when something was found. Should the interpreter itself
be killed, the input is in the findings' folder as `current`.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import random
import resource
import signal
import sys
import time
import traceback
import urllib.parse
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

import PIL
from PIL import Image

import stylecore
from stylecore.artifacts.recipe import Recipe, RecipeError, read_recipe
from stylecore.config import SETTINGS
from stylecore.engine.limits import Limits
from stylecore.imaging.images import MAX_PIXELS, ImageError, decode
from stylecore.ui.state.url import from_query
from tests.support import hostile
from tests.support.hostile_values import NUMBERS, RECIPE, SHAPES, TEXTS, queries, recipes

LIMITS = Limits(max_size=1024, max_steps=2000, max_waiting=9, kept_mb=9, state_mb=9)
SECONDS = 2.0
MEGABYTES = 1_200  # beyond those at the start
LONGEST = 50_000  # bytes of an input: those that are larger are for the corpus
FOLDERS = tuple(str(Path(module.__file__ or "").parent) + os.sep for module in (stylecore, PIL))
Input = tuple[str, bytes]


class Hang(BaseException):
    """An input took far too long; no handler of ordinary errors swallows it."""


class Lines:
    """The lines of stylecore and Pillow that were run."""

    def __init__(self) -> None:
        self.seen: set[tuple[CodeType, int]] = set()
        self._ours: dict[str, bool] = {}

    def trace(self, frame: FrameType, event: str, argument: object) -> Callable[..., object] | None:
        name = frame.f_code.co_filename
        if name not in self._ours:
            self._ours[name] = name.startswith(FOLDERS)
        return self._line if self._ours[name] else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Callable[..., object]:
        self.seen.add((frame.f_code, frame.f_lineno))
        return self._line


def run(one: Input) -> None:
    """Hands an input to what reads it, and checks the answer.

    Raises:
        AssertionError: if the answer is not as promised; any other exception was promised never to come.
    """
    target, data = one
    try:
        if target == "file":
            try:
                _check_picture(decode(data))
            except ImageError as error:
                check_sentence(str(error))
            read_recipe(data)
        elif target == "recipe":
            _check_recipe(Recipe.from_json(data.decode("utf-8", "surrogateescape")))
        else:
            words = dict(urllib.parse.parse_qsl(data.decode("latin-1"), keep_blank_values=True))
            config, problems = from_query(words, LIMITS)
            assert config.size <= LIMITS.max_size
            assert config.steps <= LIMITS.max_steps
            for problem in problems:
                check_sentence(problem)
    except (ImageError, RecipeError) as error:
        check_sentence(str(error))


def check_sentence(text: str) -> None:
    """One plain sentence, or two short ones."""
    assert text.isprintable(), f"not printable: {text!a}"
    assert text.endswith("."), f"no sentence: {text}"
    assert len(text) < 400, f"long: {text}"
    assert "Traceback" not in text, text
    assert "<class" not in text, text
    assert " object at 0x" not in text, text


def _check_picture(picture: Image.Image) -> None:
    assert picture.mode == "RGB", picture.mode
    assert not picture.info, picture.info
    assert 0 < picture.width * picture.height <= MAX_PIXELS, picture.size


def _check_recipe(recipe: Recipe) -> None:
    text = recipe.to_json()
    text.encode()
    assert Recipe.from_json(text) == dataclasses.replace(recipe, not_understood=())
    assert SETTINGS["size"].low <= recipe.config.size <= SETTINGS["size"].high


# Changes


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

# The loop


def starting_points() -> list[Input]:
    """Sound files of every kind, small ones of the corpus, and some recipes and addresses."""
    small = (hostile.headers, hostile.modes, hostile.metadata, hostile.polyglots)
    files = list(hostile.seeds().values())
    files += [data for category in small for _, data in category() if len(data) < 5_000]
    texts = [text for _, text in recipes() if len(text) < 5_000]
    points = [("file", data) for data in files]
    points += [("recipe", text.encode("utf-8", "surrogatepass")) for text in texts[::20]]
    return points + [("query", _encoded(words)) for words in list(queries())[::20]]


class Fuzz:
    """A run: the inputs that reached new lines, and what was found."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.lines, self.corpus, self.findings = Lines(), [], {}
        self.executions, self.slowest = 0, (0.0, "")
        self._chance, self._folder = random.Random(seed), folder
        self._current = os.open(folder / "current", os.O_RDWR | os.O_CREAT)
        self._memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def run(self, seconds: float) -> None:
        """Tries the starting points, and then changes of what reached new lines until the time is over."""
        end = time.monotonic() + seconds
        for one in starting_points():
            self._try(one)
        told = time.monotonic()
        while time.monotonic() < end:
            recent = self.corpus[-len(self.corpus) // 5 :] if self._chance.random() < 0.5 else self.corpus
            self._try(changed(self._chance.choice(recent), self.corpus, self._chance))
            if time.monotonic() - told > 60:
                told = time.monotonic()
                print(self.report(), flush=True)

    def report(self) -> str:
        """One line of figures."""
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self._memory) / 1024
        return (
            f"{self.executions} executions, {len(self.corpus)} inputs kept, {len(self.lines.seen)} lines, slowest "
            f"{self.slowest[0] * 1000:.0f} ms ({self.slowest[1]}), +{memory:.0f} MB, {len(self.findings)} findings"
        )

    def _try(self, one: Input) -> None:
        os.ftruncate(self._current, 0)
        os.pwrite(self._current, one[1], 0)
        before, started, trouble = len(self.lines.seen), time.process_time(), ""
        signal.alarm(30)
        sys.settrace(self.lines.trace)
        try:
            run(one)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            trouble = "".join(traceback.format_exception(error))
        finally:
            sys.settrace(None)
            signal.alarm(0)
        seconds = time.process_time() - started
        self.executions += 1
        if seconds > self.slowest[0]:
            name = hashlib.sha256(one[1]).hexdigest()[:12]
            self.slowest = (seconds, f"{one[0]} {name}")
            (self._folder / f"slowest-{one[0]}").write_bytes(one[1])
        if not trouble and seconds > SECONDS:
            trouble = self._timed_again(one)
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self._memory) / 1024
        if memory > MEGABYTES:
            trouble, self._memory = f"{memory:.0f} MB", self._memory + int(memory * 1024)
        if trouble:
            self._keep(one, trouble)
        if len(self.lines.seen) > before:
            self.corpus.append(one)

    def _timed_again(self, one: Input) -> str:
        """Tracing makes Python code about ten times slower: what counts is the time without."""
        started = time.process_time()
        run(one)
        seconds = time.process_time() - started
        return f"{seconds:.1f} s" if seconds > SECONDS else ""

    def _keep(self, one: Input, trouble: str) -> None:
        """Saves the first input for every place in which something went wrong."""
        place = "".join(line for line in trouble.splitlines() if "File " in line)[-300:] or trouble.split(" ")[-1]
        if place not in self.findings:
            name = f"{one[0]}-{hashlib.sha256(one[1]).hexdigest()[:12]}"
            self.findings[place] = name
            (self._folder / name).write_bytes(one[1])
            (self._folder / f"{name}.txt").write_text(trouble, errors="backslashreplace")
            print(f"found {name}: {trouble.strip().splitlines()[-1]!a:.300}", flush=True)


def _hang(_signal: int, _frame: FrameType | None) -> None:
    raise Hang


def main() -> int:
    """Returns 1 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.long.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--findings", type=Path, default=Path("findings"), help="folder for what is found")
    options = parser.parse_args()
    options.findings.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    signal.signal(signal.SIGALRM, _hang)
    fuzz = Fuzz(options.findings, options.seed)
    started = time.monotonic()
    fuzz.run(60 * options.minutes)
    print(f"{fuzz.report()}, {fuzz.executions / (time.monotonic() - started) * 60:.0f} executions a minute")
    return 1 if fuzz.findings else 0


if __name__ == "__main__":
    sys.exit(main())
