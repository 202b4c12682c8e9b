"""Who is calling: a student, an officer of a department, the 学工 hall, or the doors themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import yaml
from itsdangerous import BadData, URLSafeTimedSerializer

from actions.cases.outbox import SIGNED_FOR, Partner, genuine
from actions.cases.stages import SYSTEM, Actor
from actions.identity import VALID_SECONDS

PARTNER, DEPARTMENT = "X-Counsellor-Partner", "X-Counsellor-Department"
LONGEST_NUMBER = 20
"""Of who acted, in the log."""

TABLE = Path(__file__).with_name("staff.yml")

OfficeOf = Callable[[str], Awaitable[str | None]]
"""Staff number → the office the registry knows them in, or ``None`` for nobody."""


@dataclass(frozen=True, slots=True)
class Staff:
    """How the registry's offices stand to the cases."""

    hall: frozenset[str]
    departments: dict[str, str]
    """Office of the registry → department of the plan's table, where they are not called the same."""


@cache
def staff() -> Staff:
    raw = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return Staff(frozenset(raw["hall"]), dict(raw["departments"]))


def partner(headers: Mapping[str, str], said: bytes, partners: Sequence[Partner], unix: float) -> Actor | None:
    """The partner system that signed a call: an officer of one of the departments it was set up for.

    ``said`` is ``METHOD /cases/…?query``, a line feed and the body; the signature is made as that of our webhooks. A partner
    of several departments says for which in ``X-Counsellor-Department``; one of none hears of cases and does nothing to them.
    """
    name, wanted = headers.get(PARTNER, ""), unquote(headers.get(DEPARTMENT, ""))
    known = next((one for one in partners if one.name == name), None)
    if known is None or not genuine(known.secret, headers, said, unix):
        return None
    department = wanted or (known.departments[0] if len(known.departments) == 1 else "")
    return Actor("officer", name[:LONGEST_NUMBER], department) if department in known.departments else None


class Used:
    """Signatures that something was done with, for as long as they are good."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def first(self, signature: str, unix: float) -> bool:
        """Whether it comes for the first time. ``unix`` in seconds since 1970."""
        for old in [one for one, until in self._until.items() if until < unix]:
            del self._until[old]
        if signature in self._until:
            return False
        # Its timestamp may lie as far ahead as behind.
        self._until[signature] = unix + 2 * SIGNED_FOR.total_seconds()
        return True


async def caller(token: str | None, secret: str, office_of: OfficeOf) -> Actor | None:
    """Whom a token of the doors was signed for: ``{"student": …}``, ``{"staff": …}``, or ``{"doors": true}`` for themselves.

    ``None`` for none, a forged or an old one and for staff nobody knows: a door that forgets to say who asks is nobody.
    """
    try:
        said = URLSafeTimedSerializer(secret, salt="identity").loads(token or "", max_age=VALID_SECONDS)
    except BadData:
        return None
    if said == {"doors": True}:
        return SYSTEM
    student, number = (said.get(name) for name in ("student", "staff")) if isinstance(said, dict) else (None, None)
    if isinstance(student, str) and student:
        return Actor("student", student)
    if not (isinstance(number, str) and number):
        return None
    office = await office_of(number)
    if office is None:
        return None
    if office in staff().hall:
        return Actor("hall", number)
    return Actor("officer", number, staff().departments.get(office, office))
