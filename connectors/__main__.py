"""``python -m connectors``: the doors."""

from __future__ import annotations

import sys

import structlog
import uvicorn

from bot.understanding.intents import HeadMissing
from connectors.bootstrap import build
from connectors.settings import Settings


def main() -> int:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    settings = Settings()
    try:
        app = build(settings)
    except HeadMissing as error:
        print(error, file=sys.stderr)
        return 1
    # uvicorn's own lines would carry addresses with conversation ids and error texts.
    uvicorn.run(
        app, host=settings.host, port=settings.port, log_level="critical", access_log=False, server_header=False
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
