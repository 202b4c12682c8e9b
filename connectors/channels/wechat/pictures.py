"""Fetching the picture of an image message from where WeChat keeps it."""

from __future__ import annotations

import httpx

from connectors.uploads import LARGEST_PICTURE

HOSTS = ("qpic.cn", "qlogo.cn")
"""WeChat's own picture hosts, with all below them. In plain mode nothing signs the body of a message: without this list
whoever replays a signed query could have any address fetched from inside the campus network."""
PATIENCE = 8.0
"""Seconds. WeChat delivers a message three times, which together leaves about twelve."""


class Unreachable(Exception):
    """The picture could not be had; the reason is a short English name for the log."""


class Pictures:
    """Pictures of image messages. ``transport`` replaces the network."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport

    async def fetch(self, address: str) -> bytes:
        """The picture behind a ``PicUrl``, at most ``LARGEST_PICTURE`` bytes. Raises :class:`Unreachable`."""
        url = _own(address)
        try:
            # Redirects are not followed: they could lead anywhere.
            async with (
                httpx.AsyncClient(transport=self._transport, timeout=PATIENCE, follow_redirects=False) as client,
                client.stream("GET", url) as answer,
            ):
                if answer.status_code != 200:
                    raise Unreachable(f"status {answer.status_code}")
                picture = bytearray()
                async for chunk in answer.aiter_bytes():
                    picture += chunk
                    if len(picture) > LARGEST_PICTURE:
                        raise Unreachable("too large")
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from error
        return bytes(picture)


def _own(address: str) -> httpx.URL:
    """The address, over https, when it is WeChat's own."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as error:
        raise Unreachable("no address") from error
    host = url.host
    if url.scheme not in ("http", "https") or url.port is not None or url.userinfo:
        raise Unreachable("strange address")
    if not any(host == one or host.endswith(f".{one}") for one in HOSTS):
        raise Unreachable("foreign host")
    return url.copy_with(scheme="https")
