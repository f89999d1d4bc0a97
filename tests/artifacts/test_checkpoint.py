"""The file that a killed run goes on from."""

import dataclasses
import os

import numpy as np
import pytest
import torch

from stylecore.artifacts.checkpoint import Checkpoint, CheckpointError, run_key
from stylecore.config import TransferConfig
from stylecore.imaging.inputs import pair

KEY = run_key(TransferConfig(), pair(b"content", b"style"), 120)


@pytest.fixture
def checkpoint():
    images = torch.rand(2, 3, 8, 10, generator=torch.Generator().manual_seed(0))
    return Checkpoint(
        key=KEY, images=images, step=7, seconds=1.5, log=('{"step": 0}\n', '{"λ": 1}\n'), resumed_at=(2, 5)
    )


def test_everything_comes_back_and_pixels_to_16_bits(tmp_path, checkpoint):
    checkpoint.write(tmp_path / "a")
    back = Checkpoint.read(tmp_path / "a", KEY)
    torch.testing.assert_close(back.images, checkpoint.images, atol=0.51 / 65535, rtol=0)
    for field in dataclasses.fields(Checkpoint):
        if field.name != "images":
            assert getattr(back, field.name) == getattr(checkpoint, field.name), field.name
    back.write(tmp_path / "b")
    assert torch.equal(Checkpoint.read(tmp_path / "b", KEY).images, back.images)


def test_it_replaces_the_one_before_and_leaves_nothing_beside_it(tmp_path, checkpoint):
    checkpoint.write(tmp_path / "a")
    dataclasses.replace(checkpoint, step=8).write(tmp_path / "a")
    assert Checkpoint.read(tmp_path / "a", KEY).step == 8
    assert os.listdir(tmp_path) == ["a"]


def test_the_key_tells_apart_whatever_makes_another_picture():
    files = pair(b"content", b"style")

    def with_style(**changes):
        return dataclasses.replace(files, styles=(dataclasses.replace(files.style, **changes),))

    two = dataclasses.replace(files, styles=(files.style, files.content))
    runs = [
        (TransferConfig(), files, 120),
        (TransferConfig(seed=1), files, 120),
        (TransferConfig(), pair(b"other", b"style"), 120),
        (TransferConfig(), pair(b"content", b"style", b"init"), 120),
        (TransferConfig(), files, 100),
        (TransferConfig(), files, 120, ((3, 0.5),)),
        (TransferConfig(), files, 120, (), ((512, 120),)),
        (TransferConfig(), dataclasses.replace(files, leave=b"mask"), 120),
        (TransferConfig(), with_style(region=b"mask"), 120),
        (TransferConfig(), with_style(mask=b"mask"), 120),
        (TransferConfig(), with_style(weight=2.0), 120),
        (TransferConfig(), two, 120),
        (TransferConfig(), two, 120, (), (), ((3, (1.0, 0.5)),)),
    ]
    assert len({run_key(*run) for run in runs}) == len(runs)
    assert run_key(*runs[0]) == KEY


def test_that_of_another_run_is_refused(tmp_path, checkpoint):
    checkpoint.write(tmp_path / "a")
    with pytest.raises(CheckpointError, match="belongs to a run with other pictures or settings"):
        Checkpoint.read(tmp_path / "a", KEY[::-1])


def test_damaged_ones_are_refused_and_missing_ones_are_missing(tmp_path, checkpoint):
    checkpoint.write(tmp_path / "a")
    whole = (tmp_path / "a").read_bytes()
    np.savez(tmp_path / "b.npz", facts=np.zeros(3, np.uint8))
    np.savez(tmp_path / "c.npz", facts=np.array([{"a": 1}], dtype=object), levels=np.zeros(3))  # pickled
    damaged = [b"", b"hello", whole[:-40], whole[: len(whole) // 2], whole[:300] + b"\0" * 40 + whole[340:]]
    damaged += [(tmp_path / name).read_bytes() for name in ("b.npz", "c.npz")]
    for data in damaged:
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(CheckpointError, match="is damaged, or no checkpoint"):
            Checkpoint.read(tmp_path / "a", KEY)
    with pytest.raises(FileNotFoundError):
        Checkpoint.read(tmp_path / "none", KEY)
