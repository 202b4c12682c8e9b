"""教务处: transcripts of grades, printed at self-service printers or sealed at the desk."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

KIND = "transcript"

Language = Literal["zh", "en", "both"]
"""``both``: so many in Chinese and as many in English."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is to be printed."""

    student: str = field(repr=False)
    language: Language
    copies: int
    """Of each language, 1–10; no more than 10 sheets in all."""
    sealed: bool
    """In a sealed envelope."""


@dataclass(frozen=True, slots=True)
class TranscriptOrder:
    """What waits to be fetched."""

    number: str
    """For instance ``CJ20261122-0001``."""
    status: str
    language: Language
    copies: int
    sheets: int
    """In all."""
    sealed: bool
    printer: str | None
    """``None`` for what is sealed at the desk."""
    place: str
    """Where it is fetched, for instance ``教学楼A座一层大厅``."""
    hours: str
    collect_code: str = field(repr=False)
    """Six digits. Whoever holds them holds the student's grades."""
    fee_cents: int
    """In 分; paid when it is fetched."""
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


@dataclass(frozen=True, slots=True)
class Quote:
    """What a transcript would come to now."""

    sheets: int
    free_left: int
    """Sheets still free in this academic year, before this order."""
    fee_cents: int
    printer: str | None
    place: str
    hours: str
    skipped: tuple[Printer, ...]
    """Nearer printers that do not work now."""


class Transcripts:
    """The transcript service, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, transcript: Transcript, *, key: str) -> TranscriptOrder:
        """Order ``transcript`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active`` (details: ``status``), ``too_many_copies`` (details:
        ``sheets``, ``most``), ``no_printer``. Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        return await wire.submit(self._client, "/transcripts", asdict(transcript), _order, kind=KIND, key=key)

    async def quote(self, transcript: Transcript) -> Quote:
        """Price and place of ``transcript``, ordering nothing. Raises what :meth:`submit` refuses, or ``OfficeClosed``."""
        path = f"/students/{segment(transcript.student, 'no_such_student')}/transcript-quote"
        asked = {"language": transcript.language, "copies": transcript.copies, "sealed": str(transcript.sealed).lower()}
        return await wire.get(self._client, path, _quote, **asked)

    async def order(self, number: str, *, student: str) -> TranscriptOrder:
        """The order ``number``; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        return await wire.get(self._client, f"/transcripts/{segment(number, 'no_such_order')}", _order, student=student)

    async def find(self, *, key: str) -> TranscriptOrder | None:
        """The order made with ``key``, ``None`` when there is none. Raises ``OutcomeUnknown``."""
        return await wire.find(self._client, _order, kind=KIND, key=key)

    async def printers(self) -> tuple[Printer, ...]:
        """Every printer, working or not. Raises ``OfficeClosed``."""
        return await wire.get(self._client, "/printers", lambda said: _printers(said["printers"]))


def _order(said: Fields) -> TranscriptOrder:
    return TranscriptOrder(
        number=said["number"],
        status=said["status"],
        language=said["language"],
        copies=said["copies"],
        sheets=said["sheets"],
        sealed=said["sealed"],
        printer=said["printer"],
        place=said["place"],
        hours=said["hours"],
        collect_code=said["collect_code"],
        fee_cents=said["fee_cents"],
        expires_at=datetime.fromisoformat(said["expires_at"]),
    )


def _quote(said: Fields) -> Quote:
    return Quote(
        sheets=said["sheets"],
        free_left=said["free_left"],
        fee_cents=said["fee_cents"],
        printer=said["printer"],
        place=said["place"],
        hours=said["hours"],
        skipped=_printers(said["skipped"]),
    )


def _printers(said: list[Fields]) -> tuple[Printer, ...]:
    return tuple(Printer(one["printer"], one["building"], one["place"], one["campus"], one["status"]) for one in said)
