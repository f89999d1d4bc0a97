"""Finished pictures as files: every PNG with the recipe that made it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from stylecore.config import TransferConfig, with_lambda
from stylecore.devices import describe_device
from stylecore.images import encode_png, to_image
from stylecore.recipe import CHUNK, Recipe, current_versions, sha256
from stylecore.transfer import Step


def finished_pictures(
    step: Step,
    config: TransferConfig,
    device: str,
    files: Mapping[str, bytes],
    changes: Sequence[tuple[int, Sequence[float]]] = (),
) -> list[bytes]:
    """PNG bytes of each picture of a step, each with its own recipe, as if it had been alone.

    Args:
        step: where the run ended.
        config: what the run began with.
        device: "cpu" or "cuda".
        files: bytes of the files "content", "style" and, if the run started from a picture, "init".
        changes: λ changed on the way: (step, the new λ).
    """
    shared = Recipe(
        config=config,
        device=describe_device(device),
        versions=current_versions(),
        content_sha256=sha256(files["content"]),
        style_sha256=sha256(files["style"]),
        init_sha256=sha256(files["init"]) if "init" in files else "",
        steps_done=step.index,
        losses={},
    )
    pictures = []
    for k, lam in enumerate(config.lambdas):
        recipe = dataclasses.replace(
            shared,
            config=with_lambda(config, lam),
            losses={"content": step.content[k], "style": step.style[k], "total": step.total[k]},
            changes=tuple((index, lambdas[k]) for index, lambdas in changes),
        )
        pictures.append(encode_png(to_image(step.images[k]), {CHUNK: recipe.to_json()}))
    return pictures
