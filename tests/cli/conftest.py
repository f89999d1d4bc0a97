"""What the tests of the command line share."""

import pytest
import torch

from stylecore.cli import estimate
from stylecore.cli.parser import main
from tests.support.noise import noise_file
from tests.support.speed import measured_once


@pytest.fixture(scope="session", autouse=True)
def quick_estimates():
    """Each of some two hundred runs says how long it will take."""
    with measured_once(estimate):
        yield


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    """A content and a style picture."""
    folder = tmp_path_factory.mktemp("inputs")
    return noise_file(folder / "content.png", (80, 60), 1), noise_file(folder / "style.bmp", (72, 88), 2)


@pytest.fixture
def photos(tmp_path):
    """Four photographs and a style."""
    (tmp_path / "photos").mkdir()
    for seed, name in enumerate("abcd"):
        noise_file(tmp_path / "photos" / f"{name}.png", (48, 40), seed)
    noise_file(tmp_path / "ink.png", (48, 40), 9)
    return tmp_path


@pytest.fixture
def home(tmp_path_factory, monkeypatch):
    """An empty home folder, where pictures go that can't be written elsewhere."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def transfer_to(inputs, capsys):
    """Runs `transfer` without a step at 32 pixels; gives its exit status, and what it wrote on stderr."""

    def run(output, *options):
        capsys.readouterr()
        status = main(["transfer", *inputs, "-o", str(output), "--size", "32", "--steps", "0", *options])
        return status, capsys.readouterr().err

    return run


@pytest.fixture
def one_thread():
    """As a worker has: with another number, sums are taken in another order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
