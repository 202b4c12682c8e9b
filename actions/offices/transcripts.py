"""教务处: transcripts of grades, printed at self-service printers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

KIND = "transcript"

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is to be printed."""

    student: str = field(repr=False)
    language: Language
    copies: int
    """1–5."""
    sealed: bool
    """In a sealed envelope."""


@dataclass(frozen=True, slots=True)
class TranscriptOrder:
    """What waits at a printer."""

    number: str
    """For instance ``CJ20261122-0001``."""
    status: str
    language: Language
    copies: int
    sealed: bool
    printer: str
    place: str
    """Where it stands, for instance ``学生活动中心一层大厅``."""
    collect_code: str = field(repr=False)
    """Six digits. Whoever holds them holds the student's grades."""
    fee_cents: int
    """In 分."""
    expires_at: datetime
    """With its offset."""


@dataclass(frozen=True, slots=True)
class Printer:
    """A self-service printer."""

    printer: str
    building: str
    place: str
    campus: str
    status: str
    """``ok``, ``out_of_paper`` or ``offline``."""


class Transcripts:
    """The transcript service, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, transcript: Transcript, *, key: str) -> TranscriptOrder:
        """Order ``transcript`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active`` (details: ``status``), ``no_printer``. Raises also
        ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        return await wire.submit(self._client, "/transcripts", asdict(transcript), _order, kind=KIND, key=key)

    async def order(self, number: str, *, student: str) -> TranscriptOrder:
        """The order ``number``; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        return await wire.get(self._client, f"/transcripts/{segment(number, 'no_such_order')}", _order, student=student)

    async def find(self, *, key: str) -> TranscriptOrder | None:
        """The order made with ``key``, ``None`` when there is none. Raises ``OutcomeUnknown``."""
        return await wire.find(self._client, _order, kind=KIND, key=key)

    async def printers(self) -> tuple[Printer, ...]:
        """Every printer, working or not. Raises ``OfficeClosed``."""
        return await wire.get(self._client, "/printers", _printers)


def _order(said: Fields) -> TranscriptOrder:
    return TranscriptOrder(
        number=said["number"],
        status=said["status"],
        language=said["language"],
        copies=said["copies"],
        sealed=said["sealed"],
        printer=said["printer"],
        place=said["place"],
        collect_code=said["collect_code"],
        fee_cents=said["fee_cents"],
        expires_at=datetime.fromisoformat(said["expires_at"]),
    )


def _printers(said: Fields) -> tuple[Printer, ...]:
    return tuple(
        Printer(one["printer"], one["building"], one["place"], one["campus"], one["status"]) for one in said["printers"]
    )
