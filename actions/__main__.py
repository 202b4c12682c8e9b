"""``python -m actions``: the action server on loopback."""

from __future__ import annotations

import uvicorn

from actions.logs import set_up
from actions.server import build
from actions.settings import Settings

if __name__ == "__main__":
    set_up()
    settings = Settings()
    uvicorn.run(build(settings), host="127.0.0.1", port=settings.actions_port, log_level="warning", access_log=False)
