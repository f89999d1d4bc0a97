"""An old recipe gives the same picture as when it was written, byte for byte.

The pictures in `same_pictures` were painted by version 0.1.0 of stylecore, and each holds its recipe in the words of
that version. Pixels depend on the processor's own arithmetic, so the very bytes are asked for where a small computation
in torch alone gives the very bits that it gave on the machine that painted them; elsewhere the pictures must look the
same.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from stylecore.cli.parser import main
from stylecore.samples import sample_contents, sample_styles

FOLDER = Path(__file__).with_name("same_pictures")
SIZES = ((43, 64), (64, 96), (75, 112), (85, 128))  # height and width, those of a coarse level too
BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512,))  # channels
MEAN_DIFFERENCE = 4.0  # levels of 255, from a picture that another kind of processor has painted

PAIRS = {
    "steered-0": ("Chelsea", "Swirling night"),  # L-BFGS; λ was moved from 0.2 to 0.6 at step 5
    "notebook-0": ("Rocket", "Stained glass"),  # Adam from noise, unit weights, covariances, average pooling
    "coarse-0": ("Coffee", "Ink hatching"),  # two sizes, replicated border, smoothness; three steps more than planned
    "coarse-1": ("Coffee", "Ink hatching"),  # the other λ of the same batch
}


def arithmetic() -> str:
    """A digest of what this processor makes of a network like VGG16 at the sizes of the pictures: torch alone.

    Which sums a processor takes in which order depends on the shapes: one of another kind may agree at some of them.
    """
    generator = torch.Generator().manual_seed(3)
    digest = hashlib.sha256()
    for height, width in SIZES:
        image = torch.rand(1, 3, height, width, generator=generator).to(memory_format=torch.channels_last)
        features, loss = image.requires_grad_(), torch.zeros(())
        for channels in BLOCKS:
            for count in channels:
                weight = torch.randn(count, features.shape[1], 3, 3, generator=generator)
                weight = weight.to(memory_format=torch.channels_last) * (2 / weight[0].numel()) ** 0.5
                features = F.conv2d(F.pad(features, (1, 1, 1, 1), "replicate"), weight, torch.zeros(count)).relu()
            rows = features.flatten(2)
            loss = loss + (rows @ rows.mT / rows.shape[2]).square().mean()
            features = F.max_pool2d(features, 2)
        (gradient,) = torch.autograd.grad(loss, image)
        smaller = F.interpolate(gradient, scale_factor=0.5, mode="bicubic", antialias=True)
        for values in (gradient, smaller):
            digest.update(values.contiguous().numpy().tobytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def same_arithmetic():
    """With as many threads as painted the pictures, since they share the sums out among them."""
    painted = json.loads((FOLDER / "machine.json").read_text())
    before = torch.get_num_threads()
    torch.set_num_threads(painted["threads"])
    yield {"torch": torch.__version__, "threads": torch.get_num_threads(), "arithmetic": arithmetic()} == painted
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", PAIRS)
def test_an_old_recipe_paints_the_picture_of_before(name, same_arithmetic, tmp_path):
    content, style = PAIRS[name]
    pair = (str(sample_contents()[content]), str(sample_styles()[style]))
    kept, again = FOLDER / f"{name}.png", tmp_path / "again.png"
    assert main(["transfer", *pair, "-o", str(again), "--recipe", str(kept), "--device", "cpu"]) == 0
    with Image.open(kept) as before, Image.open(again) as now:
        difference = np.abs(np.asarray(before, int) - np.asarray(now, int))
    assert difference.max() == 0 if same_arithmetic else difference.mean() <= MEAN_DIFFERENCE
