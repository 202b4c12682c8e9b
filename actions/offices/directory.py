"""All offices behind one client."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from actions.offices.cards import Cards
from actions.offices.coffee import Coffee
from actions.offices.leaves import Leaves
from actions.offices.registry import Registry
from actions.offices.repairs import Repairs
from actions.offices.transcripts import Transcripts
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

    @classmethod
    def over(cls, client: httpx.AsyncClient) -> Offices:
        """The offices over ``client``, which knows their base URL and carries the secret."""
        return cls(
            client,
            Registry(client),
            Repairs(client),
            Transcripts(client),
            Leaves(client),
            Cards(client),
            Coffee(client),
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
