"""Talking to a running service in a shell; it needs no route of its own."""

from __future__ import annotations

from fastapi import FastAPI

from connectors.doors import Doors


def mount(app: FastAPI, doors: Doors) -> None:
    """The terminal speaks ``/api/chat`` like any other client."""
