"""All offices behind one client."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from actions.offices.activities import Activities
from actions.offices.applications import Applications
from actions.offices.bookings import Bookings
from actions.offices.cards import Cards
from actions.offices.certificates import Certificates
from actions.offices.coffee import Coffee
from actions.offices.complaints import Complaints
from actions.offices.counselling import Counselling
from actions.offices.hazards import Hazards
from actions.offices.leaves import Leaves
from actions.offices.progress import Progress
from actions.offices.registry import Registry
from actions.offices.repairs import Repairs
from actions.offices.studies import Studies
from actions.offices.transcripts import Transcripts
from actions.offices.tutors import Tutors
from actions.offices.venues import Venues
from actions.offices.wire import CONNECT_SECONDS, open_wire


@dataclass(frozen=True, slots=True)
class Offices:
    """What a task is given. Whoever connects them closes them."""

    client: httpx.AsyncClient
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

    @classmethod
    def over(cls, client: httpx.AsyncClient) -> Offices:
        """The offices over ``client``, which knows their base URL and carries the secret."""
        return cls(
            client=client,
            registry=Registry(client),
            repairs=Repairs(client),
            transcripts=Transcripts(client),
            leaves=Leaves(client),
            cards=Cards(client),
            coffee=Coffee(client),
            certificates=Certificates(client),
            studies=Studies(client),
            complaints=Complaints(client),
            hazards=Hazards(client),
            progress=Progress(client),
            bookings=Bookings(client),
            counselling=Counselling(client),
            tutors=Tutors(client),
            venues=Venues(client),
            activities=Activities(client),
            applications=Applications(client),
        )

    @classmethod
    def connect(cls, url: str, secret: str, *, transport: httpx.AsyncBaseTransport | None = None) -> Offices:
        """The offices at ``url``; nothing is sent yet. ``transport`` is for tests."""
        return cls.over(open_wire(url, secret, transport))

    async def reachable(self) -> bool:
        """Whether the back office answers within a second."""
        try:
            return (await self.client.get("/health", timeout=CONNECT_SECONDS)).is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.aclose()
