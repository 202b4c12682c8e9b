"""What every route of the back office stands on."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Request

from actions.campus_sim.dates import campus_now
from actions.campus_sim.ledger import Ledger


def draw_code() -> str:
    """Six digits that cannot be guessed from the order's number."""
    return f"{secrets.randbelow(1_000_000):06d}"


def draw_token() -> str:
    """The name of a page that only whoever was given its address can find: 128 bits."""
    return secrets.token_urlsafe(16)


LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are read wrongly aloud or on paper: 0 and O, 1, I and L."""


def draw_case_code() -> str:
    """``K7MQX4TX``: whoever holds it may follow a case that has no name on it, so it must not be guessed."""
    while True:
        code = "".join(secrets.choice(LETTERS) for _ in range(8))
        # Neither a word nor a bare number: those stand in sentences for other things.
        if not code.isalpha() and not code.isdigit():
            return code


Fate = Literal["tray", "taken", "retracted", "jammed"]
"""How a print ends by itself."""


def waits(number: str) -> Fate:
    """In the tray, until somebody takes it."""
    return "tray"


@dataclass(frozen=True, slots=True)
class Campus:
    """The world the routes see: passed in, so that a test may stop the clock."""

    ledger: Ledger
    now: Callable[[], datetime] = campus_now
    """Campus time with its offset."""
    draw_code: Callable[[], str] = draw_code
    draw_case_code: Callable[[], str] = draw_case_code
    draw_token: Callable[[], str] = draw_token
    fate: Callable[[str], Fate] = waits
    """What becomes of the paper of an order that is printed."""


def _of_request(request: Request) -> Campus:
    campus: Campus = request.app.state.campus
    return campus


Here = Annotated[Campus, Depends(_of_request)]
