"""A coverage-guided fuzzer of the decoder, the recipe reader and the address reader.

An input that reaches a line of stylecore, or of Pillow's Python code, that none reached before joins those that are
changed further. What Pillow does in C runs but isn't measured; the lines of Python that depend on its answers stand in
for that. A finding is any exception but the two that are promised, an answer that isn't a plain sentence, a picture
outside the limits, more than two seconds of processor time, or memory beyond the bound.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import random
import resource
import signal
import sys
import time
import traceback
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

import PIL
from PIL import Image

import stylecore
from stylecore.artifacts.recipe import Recipe, RecipeError, read_recipe
from stylecore.config import SETTINGS
from stylecore.engine.limits import Limits
from stylecore.errors import ImageError
from stylecore.imaging.images import MAX_PIXELS, decode
from stylecore.ui.state.url import from_query
from tests.support.mutations import Input, changed, starting_points

LIMITS = Limits(max_size=1024, max_steps=2000, max_waiting=9, kept_mb=9, state_mb=9)
SECONDS = 2.0
MEGABYTES = 1_200  # beyond those at the start
FOLDERS = tuple(str(Path(module.__file__ or "").parent) + os.sep for module in (stylecore, PIL))


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
