"""The small vocabulary of a form: what a turn brought, what is known, where it goes now, whom it may ask."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from actions.task import Asked, Choice

Reply = dict[str, Any]


class Closed(Exception):
    """The office does not answer; nothing was sent."""


class Desk(Protocol):
    """What a form asks of the office while the student is still talking. Nothing here writes.

    Every call raises :class:`Unfit` where the office says no.
    """

    def check(self, field: str, value: str, /) -> Awaitable[None]:
        """Raises :class:`Unfit` when the office would not take this value."""

    def options(self, asked: Asked, /) -> Awaitable[Sequence[Choice]]:
        """What an ``option`` field can be chosen from, the best first. Raises :class:`Closed`."""

    def preview(self, values: Mapping[str, str], /) -> Awaitable[Mapping[str, str]]:
        """Lines for the confirm card that only the office knows: the fee, the days. Raises :class:`Closed`."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one posted turn brought."""

    intent: str
    entities: Mapping[str, str]
    filled: tuple[str, ...]
    """Names of the steps that this turn put a value into."""
    asked: str | None
    """The step whose question was open."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known so far."""

    values: Mapping[str, str | None]
    tries: int = 0
    trouble: str | None = None
    """``closed`` or ``unknown`` after a submission that did not come back well."""
    sent: Mapping[str, str] | None = None
    """With ``unknown``: the values as they were sent. They must not change before the office has spoken."""
    said: str = ""
    """The words that began the service."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the office calls the options that were chosen, by field."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is speaking, from the signed session, with what their own record suggests."""

    student: str
    suggestions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """Where the form goes now."""

    state: State
    asking: str | None
    """The step whose question is open now; ``None`` when everything is known and confirmed, or nothing more can be done."""
    reply: Reply | None = None
    prompt: Reply | None = None
    ended: bool = False
    """The office refused before anything was sent: ``reply`` was the last word."""
