"""What becomes of bad and odd files, recipes and addresses: something within limits, or a plain sentence."""

import collections
import dataclasses
import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stylecore.artifacts.recipe import Recipe, RecipeError
from stylecore.cli.parser import main
from stylecore.config import TransferConfig
from stylecore.errors import ImageError
from stylecore.imaging.guards import TooComplex, check_structure
from stylecore.imaging.images import MAX_PIXELS, decode, encode_png, picture_size
from stylecore.ui.page import plain
from stylecore.ui.state.url import from_query
from tests.support import hostile
from tests.support.fuzzing import LIMITS, Fuzz, check_sentence, run
from tests.support.hostile_values import queries, recipes
from tests.support.mutations import changed, starting_points

ROOT = Path(__file__).parents[2]
LEAST = {  # files by category that there are to be
    "truncated": 100,
    "flipped": 60,
    "pixels": 20,
    "largest": 10,
    "frames": 30,
    "headers": 100,
    "extensions": 30,
    "modes": 60,
    "metadata": 80,
    "polyglots": 20,
    "layouts": 200,
    "texts": 20,
    "recipe_files": 200,
}
SECONDS = 3.0  # of processor time for the slowest file on two cores, one of 80 million pixels
PATIENCE = 3  # a busy machine, or a slower one, may take as many times that before it is a failure
MEGABYTES = 250  # beyond an idle page, for whatever file


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """What `hostile_run` prints about every file; two processes share the work, each in an empty folder."""
    names = [category.__name__ for category in hostile.CATEGORIES]
    halves = [["largest"], [name for name in names if name != "largest"]]
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(hostile_run, [tmp_path_factory.mktemp("empty") for _ in halves], halves))
    return found[0] + found[1]


def hostile_run(folder, categories):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.long.hostile_run", *categories]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
    except subprocess.TimeoutExpired as error:
        pytest.fail(f"stuck after {(error.stdout or b'').splitlines()[-1:]}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert not os.listdir(folder)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_corpus_has_files_of_every_kind(lines):
    names = [line["name"] for line in lines]
    assert len(set(names)) == len(names) > 700
    counts = collections.Counter(name.split("/")[0] for name in names)
    assert set(counts) == {category.__name__ for category in hostile.CATEGORIES} == set(LEAST)
    assert all(counts[category] >= least for category, least in LEAST.items()), counts


def test_every_file_gives_a_picture_or_a_sentence(lines):
    pictures = 0
    for line in lines:
        for use, result in line["results"].items():
            assert "crash" not in result, (line["name"], use, result)
            if "refusal" in result:
                check_sentence(result["refusal"])
        if size := line["results"]["upload"].get("size"):
            assert 0 < size[0] * size[1] <= MAX_PIXELS
            pictures += 1
    assert 200 < pictures < len(lines) - 200  # neither is everything refused, nor nothing


def test_no_file_takes_long(lines, capsys):
    slowest = sorted(((max(line["seconds"].values()), line["name"]) for line in lines), reverse=True)
    with capsys.disabled():
        print("\nslowest:", ", ".join(f"{name} {seconds:.2f} s" for seconds, name in slowest[:4]))
    assert slowest[0][0] < PATIENCE * SECONDS


def test_no_file_takes_much_memory(lines, capsys):
    largest = sorted(((line["mb"], line["name"]) for line in lines), reverse=True)
    with capsys.disabled():
        print("\nlargest:", ", ".join(f"{name} {mb:.0f} MB" for mb, name in largest[:4]))
    assert largest[0][0] < MEGABYTES


def test_nothing_is_written_and_nothing_started(lines):
    assert [(line["name"], line["written"]) for line in lines if line["written"]] == []


@pytest.fixture(scope="module")
def sample():
    """A sound file with a recipe, and some of every category, by name; the small ones."""
    chance, files = random.Random(0), [("sound", hostile.seeds()["png-recipe"])]
    for category in hostile.CATEGORIES:
        if category not in (hostile.pixels, hostile.largest, hostile.frames, hostile.texts):
            found = [(f"{category.__name__}/{name}", data) for name, data in category() if len(data) < 100_000]
            files += chance.sample(found, 4)
    return files


def test_the_command_line_takes_them_or_refuses_them_in_a_line(sample, vgg, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("stylecore.cli.commands.load_vgg16", lambda *_: vgg)  # 41 times would take most of the time
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sound.png").write_bytes(hostile.seeds()["png"])
    codes = collections.Counter()
    for i, (name, data) in enumerate(sample):
        path = f"{i}.png"
        (tmp_path / path).write_bytes(data)
        for command in (["inspect", path], ["evaluate", "sound.png", "sound.png", path, "--size", "32"]):
            code = main(command)
            out, err = capsys.readouterr()
            codes[command[0], code] += 1
            assert code in (0, 2), name
            assert "Traceback" not in err
            if code == 2:
                assert not out
                assert err.startswith("stylecore: ")
                assert err.count("\n") == 1
                check_sentence(err.strip())
            else:
                assert json.loads(out)
    assert len(os.listdir(tmp_path)) == len(sample) + 1
    assert set(codes) == {(command, code) for command in ("inspect", "evaluate") for code in (0, 2)}


@pytest.mark.parametrize("name", ["a\nb.png", "\x1b[31mred.png", "\u202egnp.exe", "\udcff.png", "a\0b.png"], ids=ascii)
def test_the_name_of_a_file_can_t_break_the_line(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if "\0" not in name:
        Path(name).write_bytes(b"text")
    for command in (["inspect", name], ["evaluate", name, name, name]):
        assert main(command) == 2
        _, err = capsys.readouterr()
        assert err.endswith("\n")
        assert err[:-1].isprintable()


def test_every_recipe_gives_settings_or_a_sentence():
    read, refused, slowest = 0, 0, 0.0
    for name, text in recipes():
        started = time.process_time()
        try:
            recipe = Recipe.from_json(text)
        except RecipeError as error:
            check_sentence(str(error))
            refused += 1
        else:
            assert Recipe.from_json(recipe.to_json()) == dataclasses.replace(recipe, not_understood=()), name
            assert recipe.to_json().encode()
            assert TransferConfig.from_dict(recipe.config.to_dict()) == recipe.config
            read += 1
        slowest = max(slowest, time.process_time() - started)
    assert read > 20
    assert refused > 1500
    assert slowest < PATIENCE * SECONDS


@pytest.mark.parametrize("name", ["device", "content_sha256", "init_sha256"])
@pytest.mark.parametrize("text", ["\ud800", "a\nb", "\x9b31m", "x" * 201, 5, None, ["cpu"]], ids=ascii)
def test_texts_of_a_recipe_are_short_and_printable(name, text):
    sound = json.loads(next(iter(recipes()))[1])
    with pytest.raises(RecipeError, match=f"{name} must be a text"):
        Recipe.from_json(json.dumps({**sound, name: text}))


@pytest.mark.parametrize("step", [-1, 100_001, 10**300])
def test_steps_of_changes_are_in_the_range_of_steps(step):
    sound = json.loads(next(iter(recipes()))[1])
    with pytest.raises(RecipeError, match="step of a change must be from 0"):
        Recipe.from_json(json.dumps({**sound, "changes": [[step, 0.5]]}))


def test_a_recipe_that_is_nested_too_deeply_says_so():
    with pytest.raises(RecipeError, match="nested too deeply"):
        Recipe.from_json("[" * 100_000)


def test_every_address_gives_settings_and_sentences():
    count, told = 0, 0
    for query in queries():
        config, problems = from_query(query, LIMITS)
        assert TransferConfig.from_dict(config.to_dict()) == config
        assert config.size <= LIMITS.max_size
        assert config.steps <= LIMITS.max_steps
        assert len(config.lambdas) == 1
        assert len(problems) <= 2 * len(query)
        for problem in problems:
            check_sentence(problem)
        count, told = count + 1, told + bool(problems)
    assert count > 1000
    assert told > 500


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("λ must be a number, not '7'.", "λ must be a number, not '7'."),
        ("[click](http://evil.example)", "\\[click\\](http\\:\u2060//evil.example)"),
        ("![x](//e.example/p.png)", r"\!\[x\](//e.example/p.png)"),
        (":material/home: $x$ `y`", r"\:material/home\: \$x\$ \`y\`"),
        ("_a_ each of style_layers __b__", r"\_a\_ each of style_layers \_\_b\_\_"),
        ("me@evil.example", "me@\u2060evil.example"),
        ("a\nb\u202ec\x1b", "a�b�c�"),
    ],
)
def test_text_of_strangers_is_shown_as_text(text, shown):
    assert plain(text) == shown


# What is counted before Pillow looks


def tiff_rows(rows):
    return hostile.tiff(4, rows, hostile.entry(273, 4, rows, 8), hostile.entry(279, 4, rows, 8), pixels=bytes(4 * rows))


@pytest.mark.parametrize(
    "data",
    [
        hostile.png(hostile.chunk(b"prVt") * 15_000),
        hostile.gif(1, 1, b"!\xfe" + b"\x01x" * 15_000 + b"\0"),
        hostile.riff((b"VP8X", bytes(10)), *[(b"prVt", b"")] * 15_000),
        b"\xff\xd8" + hostile.segment(0xFE, b"x") * 900 + hostile.seeds()["jpeg-progressive"][2:],
        tiff_rows(40_000),
        *hostile.seeds().values(),
        *(seed[:60] for seed in hostile.seeds().values()),
        *(seed[:5] for seed in hostile.seeds().values()),
        hostile.seeds()["png"] + bytes(2_000_000),
    ],
    ids=len,
)
def test_files_of_a_few_parts_pass(data):
    check_structure(data)


@pytest.mark.parametrize(
    "data",
    [
        hostile.png(hostile.chunk(b"prVt") * 25_000),
        hostile.gif(1, 1, b"!\xfe" + b"\x01x" * 25_000 + b"\0"),
        hostile.gif(1, 1, b"\0" * 25_000),
        hostile.riff((b"VP8X", bytes(10)), *[(b"prVt", b"")] * 25_000),
        b"\xff\xd8" + hostile.segment(0xFE, b"x") * 1_100 + hostile.seeds()["jpeg"][2:],
        b"\xff\xd8" + hostile.segment(0xE1, b"Exif\0\0" + bytes(60_000)) * 20 + hostile.seeds()["jpeg"][2:],
        hostile.seeds()["jpeg-progressive"] + hostile.segment(0xDA, b"\x01\x01\0\x01\x3f\0") * 120,
        tiff_rows(60_000),
        hostile._big_endian(tiff_rows(60_000)),
        hostile.bmp(5_000, 5_000, 8, b"\x01\x01" * 99, rle=1),
        hostile.bmp(50, 50, 4, b"\x01\x01" * 3_000_000, rle=2),
    ],
    ids=len,
)
def test_files_of_too_many_parts_are_refused_before_they_are_read(data):
    with pytest.raises(TooComplex):
        check_structure(data)
    for call in (decode, picture_size):
        with pytest.raises(ImageError):
            call(data, "photo.png")


def test_the_fuzzer_finds_what_is_wrong(tmp_path, monkeypatch):
    def broken(one):
        if one[1].startswith(b"\xff\xd8"):
            raise KeyError("a fault")

    monkeypatch.setattr("tests.support.fuzzing.run", broken)
    fuzz = Fuzz(tmp_path, 0)
    fuzz.run(0)
    assert len(fuzz.findings) == 1
    (name,) = fuzz.findings.values()
    assert (tmp_path / name).read_bytes().startswith(b"\xff\xd8")
    assert "KeyError" in (tmp_path / f"{name}.txt").read_text()


def test_a_moment_of_fuzzing():
    chance, points = random.Random(0), starting_points()
    for _ in range(1_000):
        run(changed(chance.choice(points), points, chance))


def test_what_is_written_here_passes():
    """The limits on parts never meet our own pictures, however large."""
    picture = decode(hostile.seeds()["png"]).resize((2048, 2048))
    check_structure(encode_png(picture, compress=0))
