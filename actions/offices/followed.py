"""Cases beside orders, as a service of the hall sees them: the office makes the order, the case follows it until the student is content.

The store is :mod:`actions.cases`; a house without one follows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands."""

    stage: str
    department: str
    outcome: str | None
    asked: str | None = field(repr=False)
    """What the office wants to know from the student, while it waits for that."""
    can: tuple[str, ...]
    """Acts that are open to the student now: ``solved``, ``unsolved``, ``supply``, ``reopen``, ``rate``, …"""
    denied: bool
    """The student said that it is not solved, and it has not ended since."""
    rating: int | None = None
    """The student's last, 1 to 5."""
    follows: bool = False
    """It was opened because the one before was rated low."""


class Followed(Protocol):
    """What services may know of cases, and do to them for their student."""

    async def of(self, number: str) -> Standing | None:
        """The case of an order; ``None`` for one without. Whose the order is must be known before."""

    async def act(
        self,
        number: str,
        act: str,
        *,
        key: str,
        reason: str | None = None,
        words: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Standing | None:
        """Does something in the name of the student whose order it is, once for each key.

        ``None`` where there is no case, or where it cannot be done any more.
        """


class Unfollowed:
    """No cases."""

    async def of(self, number: str) -> Standing | None:
        return None

    async def act(self, number: str, act: str, **_said: Any) -> Standing | None:
        return None
