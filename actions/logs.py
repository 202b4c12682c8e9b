"""Logs in fields, never a student's words."""

from __future__ import annotations

import structlog


def set_up() -> None:
    """One line of JSON per event on stdout."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
