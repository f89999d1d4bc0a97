"""Settings ↔ the query parameters of a page's address, so that a link reproduces the page; pure."""

from __future__ import annotations

from collections.abc import Mapping

from stylecore.config import SETTINGS, TransferConfig, with_lambda
from stylecore.engine.limits import Limits
from stylecore.errors import SettingError
from stylecore.language import Sentence

_LIMITED = {"size": Sentence("size"), "steps": Sentence("steps")}


def to_query(config: TransferConfig) -> dict[str, str]:
    """The settings that differ from the defaults, as query parameters."""
    usual = TransferConfig()
    return {
        declared.query: declared.to_text(getattr(config, name))
        for name, declared in SETTINGS.items()
        if getattr(config, name) != getattr(usual, name)
    }


def says_settings(query: Mapping[str, str]) -> bool:
    """Whether an address names any setting: whoever made it meant the defaults for all others."""
    return any(word in query for declared in SETTINGS.values() for word in (declared.query, *declared.old_names))


def from_query(query: Mapping[str, str], limits: Limits) -> tuple[TransferConfig, list[str]]:
    """The settings that an address asks for, checked as if a stranger wrote it.

    Args:
        query: parameters of the address; those that are no settings are passed over.
        limits: of this server.

    Returns:
        The settings, with the default in place of what can't be used; and a sentence on each such value.
    """
    problems: list[str] = []
    config = within(TransferConfig(), limits, [])  # who asks for nothing need not hear of a small server's limits
    for name, declared in SETTINGS.items():
        text = next((query[word] for word in (declared.query, *declared.old_names) if word in query), None)
        if text is None:
            continue
        try:
            config = TransferConfig.from_dict({**config.to_dict(), name: declared.from_text(text)})
        except SettingError as error:
            problems.append(
                Sentence(
                    "The link has a value that can't be used: {problem:.200}. The usual one is set instead.",
                    problem=error.sentence,
                )
            )
    return within(config, limits, problems), problems


def within(config: TransferConfig, limits: Limits, problems: list[str]) -> TransferConfig:
    """Settings of one picture within a server's limits.

    Args:
        config: any settings; of several λ the first one stays.
        limits: of this server.
        problems: takes a sentence on everything that a limit has changed.
    """
    for name, most in (("size", limits.max_size), ("steps", limits.max_steps)):
        if (value := getattr(config, name)) > most:
            problems.append(
                Sentence(
                    "This server's limit for {name} is {most}: it is set in place of {value}.",
                    name=_LIMITED[name],
                    most=most,
                    value=value,
                )
            )
            config = TransferConfig.from_dict({**config.to_dict(), name: most})
    return with_lambda(config, config.lambdas[0])
