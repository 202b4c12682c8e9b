"""保卫处: dangers that somebody saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields

KIND = "hazard"

Urgency = Literal["now", "danger", "latent"]
"""It is happening; it can hurt somebody any time; it should be put right."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """What is dangerous, and where."""

    what: str = field(repr=False)
    location: str = field(repr=False)
    urgency: Urgency
    student: str | None = field(default=None, repr=False)
    photo: str | None = field(default=None, repr=False)
    """The id of an uploaded picture."""
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HazardOrder:
    """What 保卫处 has got."""

    number: str
    """For instance ``YH20261122-0001``."""
    status: str
    verify_by: datetime
    """With its offset."""
    code: str | None = field(repr=False)
    """Follows a case without a name; ``None`` where there is one."""


class Hazards:
    """The security office, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, hazard: Hazard, *, key: str) -> HazardOrder:
        """Report ``hazard`` once under ``key``. Refusal: ``no_such_student``.

        Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        return await wire.submit(self._client, "/hazards", asdict(hazard), _order, kind=KIND, key=key)


def _order(said: Fields) -> HazardOrder:
    return HazardOrder(
        number=said["number"],
        status=said["status"],
        verify_by=datetime.fromisoformat(said["verify_by"]),
        code=said["code"],
    )
