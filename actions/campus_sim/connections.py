"""The open TCP connections, so that a fault can cut one as a dead machine would: without a word of HTTP."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import MutableMapping
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds (socket(7)): closing sends RST instead of an orderly FIN."""


class Connections:
    """Transports by the caller's address and port."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Uvicorn's HTTP/1.1 protocol, which here also notes its connections."""
        transports = self._open

        class NotedProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
                super().connection_made(transport)
                if self.client is not None:
                    transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    transports.pop(self.client, None)
                super().connection_lost(exc)

        return NotedProtocol

    def reset(self, scope: MutableMapping[str, Any]) -> None:
        """Cut the connection ``scope`` came on; raises ``ConnectionResetError`` when there is no real one."""
        transport = self._open.get(tuple(scope.get("client") or ()))
        if transport is None:
            raise ConnectionResetError("no connection to cut")
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        transport.abort()
