"""饮食服务中心: the coffee robots, their menu and orders."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime

import httpx

from actions.offices import wire
from actions.offices.wire import Fields, segment

KIND = "coffee"


@dataclass(frozen=True, slots=True)
class Drink:
    """One line of the menu."""

    drink: str
    name: str
    price_cents: int
    """A medium cup, in 分."""
    large_cents: int
    iced: bool
    """Whether it is also made with ice."""


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot as it is now."""

    robot: str
    place: str
    """For instance ``图书馆一楼大厅``."""
    campus: str
    status: str
    """``ok``, ``offline`` or ``closed``."""
    opens: str
    closes: str
    cups_waiting: int
    sold_out: tuple[str, ...]
    """Drinks it has none of today."""

    def makes(self, drink: str) -> bool:
        """Whether it can make ``drink`` now."""
        return self.status == "ok" and drink not in self.sold_out


@dataclass(frozen=True, slots=True)
class Menu:
    """What there is, and where."""

    drinks: tuple[Drink, ...]
    robots: tuple[Robot, ...]
    most_cups: int
    minutes_a_cup: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to drink."""

    student: str = field(repr=False)
    robot: str | None
    """``None`` lets the office take the best one that makes it."""
    drink: str
    temperature: str
    """``hot`` or ``iced``."""
    size: str
    """``medium`` or ``large``."""
    sweetness: str
    """``none``, ``less``, ``half`` or ``full``."""
    cups: int


@dataclass(frozen=True, slots=True)
class CoffeeOrder:
    """What will be made once it is paid."""

    number: str
    """For instance ``KF20261122-0001``."""
    status: str
    name: str
    cups: int
    place: str
    amount_cents: int
    link: str = field(repr=False)
    """The cashier's page."""
    pickup_code: str = field(repr=False)
    expires_at: datetime


class Coffee:
    """The coffee robots, over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def menu(self, student: str | None = None) -> Menu:
        """The menu, and how the robots are now, the best one for ``student`` first.

        Raises ``Refusal("no_such_student")`` or ``OfficeClosed``.
        """
        return await wire.get(self._client, "/coffee", _menu, **({"student": student} if student else {}))

    async def submit(self, wish: Wish, *, key: str) -> CoffeeOrder:
        """Order ``wish`` once under ``key``; nothing is made before it is paid.

        Refusals: ``no_such_student``, ``no_such_drink``, ``no_such_robot``, ``only_hot`` (details: ``name``),
        ``robot_offline`` (``place``), ``robot_closed`` (``place``, ``opens``, ``closes``), ``sold_out`` (``name``,
        ``place``, ``left``). Raises also ``OfficeClosed`` and ``OutcomeUnknown``.
        """
        return await wire.submit(self._client, "/coffee-orders", asdict(wish), self._order, kind=KIND, key=key)

    async def order(self, number: str, *, student: str) -> CoffeeOrder:
        """The order ``number`` as it is now; another student's is ``Refusal("no_such_order")`` too."""
        path = f"/coffee-orders/{segment(number, 'no_such_order')}"
        return await wire.get(self._client, path, self._order, student=student)

    def _order(self, said: Fields) -> CoffeeOrder:
        return CoffeeOrder(
            number=said["number"],
            status=said["status"],
            name=said["name"],
            cups=said["cups"],
            place=said["place"],
            amount_cents=said["amount_cents"],
            link=str(self._client.base_url.join(said["pay_path"])),
            pickup_code=said["pickup_code"],
            expires_at=datetime.fromisoformat(said["expires_at"]),
        )


def _menu(said: Fields) -> Menu:
    return Menu(
        drinks=tuple(
            Drink(one["drink"], one["name"], one["price_cents"], one["large_cents"], one["iced"])
            for one in said["drinks"]
        ),
        robots=tuple(
            Robot(
                robot=one["robot"],
                place=one["building"] + one["place"],
                campus=one["campus"],
                status=one["status"],
                opens=one["opens"],
                closes=one["closes"],
                cups_waiting=one["cups_waiting"],
                sold_out=tuple(one["sold_out"]),
            )
            for one in said["robots"]
        ),
        most_cups=said["most_cups"],
        minutes_a_cup=said["minutes_a_cup"],
    )
