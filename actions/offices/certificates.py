"""教务处学籍科 and 研究生处: proofs of enrolment."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Literal

import httpx

from actions.offices import wire
from actions.offices.transcripts import Language
from actions.offices.wire import Fields, segment

KIND = "certificate"

Delivery = Literal["electronic", "printer", "desk"]
"""``electronic`` and ``printer`` carry the electronic seal; ``desk`` the stamp, a signature or a foreign form."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is to be certified, and how."""

    student: str = field(repr=False)
    language: Language
    copies: int
    """Of each language, 1–10."""
    purpose: str | None = field(repr=False)
    """Stands on the certificate."""
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class CertificateOrder:
    """What was made or is being made."""

    number: str
    """For instance ``ZM20261122-0001``."""
    status: str
    """``已出具``, ``待取件`` or ``办理中``."""
    department: str
    language: Language
    copies: int
    delivery: Delivery
    verify_code: str = field(repr=False)
    """Six digits; with the number they let anybody who is shown the certificate check it."""
    place: str | None
    """Where it is fetched; ``None`` for an electronic one."""
    hours: str | None
    collect_code: str | None = field(repr=False)
    expires_at: datetime | None
    """With its offset."""
    ready_on: date | None
    """At the desk."""


@dataclass(frozen=True, slots=True)
class Place:
    """The printer a certificate would come out of."""

    place: str
    hours: str


class Certificates:
    """The certificates, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def submit(self, certificate: Certificate, *, key: str) -> CertificateOrder:
        """Order ``certificate`` once under ``key``.

        Refusals: ``no_such_student``, ``student_not_active`` (details: ``status``), ``no_printer``. Raises also
        ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        return await wire.submit(self._client, "/certificates", asdict(certificate), _order, kind=KIND, key=key)

    async def printer(self, student: str) -> Place:
        """The nearest printer that works. Raises what :meth:`submit` refuses, or ``OfficeClosed``."""
        path = f"/students/{segment(student, 'no_such_student')}/printer"
        return await wire.get(self._client, path, lambda said: Place(said["place"], said["hours"]))

    async def order(self, number: str, *, student: str) -> CertificateOrder:
        """The order ``number``; another student's is ``Refusal("no_such_order")`` too. Raises also ``OfficeClosed``."""
        path = f"/certificates/{segment(number, 'no_such_order')}"
        return await wire.get(self._client, path, _order, student=student)

    async def find(self, *, key: str) -> CertificateOrder | None:
        """The order made with ``key``, ``None`` when there is none. Raises ``OutcomeUnknown``."""
        return await wire.find(self._client, _order, kind=KIND, key=key)


def _order(said: Fields) -> CertificateOrder:
    return CertificateOrder(
        number=said["number"],
        status=said["status"],
        department=said["department"],
        language=said["language"],
        copies=said["copies"],
        delivery=said["delivery"],
        verify_code=said["verify_code"],
        place=said["place"],
        hours=said["hours"],
        collect_code=said["collect_code"],
        expires_at=datetime.fromisoformat(said["expires_at"]) if said["expires_at"] else None,
        ready_on=date.fromisoformat(said["ready_on"]) if said["ready_on"] else None,
    )
