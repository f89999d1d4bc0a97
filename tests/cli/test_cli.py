"""The command line as scripts see it: files, exit codes, what is on stdout and what on stderr."""

import dataclasses
import hashlib
import json
import os
import pty
import signal
import subprocess
import sys
import threading
import urllib.error
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from stylecore.artifacts.recipe import CHUNK, read_recipe
from stylecore.cli import commands, run
from stylecore.cli.parser import main, parse
from stylecore.config import PRESETS, SETTINGS
from stylecore.imaging.images import encode_png
from stylecore.imaging.tiff_pages import Tag, picture_page
from stylecore.samples import sample_contents
from stylecore.transfer.records import TransferError
from tests.support.noise import noise_file

ROOT = Path(__file__).parents[2]
TINY = ("--size", "32", "--steps", "2", "--device", "cpu")


@pytest.fixture
def transfer(inputs, tmp_path):
    def run(*options, output="out.png", size=TINY):
        assert main(["transfer", *inputs, "-o", str(tmp_path / output), *size, *options]) == 0
        return tmp_path / output

    return run


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def recipe(path):
    with Image.open(path) as image:
        return json.loads(image.text[CHUNK])


def log(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def refused(capsys, *arguments):
    """The sentence on stderr of a command that must not succeed."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("stylecore: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err
    return err


def test_transfer_writes_a_picture_with_its_recipe(transfer, inputs, capsys):
    output = transfer("--lambda", "0.3", "--seed", "5")
    assert pixels(output).shape == (24, 32, 3)
    found = recipe(output)
    assert found["config"]["lambdas"] == [0.3]
    assert (found["config"]["size"], found["config"]["steps"], found["config"]["seed"]) == (32, 2, 5)
    assert found["contents"][0]["sha256"] == hashlib.sha256(Path(inputs[0]).read_bytes()).hexdigest()
    assert found["styles"][0]["sha256"] == hashlib.sha256(Path(inputs[1]).read_bytes()).hexdigest()
    assert found["steps_done"] == 2
    assert os.listdir(output.parent) == ["out.png"]
    out, err = capsys.readouterr()
    assert str(output) in out
    assert "32 × 24 pixels, 2 steps on cpu: about " in err
    assert err.count("\n") == 1


def test_several_lambdas_write_what_each_gives_alone(transfer, tmp_path):
    transfer("--lambda", "0.2", "--lambda", "0.5", "--lambda", "1", "--log", str(tmp_path / "all.jsonl"))
    assert {path.name for path in tmp_path.iterdir()} == {"out-0.2.png", "out-0.5.png", "out-1.png", "all.jsonl"}
    assert [(line["step"], line["lam"]) for line in log(tmp_path / "all.jsonl")] == [
        (step, lam) for step in range(3) for lam in (0.2, 0.5, 1.0)
    ]
    for lam in ("0.2", "0.5"):
        alone = transfer("--lambda", lam, output="alone.png")
        batch = tmp_path / f"out-{lam}.png"
        np.testing.assert_array_equal(pixels(batch), pixels(alone))
        assert recipe(batch) == recipe(alone)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_the_log_has_the_losses_of_every_step(transfer, tmp_path, optimizer):
    steps = tmp_path / "steps.jsonl"
    output = transfer("--lambda", "0.3", "--optimizer", optimizer, "--log", str(steps))
    lines = log(steps)
    assert [line["step"] for line in lines] == [0, 1, 2]
    for line in lines:
        assert list(line) == ["step", "lam", "content_loss", "style_loss", "total_loss", "seconds"]
        expected = 0.3 * line["content_loss"] + 0.7 * line["style_loss"]
        assert line["total_loss"] == pytest.approx(expected, rel=1e-5)
    assert lines[0]["content_loss"] == pytest.approx(0, abs=1e-9)
    assert lines[-1]["total_loss"] < lines[0]["total_loss"]
    assert sorted(line["seconds"] for line in lines) == [line["seconds"] for line in lines]
    assert recipe(output)["losses"] == {name: lines[-1][f"{name}_loss"] for name in ("content", "style", "total")}


def test_evaluate_agrees_with_the_log(transfer, inputs, tmp_path, capsys):
    output = transfer("--steps", "6", "--log", str(tmp_path / "steps.jsonl"))
    capsys.readouterr()
    assert main(["evaluate", *inputs, str(output), "--size", "32", "--weights", "calibrated"]) == 0
    judged, last = json.loads(capsys.readouterr().out), log(tmp_path / "steps.jsonl")[-1]
    for name in ("content", "style"):
        assert judged[f"{name}_loss"] == pytest.approx(last[f"{name}_loss"], rel=0.01)
        assert judged[f"{name}_loss"] == pytest.approx(sum(judged[f"{name}_layers"].values()), rel=1e-5)
    assert judged["size"] == [32, 24]
    assert judged["resized"] is False


def test_evaluate_judges_any_picture(inputs, capsys):
    assert main(["evaluate", *inputs, inputs[0], "--size", "32"]) == 0
    judged = json.loads(capsys.readouterr().out)
    assert (judged["loss_weighting"], judged["resized"]) == ("paper", True)
    assert list(judged["style_layers"]) == ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
    assert judged["style_loss"] > 0


@pytest.mark.parametrize("statistic", SETTINGS["statistic"].labels)
def test_evaluate_judges_by_any_description_of_style(inputs, capsys, statistic):
    command = ["evaluate", *inputs, inputs[0], "--size", "32", "--weights", "calibrated", "--statistic", statistic]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["style_loss"] == pytest.approx(1, rel=0.2)  # CONTENT, scaled otherwise


def test_inspect_prints_the_recipe_whatever_the_format(transfer, capsys):
    expected = recipe(transfer())
    for name in ("out.png", "out.JPG", "out.webp", "out.tif"):
        output = transfer(output=name)
        capsys.readouterr()
        assert main(["inspect", str(output)]) == 0
        assert json.loads(capsys.readouterr().out) == expected


@pytest.mark.parametrize(
    "options",
    [
        ("--init", "noise", "--seed", "3", "--lambda", "0.4"),
        ("--preset", "notebook"),
        ("--colours", "luminance", "--blend", "0.25"),
    ],
)
def test_a_recipe_repeats_its_picture(transfer, inputs, tmp_path, options):
    first = transfer(*options)
    again = tmp_path / "again.png"
    assert main(["transfer", *inputs, "-o", str(again), "--recipe", str(first), "--device", "cpu"]) == 0
    np.testing.assert_array_equal(pixels(again), pixels(first))
    assert recipe(again) == recipe(first)


def test_a_tiff_repeats_to_the_last_of_its_sixteen_bits(transfer, inputs, tmp_path):
    first, again = transfer("--lambda", "0.4", "--blend", "0.25", output="first.tif"), tmp_path / "again.tiff"
    assert main(["transfer", *inputs, "-o", str(again), "--recipe", str(first), "--device", "cpu"]) == 0
    assert picture_page(first.read_bytes()).values(Tag.BITS) == (16, 16, 16)
    assert again.read_bytes() == first.read_bytes()


def test_a_recipe_repeats_in_the_precision_that_was_used(transfer, inputs, tmp_path):
    first = transfer("--precision", "bfloat16", "--steps", "3")
    undecided = tmp_path / "undecided.png"
    with Image.open(first) as image:
        text = json.dumps(recipe(first) | {"config": recipe(first)["config"] | {"precision": "auto"}})
        undecided.write_bytes(encode_png(image, {CHUNK: text}))
    again = tmp_path / "again.png"
    assert main(["transfer", *inputs, "-o", str(again), "--recipe", str(undecided), "--device", "cpu"]) == 0
    np.testing.assert_array_equal(pixels(again), pixels(first))
    assert recipe(again)["precision"] == "bfloat16"


def test_a_recipe_that_began_with_a_picture_repeats_its_stop(inputs, tmp_path, capsys):
    first, again = tmp_path / "first.png", tmp_path / "again.png"
    start = ("--init-image", inputs[1])
    assert main(["transfer", *inputs, "-o", str(first), *TINY, *start]) == 0
    stopped = dataclasses.replace(read_recipe(first.read_bytes()), steps_done=1, changes=((0, 0.9),))
    with Image.open(first) as image:
        first.write_bytes(encode_png(image.convert("RGB"), {CHUNK: stopped.to_json()}))
    capsys.readouterr()
    options = ["-o", str(again), "--recipe", str(first), "--device", "cpu"]
    assert main(["transfer", *inputs, *options, *start]) == 0
    assert "note:" not in capsys.readouterr().err
    assert recipe(again)["steps_done"] == 1
    assert recipe(again)["changes"] == [[0, 0.9]]
    assert main(["transfer", *inputs, *options, "--init-image", inputs[0]]) == 0
    assert "the init picture is not the one of the recipe" in capsys.readouterr().err


def test_postprocessing_works_on_the_very_picture(transfer):
    plain = transfer()
    before, losses = pixels(plain), recipe(plain)["losses"]
    postprocessed = transfer("--colours", "statistics")
    assert (pixels(postprocessed) != before).any()
    assert recipe(postprocessed)["postprocess"] == {"colours": "statistics", "blend": 0.0}
    assert recipe(postprocessed)["losses"] == losses


def test_postprocessing_goes_on_top_of_a_recipe_whose_run_is_repeated(transfer, inputs, tmp_path):
    def repeated(*options):
        assert main(["transfer", *inputs, "-o", str(tmp_path / "again.png"), "--recipe", str(first), *options]) == 0
        return recipe(tmp_path / "again.png")

    first = transfer("--lambda", "0.4", "--colours", "luminance", "--blend", "0.25")
    found = repeated("--blend", "0.5")
    assert found == {**recipe(first), "postprocess": {"colours": "luminance", "blend": 0.5}}
    assert "postprocess" not in repeated("--colours", "style", "--blend", "0")
    found = repeated("--steps", "1")
    assert (found["steps_done"], found["postprocess"]) == (1, recipe(first)["postprocess"])


def test_options_go_on_top_of_a_recipe(transfer, inputs, tmp_path):
    first, other = transfer("--lambda", "0.4"), tmp_path / "other.png"
    assert main(["transfer", *inputs, "-o", str(other), "--recipe", str(first), "--steps", "1"]) == 0
    assert recipe(other)["steps_done"] == 1
    assert recipe(other)["config"] == {**recipe(first)["config"], "steps": 1}


def test_the_seed_decides_the_noise_and_nothing_else(transfer):
    def noisy(seed):
        return pixels(transfer("--init", "noise", "--seed", seed))

    first = noisy("1")
    np.testing.assert_array_equal(noisy("1"), first)
    assert (noisy("2") != first).any()
    np.testing.assert_array_equal(pixels(transfer("--seed", "1")), pixels(transfer("--seed", "2")))


@pytest.mark.parametrize("preset", PRESETS)
def test_presets(transfer, preset):
    config = recipe(transfer("--preset", preset))["config"]
    expected = dataclasses.replace(PRESETS[preset], size=32, steps=2)
    assert config == json.loads(json.dumps(expected.to_dict()))


def test_every_option_reaches_the_recipe(transfer, inputs):
    settings = {
        "optimizer": "adam",
        "loss_weighting": "paper",
        "statistic": "covariance",
        "pooling": "average",
        "padding": "replicate",
        "coarse_to_fine": "off",
        "style_scale": 0.75,
        "total_variation": 0.5,
    }
    names = {"total_variation": "tv"}
    options = [
        word
        for name, value in settings.items()
        for word in (f"--{names.get(name, name).replace('_', '-')}", str(value))
    ]
    found = recipe(transfer(*options, "--init-image", inputs[1]))
    assert {name: found["config"][name] for name in settings} == settings
    assert found["config"]["init"] == "image"
    assert found["init_sha256"] == found["styles"][0]["sha256"]


def test_no_steps_give_the_content_itself(transfer, inputs):
    with Image.open(inputs[0]) as content:
        expected = np.asarray(content.resize((32, 24), Image.Resampling.LANCZOS))
    np.testing.assert_array_equal(pixels(transfer("--steps", "0")), expected)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["none.png", "STYLE"], "none.png can't be read"),
        (["CONTENT", "."], "can't be read"),
        (["text.png", "STYLE"], "isn't a picture we can read"),
        (["empty.png", "STYLE"], "is empty"),
        (["half.png", "STYLE"], "damaged"),
        (["panorama.png", "STYLE"], "size of at least 640"),
        (["CONTENT", "panorama.png"], "size of at least 640"),
        (["CONTENT", "STYLE", "--lambda", "2"], "from 0 to 1"),
        (["CONTENT", "STYLE", "--lambda=-0.1"], "from 0 to 1"),
        (["CONTENT", "STYLE", "--lambda", "nan"], "from 0 to 1"),
        (["CONTENT", "STYLE", "--lambda", "0.2", "--lambda", "0.2"], "twice"),
        (["CONTENT", "STYLE", "--size", "8"], "size must be"),
        (["CONTENT", "STYLE", "--size", "9000"], "size must be"),
        (["CONTENT", "STYLE", "--steps", "-1"], "steps must be"),
        (["CONTENT", "STYLE", "--tv", "inf"], "total_variation must be"),
        (["CONTENT", "STYLE", "--blend", "2"], "blend must be a number from 0 to 1, not 2.0"),
        (["CONTENT", "STYLE", "--blend=-0.1"], "blend must be"),
        (["CONTENT", "STYLE", "--blend", "nan"], "blend must be"),
        (["CONTENT", "STYLE", "-o", "none/out.png"], "folder none does not exist"),
        (["CONTENT", "STYLE", "-o", "out.xcf"], "must end in .png, .jpg, .webp or .tif"),
        (["CONTENT", "STYLE", "-o", "out.jpg", "--format", "tiff"], "does not end as --format tiff says"),
        (["CONTENT", "STYLE", "-o", "out"], "must end in .png"),
        (["CONTENT", "STYLE", "-o", "CONTENT"], "overwrite an input"),
        (["CONTENT", "STYLE", "-o", "./folder.png"], "overwrite a folder"),
        (["CONTENT", "STYLE", "--log", "STYLE"], "overwrite an input"),
        (["CONTENT", "STYLE", "--log", "./out.png"], "overwrite a picture"),
        (["CONTENT", "STYLE", "--log", "none/steps.jsonl"], "folder none does not exist"),
        (["CONTENT", "STYLE", "--init-image", "none.png"], "none.png can't be read"),
        (["CONTENT", "STYLE", "--recipe", "none.png"], "none.png can't be read"),
        (["CONTENT", "STYLE", "--recipe", "CONTENT"], "no recipe"),
        (["CONTENT", "STYLE", "--recipe", "text.png"], "no recipe"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_sentence_and_nothing_is_written(inputs, tmp_path, monkeypatch, capsys, options, words):
    monkeypatch.chdir(tmp_path)
    Path("text.png").write_text("hello")
    Path("empty.png").touch()
    Path("half.png").write_bytes(Path(inputs[0]).read_bytes()[:300])
    Path("folder.png").mkdir()
    noise_file("panorama.png", (1600, 40), 3)
    files = {file: file.stat().st_mtime_ns for file in [*tmp_path.iterdir(), *map(Path, inputs)]}
    names = {"CONTENT": inputs[0], "STYLE": inputs[1]}
    arguments = [names.get(option, option) for option in options]
    if "-o" not in arguments:
        arguments += ["-o", "out.png"]
    assert words in refused(capsys, "transfer", *arguments)
    assert {file: file.stat().st_mtime_ns for file in [*tmp_path.iterdir(), *map(Path, inputs)]} == files


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--preset", "monet"], "studio"),
        (["--optimizer", "sgd"], "lbfgs"),
        (["--init", "image"], "noise"),
        (["--size", "many"], "--size"),
        (["--lambda", "half"], "--lambda"),
        (["--colours", "gold"], "luminance"),
        (["--blend", "half"], "--blend"),
        (["--colour", "red"], "--colour"),
    ],
)
def test_unknown_options_exit_2_naming_the_choices(inputs, tmp_path, capsys, option, words):
    with pytest.raises(SystemExit) as caught:
        main(["transfer", *inputs, "-o", str(tmp_path / "out.png"), *option])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err
    assert not os.listdir(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="here CUDA is no bad input")
def test_no_cuda(inputs, tmp_path, capsys):
    assert "CUDA" in refused(capsys, "transfer", *inputs, "-o", str(tmp_path / "out.png"), "--device", "cuda")


def test_tiles_of_a_description_that_has_none(inputs, tmp_path, capsys):
    output = tmp_path / "out.png"
    options = ("--size", "150", "--tile", "128", "--precision", "float32", "--statistic", "sliced", "--steps", "1")
    assert main(["transfer", *inputs, "-o", str(output), *options]) == 2
    assert "can't be taken in tiles: choose another" in capsys.readouterr().err
    assert not output.exists()


def test_weights_that_cannot_be_downloaded(inputs, tmp_path, monkeypatch, capsys):
    def unreachable(*_arguments, **_options):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "urlopen", unreachable)
    output = tmp_path / "out.png"
    assert main(["transfer", *inputs, "-o", str(output), *TINY, "--network", "IMAGENET1K_V1"]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "could not be downloaded" in message
    assert "bundled" in message
    assert not output.exists()


def test_inspect_and_evaluate_refuse_in_one_sentence(inputs, tmp_path, capsys):
    assert "no recipe" in refused(capsys, "inspect", inputs[0])
    assert "can't be read" in refused(capsys, "inspect", str(tmp_path / "none.png"))
    assert "can't be read" in refused(capsys, "evaluate", *inputs, str(tmp_path / "none.png"))
    assert "size must be" in refused(capsys, "evaluate", *inputs, inputs[0], "--size", "8")


@pytest.mark.parametrize(
    ("problem", "code", "words"),
    [
        (MemoryError(), 2, "smaller --size"),
        (TransferError("The loss is no longer a finite number."), 2, "finite"),
        (KeyboardInterrupt(), 130, "stopped"),
        (KeyError("a mistake of ours"), 70, "this is a bug"),
    ],
)
def test_a_run_that_breaks_keeps_the_picture_so_far(inputs, tmp_path, monkeypatch, capsys, problem, code, words):
    whole = run.stylize

    def broken(*arguments):
        for step in whole(*arguments):
            if step.index == 2:
                raise problem
            yield step

    monkeypatch.setattr(run, "stylize", broken)
    output = tmp_path / "out.png"
    assert main(["transfer", *inputs, "-o", str(output), *TINY]) == code
    out, err = capsys.readouterr()
    assert not out
    _estimate, told = err.splitlines()
    assert words in told
    assert str(output) in told
    assert recipe(output)["steps_done"] == 1
    monkeypatch.undo()
    assert main(["transfer", *inputs, "-o", str(tmp_path / "again.png"), "--recipe", str(output)]) == 0
    np.testing.assert_array_equal(pixels(tmp_path / "again.png"), pixels(output))


@pytest.mark.parametrize("command", ["transfer", "sheet", "evaluate"])
@pytest.mark.parametrize("place", ["prepare", "load_vgg16"])
def test_memory_that_runs_out_anywhere_is_a_sentence(inputs, tmp_path, monkeypatch, capsys, command, place):
    def broken(*_arguments):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(commands, place, broken)
    monkeypatch.setattr(run, place, broken)
    rest = [inputs[0], "--size", "80"] if command == "evaluate" else ["-o", str(tmp_path / "out.png")]
    assert "choose a smaller --size" in refused(capsys, command, *inputs, *rest)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("problem", [MemoryError(), KeyboardInterrupt()])
def test_a_run_that_breaks_before_its_first_picture(inputs, tmp_path, monkeypatch, capsys, problem):
    def broken(*_arguments):
        raise problem
        yield

    monkeypatch.setattr(run, "stylize", broken)
    code = main(["transfer", *inputs, "-o", str(tmp_path / "out.png"), *TINY])
    assert code == (130 if isinstance(problem, KeyboardInterrupt) else 2)
    assert capsys.readouterr().err.count("\n") == 2  # the estimate, and the sentence
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("error", [ValueError, RuntimeError, KeyError])
def test_a_bug_is_a_sentence_and_its_traceback_is_for_who_asks(inputs, monkeypatch, capsys, error):
    def broken(*_arguments):
        raise error("a line\nand another")

    monkeypatch.setattr(commands, "prepare", broken)
    monkeypatch.delenv("STYLECORE_DEBUG", raising=False)
    arguments = ["evaluate", *inputs, inputs[0]]
    assert main(arguments) == 70
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("stylecore: this is a bug")
    assert "another" not in err
    for place in ("option", "environment"):
        if place == "environment":
            monkeypatch.setenv("STYLECORE_DEBUG", "1")
        assert main([*arguments, "--debug"] if place == "option" else arguments) == 70
        out, told = capsys.readouterr()
        assert not out
        assert told.startswith("Traceback")
        assert f"{error.__name__}: " in told
        assert told.endswith(err)


def with_recipe(path, **entries):
    """Replaces entries of the recipe inside a picture."""
    values = recipe(path) | entries
    with Image.open(path) as image:
        path.write_bytes(encode_png(image.convert("RGB"), {CHUNK: json.dumps(values)}))


@pytest.mark.parametrize("command", ["transfer", "sheet"])
@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"styles": [{"sha256": "5" * 64}, {"sha256": "6" * 64, "weight": 0.5}]}, "of 2 styles, and 1 named"),
        ({"styles": [{"sha256": "5" * 64}] * 6}, "at most 5"),
        ({"contents": [{"sha256": "c" * 64}, {"sha256": "d" * 64}]}, "takes one, without a mask"),
        ({"contents": [{"sha256": "c" * 64, "mask_sha256": "e" * 64}]}, "takes one, without a mask"),
        ({"styles": [{"sha256": "5" * 64, "mask_sha256": "e" * 64}]}, "name it with --style-mask"),
        ({"leave_sha256": "e" * 64}, "name it with --leave"),
    ],
)
def test_a_recipe_of_inputs_that_the_command_line_can_t_name(
    transfer, inputs, tmp_path, capsys, command, entries, sentence
):
    made = transfer("--steps", "0")
    with_recipe(made, **entries)
    capsys.readouterr()
    message = refused(capsys, command, *inputs, "-o", str(tmp_path / "again.png"), "--recipe", str(made))
    assert sentence in message
    assert os.listdir(tmp_path) == [made.name]
    assert main(["inspect", str(made)]) == 0
    assert len(json.loads(capsys.readouterr().out)["styles"]) == len(recipe(made)["styles"])


def test_what_is_not_understood_of_a_recipe_is_noted(transfer, inputs, tmp_path, capsys):
    made = transfer("--steps", "0")
    with_recipe(made, brush="flat", config=recipe(made)["config"] | {"stroke": 3})
    capsys.readouterr()
    again = ["transfer", *inputs, "-o", str(tmp_path / "again.png"), "--recipe", str(made), "--device", "cpu"]
    for arguments in (["inspect", str(made)], again):
        assert main(arguments) == 0
        notes = [line for line in capsys.readouterr().err.splitlines() if "note:" in line]
        assert all(line.startswith("stylecore: note: This version does not know ") for line in notes)
        assert [word for line in notes for word in ("'stroke'", "'brush'") if word in line] == ["'stroke'", "'brush'"]


def python(*arguments, **options):
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, **options)


def test_help_does_not_wait_for_torch():
    code = "import sys, stylecore.cli.parser as m\ntry: m.main(sys.argv[1:])\nfinally: print('torch' in sys.modules)"
    for command in ((), ("transfer",), ("evaluate",), ("inspect",), ("bench",)):
        done = python("-c", code, *command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith("usage: python -m stylecore")
        assert done.stdout.endswith("False\n")


def test_ctrl_c_while_torch_is_loading():
    code = """if True:
        import sys
        from stylecore.cli.parser import main, parse
        class Interrupted:
            def find_spec(self, name, *_):
                if name == "torch":
                    raise KeyboardInterrupt
        sys.meta_path.insert(0, Interrupted())
        sys.exit(main(["inspect", "none.png"]))
    """
    done = python("-c", code)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (130, "", 1)


def test_the_module_runs_and_odd_files_cause_no_warnings(inputs, tmp_path):
    odd, large = tmp_path / "odd.png", tmp_path / "large.png"
    Image.fromarray(pixels(inputs[0])).save(odd, exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    Image.new("1", (9600, 9600)).save(large)
    commands = [
        ["transfer", str(odd), inputs[1], "-o", str(tmp_path / "out.png"), *TINY],
        ["evaluate", *inputs, str(large), "--size", "32"],
    ]
    # As `python -m stylecore` does it, for both in one process, since importing torch takes most of the time.
    code = """if True:
        import json, runpy, sys
        for arguments in json.loads(sys.argv[1]):
            sys.argv[1:] = arguments
            try:
                runpy.run_module("stylecore", run_name="__main__", alter_sys=True)
            except SystemExit as exit:
                for stream in (sys.stdout, sys.stderr):
                    print("code", exit.code, file=stream)
    """
    done = python("-c", code, json.dumps(commands))
    assert done.returncode == 0
    assert done.stdout.endswith("out.png\ncode 0\ncode 2\n")
    assert "\ncode 0\nstylecore: " in done.stderr
    assert done.stderr.endswith("\ncode 2\n")
    assert done.stderr.count("\n") == 4  # the estimate before
    assert "80 million" in done.stderr
    assert recipe(tmp_path / "out.png")["steps_done"] == 2


def test_a_signal_writes_the_picture_so_far(inputs, tmp_path):
    """Each signal at first alone, in one process; the last one comes three times, as from a terminal that is closed."""
    # Jobs in the background ignore SIGINT, and those of nohup SIGHUP; what is tested is a job in the foreground.
    code = """if True:
        import signal, sys
        from stylecore.cli.parser import main, parse
        from stylecore.engine import throughput
        throughput.SECONDS = 0.0
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        for name in ("SIGINT", "SIGTERM"):
            assert main([*sys.argv[1:], "-o", f"{name}.png"]) == 130
        sys.exit(main([*sys.argv[1:], "-o", "SIGHUP.png"]))
    """
    options = ("--size", "32", "--steps", "10000", "--optimizer", "adam", "--device", "cpu")
    terminal, end = pty.openpty()
    command = [sys.executable, "-c", code, "transfer", *inputs, *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    out = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=out, stderr=end) as process:
        os.close(end)
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        shown = b""
        for number, times in ((signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGHUP, 3)):
            since = len(shown)
            while b" 3/10000 " not in shown[since:]:
                shown += os.read(terminal, 4096)
            for _ in range(times):
                process.send_signal(number)
            while b"; wrote step " not in shown[since:]:
                shown += os.read(terminal, 4096)
        try:
            while text := os.read(terminal, 4096):
                shown += text
        except OSError:  # Linux's way to say that nobody writes there any more
            pass
        assert process.wait() == 130
        watchdog.cancel()
    os.close(terminal)
    assert b"Traceback" not in shown
    assert shown.count(b"stylecore: stopped; wrote step ") == 3
    assert b"s left" in shown
    assert sorted(os.listdir(tmp_path)) == ["SIGHUP.png", "SIGINT.png", "SIGTERM.png"]
    for output in tmp_path.iterdir():
        assert pixels(output).shape == (24, 32, 3)
        assert 3 <= recipe(output)["steps_done"] < 10_000
        assert recipe(output)["config"]["steps"] == 10_000


def test_a_sheet_of_several_lambdas(inputs, tmp_path, capsys):
    output = tmp_path / "sheet.png"
    options = ["--size", "32", "--steps", "2", "--device", "cpu", "--lambda", "0.3", "--lambda", "0.7"]
    assert main(["sheet", *inputs, "-o", str(output), *options]) == 0
    assert recipe(output)["config"]["lambdas"] == [0.3, 0.7]
    with Image.open(output) as sheet:
        assert sheet.width > 2 * 32
    assert (
        main(["transfer", *inputs, "-o", str(tmp_path / "again.png"), "--recipe", str(output), "--device", "cpu"]) == 0
    )
    assert (tmp_path / "again-0.3.png").exists()
    assert (tmp_path / "again-0.7.png").exists()


def test_a_sheet_of_a_recipe_stops_where_that_did_and_tells_what_it_can_t_repeat(inputs, tmp_path, transfer, capsys):
    made, output = transfer("--steps", "3"), tmp_path / "sheet.png"
    stopped = dataclasses.replace(read_recipe(made.read_bytes()), steps_done=2, changes=((1, 0.9),))
    with Image.open(made) as image:
        made.write_bytes(encode_png(image.convert("RGB"), {CHUNK: stopped.to_json()}))
    capsys.readouterr()
    assert main(["sheet", inputs[1], inputs[1], "-o", str(output), "--recipe", str(made), "--device", "cpu"]) == 0
    words = capsys.readouterr().err
    assert "λ was changed while the picture of the recipe was made" in words
    assert "the content picture is not the one of the recipe" in words
    assert (recipe(output)["steps_done"], recipe(output)["changes"]) == (2, [])


def test_what_is_wrong_with_a_picture_is_noted(tmp_path, capsys):
    tiny = tmp_path / "tiny.png"
    Image.new("RGB", (20, 16), (200, 90, 30)).save(tiny)
    cut = tmp_path / "cut.jpg"
    whole = sample_contents()["Chelsea"].read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    out = tmp_path / "out.png"
    assert (
        main(["transfer", str(cut), str(tiny), "-o", str(out), "--size", "32", "--steps", "0", "--device", "cpu"]) == 0
    )
    said = capsys.readouterr().err
    assert f"{tiny}: This picture has only 20 × 16 pixels and is enlarged to 32" in said
    assert f"{cut}: " in said


def test_a_picture_painted_in_tiles_is_nearly_that_painted_whole(tmp_path, capsys):
    pair = [noise_file(tmp_path / f"{name}.png", (150, 140), seed) for seed, name in enumerate("ab")]
    for name, tile in (("whole", "off"), ("tiled", "128")):
        output = str(tmp_path / f"{name}.png")
        options = ["--size", "150", "--steps", "2", "--lbfgs-scales", "0", "--precision", "float32"]
        options += ["--content-layers", "relu2_1", "--style-layers", "relu1_1,relu3_1"]  # whose margins are narrow
        assert main(["transfer", *pair, "-o", output, "--tile", tile, *options]) == 0
    assert "150 × 140 pixels in tiles of 128 pixels, 2 steps" in capsys.readouterr().err
    difference = np.abs(pixels(tmp_path / "whole.png").astype(int) - pixels(tmp_path / "tiled.png"))
    assert difference.max() <= 1


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--lambda", "0,2", "write 0.2, with a point"),
        ("--blend", "0,25", "write 0.25, with a point"),
        ("--lambda", "many", "must be a number"),
    ],
)
def test_a_number_with_a_comma_is_answered_with_the_one_that_is_meant(option, text, said, capsys):
    with pytest.raises(SystemExit):
        parse(["batch", "a.png", "--style", "b.png", "-o", "out", option, text])
    assert said in capsys.readouterr().err


def test_several_lambdas_may_have_commas_between_them():
    for text in ("0,1", "0.2,0.4", "0.2, 0.4"):
        options = parse(["batch", "a.png", "--style", "b.png", "-o", "out", "--lambda", text])
        assert len(options.lambdas) == 2
