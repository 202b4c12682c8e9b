"""How the offices are spoken to, and the ways that can end.

Errors::

    OfficeError
    ├── Refusal(code, details)   the office understood and says no
    ├── OfficeClosed             not done by this call
    └── OutcomeUnknown           perhaps done: neither the answer nor the look-up could tell

``OfficeClosed`` and ``OutcomeUnknown`` speak of one call. A request that timed out may still be on its way when the
look-up finds nothing, so whoever tries again must do so **with the same key**: the office makes one order of it.

Nothing here names a student, a path or an answer in an exception or a log: all three hold student data.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

SECRET_HEADER = "X-Counsellor-Secret"  # noqa: S105 - the name of the header, not what it holds
CONNECT_SECONDS = 1.0
POST_SECONDS = 4.0
GET_SECONDS = 2.0
"""For one attempt at a GET, and for a look-up with both its attempts."""

TURNED_AWAY = frozenset({401, 403, 429})
"""Answers about the caller, not the request: a rotated secret or a full queue is no refusal of the student."""
SEGMENT = re.compile(r"[\w-]{1,64}")
KEY = re.compile(r"[A-Za-z0-9_.:-]{1,255}")

# httpx logs every URL at INFO, and the URLs hold student numbers.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

Order = TypeVar("Order")
Fields = Mapping[str, Any]


class OfficeError(Exception):
    """Anything an office may answer instead of what was asked for."""


class Refusal(OfficeError):
    """The office says no, and why."""

    def __init__(self, code: str, details: Fields | None = None) -> None:
        super().__init__(code)
        self.code = code
        """The office's name for the reason, for instance ``overlapping_leave``."""
        self.details: Fields = details or {}
        """Facts that go with it, for instance ``{"number": "BX20261122-0001"}``."""


class OfficeClosed(OfficeError):
    """Not done by this call. It may be tried again later, with the same key."""

    def __init__(self, *, sent: bool = False) -> None:
        super().__init__("the office does not answer")
        self.sent = sent
        """Whether the form may still be on its way although the office knew of no order; ``False``: certainly not."""


class OutcomeUnknown(OfficeError):
    """Perhaps done. Only the office knows: look up by the key, or try again with the same key."""

    def __init__(self) -> None:
        super().__init__("the office does not say whether it was done")


class _Lost(Exception):
    """No answer that can be read. ``sent`` is whether the office may have got the request."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__()
        self.sent = sent


def open_wire(url: str, secret: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for the back office at ``url``; the caller closes it. ``transport`` is for tests."""
    # No proxies from the environment: the offices are inside.
    return httpx.AsyncClient(base_url=url, headers={SECRET_HEADER: secret}, transport=transport, trust_env=False)


def segment(said: str, otherwise: str) -> str:
    """``said`` as one segment of a path; raises ``Refusal(otherwise)`` where it could not name anything.

    ``2023010001/grades`` must not reach another record than the one it was asked for.
    """
    if SEGMENT.fullmatch(said) is None:
        raise Refusal(otherwise)
    return said


async def get(client: httpx.AsyncClient, path: str, read: Callable[[Fields], Order], **params: str | int) -> Order:
    """What the office holds at ``path``, as ``read`` makes it of the JSON object; one retry.

    Raises :class:`Refusal` or :class:`OfficeClosed`.
    """
    for _ in range(2):
        try:
            return await _ask(client, "GET", path, read, GET_SECONDS, params=params)
        except _Lost:
            continue
    raise OfficeClosed


async def submit(
    client: httpx.AsyncClient, path: str, form: Fields, read: Callable[[Fields], Order], *, kind: str, key: str
) -> Order:
    """Hand in ``form`` once and give the order it became, however the answer came to be known.

    One POST with ``key`` as Idempotency-Key, never a second: when its answer is lost, the order is looked up by the
    key. ``kind`` is the office's word for such an order (``repair``). Takes at most 6 s.

    Raises :class:`Refusal`, :class:`OfficeClosed` or :class:`OutcomeUnknown`; ``ValueError`` for a key that is not
    1–255 ASCII letters, digits or ``_.:-``.
    """
    headers = {"Idempotency-Key": _checked(key), "Content-Type": "application/json"}
    # Escaped to ASCII: half an emoji then reaches the office and is refused there, instead of failing here for ever.
    content = json.dumps(form).encode()
    try:
        return await _ask(client, "POST", path, read, POST_SECONDS, content=content, headers=headers)
    except _Lost as lost:
        sent = lost.sent
    if not sent:
        raise OfficeClosed
    order = await find(client, read, kind=kind, key=key)
    if order is None:
        raise OfficeClosed(sent=True)
    return order


async def find(client: httpx.AsyncClient, read: Callable[[Fields], Order], *, kind: str, key: str) -> Order | None:
    """The order made with ``key``, or ``None`` when the office says there is none; at most 2 s.

    Raises :class:`OutcomeUnknown` when the office does not say.
    """
    path = f"/orders/by-key/{_checked(key)}"

    def order(found: Fields) -> Order:
        if found["kind"] != kind:
            raise ValueError
        return read(found["order"])

    outcome: Order | None = None
    known = False
    try:
        async with asyncio.timeout(GET_SECONDS):
            outcome = await get(client, path, order)
            known = True
    except Refusal as refusal:
        # Any other 404 is somebody else's: a wrong path proves nothing about the order.
        known = refusal.code == "no_such_order"
    except (OfficeClosed, TimeoutError):
        pass
    if not known:
        raise OutcomeUnknown
    return outcome


def _checked(key: str) -> str:
    if KEY.fullmatch(key) is None:
        raise ValueError("not an idempotency key")
    return key


async def _ask(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    read: Callable[[Fields], Order],
    seconds: float,
    **said: Any,
) -> Order:
    """One request and what ``read`` makes of a 2xx; raises :class:`Refusal` or :class:`_Lost`."""
    request = client.build_request(method, path, timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS), **said)
    refusal = None
    sent = True
    try:
        # httpx limits each read; a body that trickles in byte by byte would never end.
        async with asyncio.timeout(seconds):
            answer = await client.send(request)
        if answer.is_success:
            return read(answer.json())
        sent = answer.status_code not in TURNED_AWAY
        if answer.is_client_error and sent and answer.status_code != httpx.codes.REQUEST_TIMEOUT:
            error = answer.json()["error"]
            refusal = Refusal(str(error["code"]), dict(error.get("details") or {}))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        sent = False
    except (httpx.HTTPError, TimeoutError, ValueError, TypeError, LookupError, AttributeError):
        pass
    # Raised out here, so that no cause hangs on them: httpx's and the JSON reader's errors hold the path and the body.
    if refusal is not None:
        raise refusal
    raise _Lost(sent=sent)
