"""How the offices are spoken to, and the ways that can end.

Errors::

    OfficeError
    ├── Refusal(code, details)   the office understood and says no
    ├── OfficeClosed             not done by this call
    └── OutcomeUnknown           perhaps done: neither the answer nor the look-up could tell

``OfficeClosed`` and ``OutcomeUnknown`` speak of one call. A request that timed out may still be on its way when the
look-up finds nothing, so whoever tries again must do so **with the same key**: the office makes one order of it.

Each office has a client of its own (:class:`Line`) with a :class:`~actions.offices.breaker.Breaker`: an office that does
not answer is not waited for by everybody. While it rests a call ends at once as ``OfficeClosed``, a look-up as
``OutcomeUnknown``; only the look-up of an order just sent goes through, because that answer is owed.

An office that does not keep keys (``Line.keeps_keys`` is false) makes a second order of a second POST. There the key is
also written into the form as ``marker``, and nothing is sent before the office said that it has no order with it. What
was sent but not found may still be worked on for ``SETTLES_SECONDS``: whoever tries again there waits for so long first.

Nothing here names a student, a path or an answer in an exception or a log: all three hold student data.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from actions.offices.breaker import Breaker

SECRET_HEADER = "X-Counsellor-Secret"  # noqa: S105 - the name of the header, not what it holds
CONNECT_SECONDS = 1.0
POST_SECONDS = 3.0
GET_SECONDS = 2.0
"""For one attempt at a GET, and for a look-up with both its attempts."""

SETTLES_SECONDS = 30.0
"""After so long an office has finished a request or dropped it; its own time-outs are shorter."""

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


class Line(httpx.AsyncClient):
    """The client of one office, with its breaker."""

    def __init__(
        self, url: str, secret: str, transport: httpx.AsyncBaseTransport | None, breaker: Breaker, keeps_keys: bool
    ) -> None:
        # No proxies from the environment: the offices are inside.
        super().__init__(base_url=url, headers={SECRET_HEADER: secret}, transport=transport, trust_env=False)
        self.breaker = breaker
        self.keeps_keys = keeps_keys


def open_wire(
    url: str,
    secret: str,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    breaker: Breaker | None = None,
    keeps_keys: bool = True,
) -> Line:
    """A client for the back office at ``url``; the caller closes it. ``transport`` may be shared by several.

    ``keeps_keys``: whether a second POST with the same Idempotency-Key gives the order of the first.
    """
    return Line(url, secret, transport, breaker or Breaker(), keeps_keys)


def keeps_keys(client: httpx.AsyncClient) -> bool:
    """Whether the office behind ``client`` makes one order of one key, whatever is repeated."""
    return client.keeps_keys if isinstance(client, Line) else True


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
    with _counted(client):
        return await _get(client, path, read, **params)


async def submit(
    client: httpx.AsyncClient, path: str, form: Fields, read: Callable[[Fields], Order], *, kind: str, key: str
) -> Order:
    """Hand in ``form`` once and give the order it became, however the answer came to be known.

    One POST with ``key`` as Idempotency-Key, never a second: when its answer is lost, the order is looked up by the
    key. ``kind`` is the office's word for such an order (``repair``). Takes at most 5 s, 7 s where keys are not kept.

    Raises :class:`Refusal`, :class:`OfficeClosed` or :class:`OutcomeUnknown`; ``ValueError`` for a key that is not
    1–255 ASCII letters, digits or ``_.:-``.
    """
    headers = {"Idempotency-Key": _checked(key), "Content-Type": "application/json"}
    if not keeps_keys(client):
        form = {**form, "marker": key}
    # Escaped to ASCII: half an emoji then reaches the office and is refused there, instead of failing here for ever.
    content = json.dumps(form).encode()
    with _counted(client):
        if not keeps_keys(client):
            earlier = await _look_up(client, read, kind=kind, key=key)
            if earlier is not None:
                return earlier
        try:
            return await _ask(client, "POST", path, read, POST_SECONDS, content=content, headers=headers)
        except _Lost as lost:
            sent = lost.sent
        if not sent:
            raise OfficeClosed
        order = await _look_up(client, read, kind=kind, key=key)
        if order is None:
            raise OfficeClosed(sent=True)
        return order


async def find(
    client: httpx.AsyncClient, read: Callable[[Fields], Order], *, kind: str | None, key: str
) -> Order | None:
    """The order made with ``key`` (of any kind, if none is said), or ``None`` when the office says there is none; at most 2 s.

    Raises :class:`OutcomeUnknown` when the office does not say.
    """
    _checked(key)
    with _counted(client, resting=OutcomeUnknown):
        return await _look_up(client, read, kind=kind, key=key)


async def _look_up(
    client: httpx.AsyncClient, read: Callable[[Fields], Order], *, kind: str | None, key: str
) -> Order | None:
    by_key = keeps_keys(client)
    path = f"/orders/by-{'key' if by_key else 'marker'}/{_checked(key)}"

    def order(found: Fields) -> Order:
        if kind is not None and found["kind"] != kind:
            raise ValueError
        return read(found["order"])

    def oldest(found: Fields) -> Order | None:
        return order(found["orders"][0]) if found["orders"] else None

    outcome: Order | None = None
    known = False
    try:
        async with asyncio.timeout(GET_SECONDS):
            outcome = await (_get(client, path, order) if by_key else _get(client, path, oldest))
            known = True
    except Refusal as refusal:
        # Any other 404 is somebody else's: a wrong path proves nothing about the order.
        known = by_key and refusal.code == "no_such_order"
    except (OfficeClosed, TimeoutError):
        pass
    if not known:
        raise OutcomeUnknown
    return outcome


@contextmanager
def _counted(client: httpx.AsyncClient, *, resting: type[OfficeError] = OfficeClosed) -> Iterator[None]:
    """Tell the office's breaker how this call ends; raises ``resting`` instead when it lets none through."""
    breaker = client.breaker if isinstance(client, Line) else None
    if breaker is not None and not breaker.admits():
        raise resting
    try:
        yield
    except Refusal:
        if breaker is not None:
            breaker.answered()
        raise
    except OfficeError:
        if breaker is not None:
            breaker.lost()
        raise
    except BaseException:
        if breaker is not None:
            breaker.released()
        raise
    if breaker is not None:
        breaker.answered()


def _checked(key: str) -> str:
    if KEY.fullmatch(key) is None:
        raise ValueError("not an idempotency key")
    return key


async def _get(client: httpx.AsyncClient, path: str, read: Callable[[Fields], Order], **params: str | int) -> Order:
    for _ in range(2):
        try:
            return await _ask(client, "GET", path, read, GET_SECONDS, params=params)
        except _Lost:
            continue
    raise OfficeClosed


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
