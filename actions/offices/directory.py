"""All offices behind one client."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from actions.offices.activities import Activities
from actions.offices.applications import Applications
from actions.offices.bookings import Bookings
from actions.offices.cards import Cards
from actions.offices.certificates import Certificates
from actions.offices.coffee import Coffee
from actions.offices.complaints import Complaints
from actions.offices.counselling import Counselling
from actions.offices.followed import Followed, Unfollowed
from actions.offices.hazards import Hazards
from actions.offices.leaves import Leaves
from actions.offices.papers import Papers
from actions.offices.progress import Progress
from actions.offices.registry import Registry
from actions.offices.repairs import Repairs
from actions.offices.studies import Studies
from actions.offices.transcripts import Transcripts
from actions.offices.tutors import Tutors
from actions.offices.venues import Venues
from actions.offices.wire import CONNECT_SECONDS, Line, open_wire


@dataclass(frozen=True, slots=True)
class Offices:
    """What a task is given. Whoever connects them closes them."""

    client: httpx.AsyncClient
    """Of no office: for health, and for tests."""
    registry: Registry
    repairs: Repairs
    transcripts: Transcripts
    leaves: Leaves
    cards: Cards
    coffee: Coffee
    certificates: Certificates
    studies: Studies
    bookings: Bookings
    counselling: Counselling
    tutors: Tutors
    venues: Venues
    activities: Activities
    applications: Applications
    complaints: Complaints
    hazards: Hazards
    progress: Progress
    papers: Papers
    followed: Followed = field(default_factory=Unfollowed)
    """The cases beside the orders."""

    @classmethod
    def connect(
        cls, url: str, secret: str, *, transport: httpx.AsyncBaseTransport | None = None, keeps_keys: bool = True
    ) -> Offices:
        """The offices at ``url``; nothing is sent yet. ``transport`` is for tests, ``keeps_keys`` as for ``open_wire``.

        Each has a client of its own, so that one that hangs is left alone without the others; they share connections.
        """
        shared = transport or httpx.AsyncHTTPTransport(trust_env=False)

        def line() -> Line:
            return open_wire(url, secret, shared, keeps_keys=keeps_keys)

        return cls(
            client=line(),
            registry=Registry(line()),
            repairs=Repairs(line()),
            transcripts=Transcripts(line()),
            leaves=Leaves(line()),
            cards=Cards(line()),
            coffee=Coffee(line()),
            certificates=Certificates(line()),
            studies=Studies(line()),
            complaints=Complaints(line()),
            hazards=Hazards(line()),
            progress=Progress(line()),
            papers=Papers(line()),
            bookings=Bookings(line()),
            counselling=Counselling(line()),
            tutors=Tutors(line()),
            venues=Venues(line()),
            activities=Activities(line()),
            applications=Applications(line()),
        )

    async def reachable(self) -> bool:
        """Whether the back office answers within a second."""
        try:
            return (await self.client.get("/health", timeout=CONNECT_SECONDS)).is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """Let go of the connections, which all offices share."""
        await self.client.aclose()
