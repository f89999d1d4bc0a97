"""`transfer` and `batch` of an animation: all of its frames, at its pace; what was reached when it is stopped."""

import csv
import io
import json
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylecore.artifacts.recipe import read_recipe, sha256
from stylecore.cli import animating
from stylecore.cli.parser import main
from stylecore.imaging.animations import frames_of, open_animation
from tests.support.animations import DURATIONS, animated, moving_square
from tests.support.noise import noise_file

ENDINGS = {"GIF": "gif", "PNG": "png", "WEBP": "webp"}
USUAL = ("--size", "32", "--steps", "4", "--device", "cpu")


@pytest.fixture(params=ENDINGS)
def animation(tmp_path, request):
    """An animated file of each format, that is shown three times."""
    path = tmp_path / f"cat.{ENDINGS[request.param]}"
    path.write_bytes(animated(moving_square(), request.param, loop=2 if request.param == "GIF" else 3))
    return path


@pytest.fixture
def gif(tmp_path):
    path = tmp_path / "cat.gif"
    path.write_bytes(animated(moving_square(), "GIF"))
    return path


@pytest.fixture
def style(tmp_path):
    return noise_file(tmp_path / "ink.png", (48, 40), 4)


def shown(path):
    animation = open_animation(path.read_bytes())
    return animation, list(frames_of(animation, 10**4))


def levels(frame):
    return np.asarray(frame.image).astype(int)


def test_every_frame_is_painted_at_its_pace_into_the_same_format(animation, style, tmp_path, capsys):
    out = tmp_path / f"out{animation.suffix}"
    assert main(["transfer", str(animation), style, "-o", str(out), *USUAL]) == 0
    said = capsys.readouterr()
    assert said.out == f"wrote {out}\n"
    assert "4 frames of 32 × 26 pixels, 7 steps" in said.err
    opened, frames = shown(out)
    assert (opened.plays, opened.size) == (3, (32, 26))
    assert [frame.milliseconds for frame in frames] == list(DURATIONS)
    _, before = shown(animation)
    for frame, content in zip(frames, before, strict=True):
        reddest = levels(frame)[..., 0] - levels(frame)[..., 1]
        there = np.asarray(content.image.resize((32, 26))).astype(int)
        there = there[..., 0] - there[..., 1] > 150
        assert reddest[there].mean() > reddest[~there].mean() + 60  # the square is where it was
    recipe = read_recipe(out.read_bytes())
    assert (recipe.frames, recipe.steps_done, recipe.content_sha256) == (4, 4, sha256(animation.read_bytes()))


def test_the_first_frame_is_that_of_a_still_picture(animation, style, tmp_path, capsys):
    assert main(["transfer", str(animation), style, "-o", str(tmp_path / "out.png"), *USUAL]) == 0
    first = ["--frames", "first"]
    assert main(["transfer", str(animation), style, "-o", str(tmp_path / "still.png"), *USUAL, *first]) == 0
    with Image.open(tmp_path / "still.png") as still:
        assert getattr(still, "n_frames", 1) == 1
        np.testing.assert_array_equal(np.asarray(still), levels(shown(tmp_path / "out.png")[1][0])[..., :3])
    capsys.readouterr()
    assert main(["transfer", str(animation), style, "-o", str(tmp_path / "out.jpg"), *USUAL]) == 0
    assert "cat" in (err := capsys.readouterr().err)
    assert "is an animation, and jpeg holds one picture: its first frame is painted" in err


def test_the_recipe_in_an_animation_makes_it_again_to_the_byte(animation, style, tmp_path):
    out, again = (tmp_path / f"{name}{animation.suffix}" for name in ("out", "again"))
    assert main(["transfer", str(animation), style, "-o", str(out), *USUAL, "--blend", "0.2", "--seed", "7"]) == 0
    assert main(["transfer", str(animation), style, "-o", str(again), "--recipe", str(out), "--device", "cpu"]) == 0
    assert again.read_bytes() == out.read_bytes()
    assert main(["inspect", str(out)]) == 0


def test_each_lambda_becomes_an_animation_of_its_own_and_the_log_names_frames(gif, style, tmp_path):
    log = tmp_path / "steps.jsonl"
    two = ("--lambda", "0.1", "--lambda", "0.9", "--log", str(log))
    assert main(["transfer", str(gif), style, "-o", str(tmp_path / "out.webp"), *USUAL, *two]) == 0
    assert main(["transfer", str(gif), style, "-o", str(tmp_path / "alone.webp"), *USUAL, "--lambda", "0.9"]) == 0
    _, frames = shown(tmp_path / "out-0.9.webp")
    for frame, alone in zip(frames, shown(tmp_path / "alone.webp")[1], strict=True):
        np.testing.assert_array_equal(levels(frame), levels(alone))
    assert open_animation((tmp_path / "out-0.1.webp").read_bytes()).count == 4
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(line["frame"], line["step"]) for line in lines if line["lam"] == 0.1] == [
        *((0, step) for step in range(5)),
        *((frame, step) for frame in (1, 2, 3) for step in (0, 1)),
    ]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_what_is_transparent_stays_so_in_every_frame(kind, style, tmp_path):
    path, out = (tmp_path / f"{name}.{ENDINGS[kind]}" for name in ("cat", "out"))
    options = {} if kind == "WEBP" else {"disposal": 2}  # or a GIF's frame would show through the next one
    path.write_bytes(animated(moving_square(mode="RGBA"), kind, **options))
    assert main(["transfer", str(path), style, "-o", str(out), *USUAL, "--size", "40"]) == 0
    for frame, content in zip(shown(out)[1], shown(path)[1], strict=True):
        np.testing.assert_array_equal(levels(frame)[..., 3], levels(content)[..., 3])


def test_a_stop_keeps_the_frames_that_are_finished(gif, style, tmp_path, monkeypatch, capsys):
    keep, count = animating.AnimationRun._keep, []

    def stopped_in_the_third(self, step):
        count.append(step)
        if len(count) == 3:
            signal.raise_signal(signal.SIGINT)
        keep(self, step)

    monkeypatch.setattr(animating.AnimationRun, "_keep", stopped_in_the_third)
    out = tmp_path / "out.gif"
    assert main(["transfer", str(gif), style, "-o", str(out), *USUAL]) == 130
    assert f"stopped; wrote 2 of 4 frames to {out}" in capsys.readouterr().err
    opened, frames = shown(out)
    assert (opened.count, [frame.milliseconds for frame in frames]) == (2, list(DURATIONS[:2]))
    assert read_recipe(out.read_bytes()).frames == 2


def test_a_stop_before_the_first_frame_writes_nothing(gif, style, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(animating.AnimationRun, "_keep", lambda *_: signal.raise_signal(signal.SIGTERM))
    assert main(["transfer", str(gif), style, "-o", str(tmp_path / "out.gif"), *USUAL]) == 130
    assert "stopped before there was a picture" in capsys.readouterr().err
    assert not (tmp_path / "out.gif").exists()


def test_a_file_that_is_cut_off_gives_the_frames_before_and_a_sentence(style, tmp_path, capsys):
    data = animated(moving_square(4, (160, 120)), "GIF")
    (tmp_path / "cat.gif").write_bytes(data[: data.rindex(b"!\xf9") + 30])
    out = tmp_path / "out.gif"
    status = main(["transfer", str(tmp_path / "cat.gif"), style, "-o", str(out), *USUAL])
    said = capsys.readouterr().err
    assert (status, "wrote 3 of 4 frames" in said, "damaged" in said) == (2, True, True)
    assert open_animation(out.read_bytes()).count == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["STILL", "-o", "out.gif"], "is taken as one picture: choose PNG"),
        (["GIF", "-o", "out.gif", "--frames", "first"], "is taken as one picture: choose PNG"),
        (["GIF", "-o", "out.gif", "--checkpoint", "on"], "no checkpoints of animations"),
        (["GIF", "-o", "out.png", "--from", "SMALL", "--size", "64"], "can't be made large"),
        (["GIF", "-o", "out.png", "--format", "gif"], "does not end as --format gif says"),
        (["GIF", "-o", "out.xcf"], "must end in .png, .jpg, .webp or .tif (an animation in .gif)"),
        (["GIF", "-o", "out.gif", "--size", "8192"], "million in all: choose a smaller --size"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(gif, style, tmp_path, capsys, monkeypatch, options, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(animating, "MOST_PAINTED", 4 * 8000 * 6000)
    small = tmp_path / "small.png"
    assert main(["transfer", str(gif), style, "-o", str(small), *USUAL, "--frames", "first", "--steps", "0"]) == 0
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    capsys.readouterr()
    names = {"STILL": style, "GIF": str(gif), "SMALL": str(small)}
    first, *rest = [names.get(option, option) for option in options]
    assert main(["transfer", first, style, "--device", "cpu", *rest]) == 2
    assert words in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files


def test_a_batch_paints_animations_in_their_own_formats_beside_pictures(style, tmp_path, capsys):
    (tmp_path / "photos").mkdir()
    for kind, ending in ENDINGS.items():
        (tmp_path / "photos" / f"{kind}.{ending}").write_bytes(animated(moving_square(), kind))
    noise_file(tmp_path / "photos" / "dog.jpg", (40, 32), 1)
    run = ["batch", str(tmp_path / "photos"), "--style", style, "-o", str(tmp_path / "out"), *USUAL]
    assert main(run) == 0
    names = {f"{kind}-ink-0.2.{ending}" for kind, ending in ENDINGS.items()}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *names,
        "dog-ink-0.2.png",
        "pictures.csv",
        "sheet.jpg",
    }
    alone = tmp_path / "alone.gif"
    assert main(["transfer", str(tmp_path / "photos" / "GIF.gif"), style, "-o", str(alone), *USUAL]) == 0
    assert (tmp_path / "out" / "GIF-ink-0.2.gif").read_bytes() == alone.read_bytes()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "pictures.csv").read_text(encoding="utf-8"))))
    assert all(row["total_loss"] and not row["trouble"] for row in rows)
    capsys.readouterr()
    assert main(run) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["already_there"] == 4


def test_a_batch_in_another_format_takes_all_frames_or_the_first(gif, style, tmp_path):
    run = ["batch", str(gif), "--style", style, *USUAL]
    for options, name, count in (
        (["--format", "webp"], "cat-ink-0.2.webp", 4),
        (["--format", "jpeg"], "cat-ink-0.2.jpg", 1),
        (["--frames", "first"], "cat-ink-0.2.png", 1),
    ):
        folder = Path(tmp_path / name)
        assert main([*run, "-o", str(folder), *options]) == 0
        with Image.open(folder / name) as image:
            assert getattr(image, "n_frames", 1) == count


def test_a_batch_tells_the_first_frame_from_all_of_them(gif, style, tmp_path, capsys):
    run = ["batch", str(gif), "--style", style, *USUAL, "-o", str(tmp_path / "out"), "--format", "png"]
    assert main([*run, "--frames", "first"]) == 0
    assert main([*run, "--frames", "first"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-2])["already_there"] == 1
    assert main(run) == 2
    assert "is there already, made with other settings" in capsys.readouterr().err
