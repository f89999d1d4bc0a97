"""What passes between a runner and its server, and what a server writes down, as plain values: no class of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stylecore.config import TransferConfig
from stylecore.engine.jobs import Request, Update
from stylecore.engine.runner import Task
from stylecore.imaging.inputs import InputImage, Inputs
from stylecore.language import Sentence
from stylecore.transfer.enlargement import Level
from stylecore.transfer.precision import Measurement
from stylecore.transfer.records import LossRecord, Steering

Plain = dict[str, Any]
Name = Callable[[bytes], Any]  # what stands for a file in a plain value; nothing stands for nothing
Read = Callable[[Any], bytes]  # the file that it stands for


def as_it_is(data: bytes) -> bytes:
    """A `Name` and a `Read`: the file stands for itself."""
    return data


def request_to_plain(request: Request, name: Name = as_it_is) -> Plain:
    """A request; `request_from_plain` restores it."""

    def image(picture: InputImage) -> Plain:
        files = {"data": name(picture.data), "mask": name(picture.mask), "region": name(picture.region)}
        return {"name": sentence_to_plain(picture.name), "weight": picture.weight, **files}

    inputs = request.inputs
    return {
        "contents": list(map(image, inputs.contents)),
        "styles": list(map(image, inputs.styles)),
        "init": image(inputs.init) if inputs.init else None,
        "leave": name(inputs.leave),
        "config": request.config.to_dict(),
        "workspace": request.workspace,
        "levels": [list(level) for level in request.levels],
    }


def request_from_plain(plain: Mapping[str, Any], read: Read = as_it_is) -> Request:
    """The request of a plain value.

    Raises:
        SettingError: if a setting is none of this version.
        LookupError: if an entry is missing; or what `read` raises.
    """

    def image(picture: Mapping[str, Any]) -> InputImage:
        files = {file: read(picture[file]) for file in ("data", "mask", "region")}
        return InputImage(name=sentence_from_plain(picture["name"]), weight=picture["weight"], **files)

    return Request(
        inputs=Inputs(
            contents=tuple(map(image, plain["contents"])),
            styles=tuple(map(image, plain["styles"])),
            init=image(plain["init"]) if plain["init"] else None,
            leave=read(plain["leave"]),
        ),
        config=TransferConfig.from_dict(plain["config"]),
        workspace=plain["workspace"],
        levels=tuple(Level(*level) for level in plain["levels"]),
    )


def task_to_plain(task: Task) -> Plain:
    """A task; `task_from_plain` restores it."""
    return {
        "request": request_to_plain(task.request),
        "steps": task.steps,
        "done": task.done,
        "changes": changes_to_plain(task.changes),
        "weight_changes": changes_to_plain(task.weight_changes),
    }


def task_from_plain(plain: Mapping[str, Any]) -> Task:
    """The task of a plain value."""
    return Task(
        request=request_from_plain(plain["request"]),
        steps=plain["steps"],
        done=plain["done"],
        changes=changes_from_plain(plain["changes"]),
        weight_changes=changes_from_plain(plain["weight_changes"]),
    )


def changes_to_plain(changes: Sequence[tuple[int, tuple[float, ...]]]) -> list[list[Any]]:
    """Changes of λ, or of the weights of styles; `changes_from_plain` restores them."""
    return [[step, list(values)] for step, values in changes]


def changes_from_plain(plain: Sequence[Any]) -> tuple[tuple[int, tuple[float, ...]], ...]:
    """Changes of λ, or of the weights of styles, from lists."""
    return tuple((step, tuple(values)) for step, values in plain)


def losses_to_plain(losses: LossRecord) -> list[Any]:
    """Losses; `losses_from_plain` restores them."""
    return [
        losses.index,
        losses.lambdas,
        losses.content,
        losses.style,
        losses.total,
        dict(losses.content_layers),
        dict(losses.style_layers),
        losses.style_weights,
    ]


def losses_from_plain(plain: Sequence[Any]) -> LossRecord:
    """The losses of a plain value."""
    index, lambdas, content, style, total, content_layers, style_layers, style_weights = plain
    return LossRecord(
        index,
        tuple(lambdas),
        tuple(content),
        tuple(style),
        tuple(total),
        {layer: tuple(values) for layer, values in content_layers.items()},
        {layer: tuple(values) for layer, values in style_layers.items()},
        tuple(style_weights),
    )


def steering_to_plain(steering: Steering | None) -> Plain | None:
    """A message to a run; `steering_from_plain` restores it."""
    if steering is None:
        return None
    return {
        "lambdas": steering.lambdas and list(steering.lambdas),
        "style_weights": steering.style_weights and list(steering.style_weights),
        "more_steps": steering.more_steps,
    }


def steering_from_plain(plain: Mapping[str, Any] | None) -> Steering | None:
    """The message of a plain value."""
    if plain is None:
        return None
    return Steering(
        lambdas=None if plain["lambdas"] is None else tuple(plain["lambdas"]),
        style_weights=None if plain["style_weights"] is None else tuple(plain["style_weights"]),
        more_steps=plain["more_steps"],
    )


def update_to_plain(update: Update) -> Plain:
    """What a runner says of a step; `update_from_plain` restores it."""
    return {
        "losses": losses_to_plain(update.losses),
        "size": list(update.size),
        "seconds": update.seconds,
        "notice": sentence_to_plain(update.notice),
        "previews": list(update.previews),
        "is_frame": update.is_frame,
        "repeated": update.repeated,
    }


def update_from_plain(plain: Mapping[str, Any]) -> Update:
    """The update of a plain value."""
    width, height = plain["size"]
    return Update(
        losses=losses_from_plain(plain["losses"]),
        size=(width, height),
        seconds=plain["seconds"],
        notice=sentence_from_plain(plain["notice"]),
        previews=tuple(plain["previews"]),
        is_frame=plain["is_frame"],
        repeated=plain["repeated"],
    )


def measurements_to_plain(found: Mapping[tuple[str, int], Measurement]) -> list[Any]:
    """What was measured of precisions; `measurements_from_plain` restores it."""
    return [[*key, measured.gain, measured.agreement] for key, measured in found.items()]


def measurements_from_plain(plain: Sequence[Any]) -> dict[tuple[str, int], Measurement]:
    """The measurements of a plain value."""
    return {(device, side): Measurement(gain, agreement) for device, side, gain, agreement in plain}


def sentence_to_plain(text: object) -> Any:  # noqa: ANN401  # any plain value
    """A sentence with what it was made of, so that it can still be translated; any other plain value as it is."""
    if isinstance(text, Sentence):
        values = {name: sentence_to_plain(value) for name, value in text.values.items()}
        return {"template": text.template, "many": text.many, "values": values}
    return text if text is None or isinstance(text, (bool, int, float, str, bytes)) else str(text)


def sentence_from_plain(plain: Any) -> Any:  # noqa: ANN401  # any plain value
    """The sentence of a plain value, or the value itself."""
    if isinstance(plain, dict):
        values = {name: sentence_from_plain(value) for name, value in plain["values"].items()}
        return Sentence(plain["template"], plain["many"], **values)
    return plain
