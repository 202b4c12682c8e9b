"""Serves the trained dialogue on loopback. Runs on Rasa's Python; started and watched by ``scripts/up``.

Environment: ``COUNSELLOR_DIALOGUE_PORT``, ``COUNSELLOR_DIALOGUE_MODEL``, ``COUNSELLOR_DATA``, ``COUNSELLOR_ACTIONS_URL``,
``COUNSELLOR_INNER_SECRET``.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# One student at a time passes through here; more threads only fight over two cores.
for threads in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(threads, "1")
# A tracker keeps what a task needs, not a life: a form is at most some thirty events long.
os.environ.setdefault("MAX_NUMBER_OF_PREDICTIONS", "10")


class WordlessFormatter(logging.Formatter):
    """Where something happened and what kind of thing, never its text: Rasa's messages carry the student's words."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "-"
        return f"{record.levelname.lower()} dialogue {record.name}:{record.funcName}:{record.lineno} exception={kind}"


def keep_words_out_of_logs() -> None:
    """Lets only errors through, without their text, from the standard loggers and from structlog alike."""
    import structlog

    # Rasa quotes the message in its warnings, too.
    warnings.simplefilter("ignore")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WordlessFormatter())
    logging.basicConfig(handlers=[handler], level=logging.ERROR, force=True)
    for name in ("rasa", "sanic.root", "sanic.error", "sanic.access", "asyncio"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
        logging.getLogger(name).setLevel(logging.ERROR)

    def wordless(_logger: Any, method: str, event: dict[str, Any]) -> str:
        if method not in ("error", "exception", "critical"):
            raise structlog.DropEvent
        return f"{method} dialogue {event.get('event', '')!s:.60}"

    structlog.configure(processors=[wordless], logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def serve() -> None:
    keep_words_out_of_logs()
    import rasa.core.run as rasa_run
    from channel import Turns
    from quicker import make_quicker, settle
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.endpoints import EndpointConfig
    from trackers import WholeTrackers

    make_quicker()
    data = Path(os.environ["COUNSELLOR_DATA"])
    secret = os.environ["COUNSELLOR_INNER_SECRET"]
    endpoints = AvailableEndpoints(
        action=EndpointConfig(
            url=os.environ["COUNSELLOR_ACTIONS_URL"] + "/webhook",
            headers={"X-Counsellor-Secret": secret},
            enable_selective_domain=True,
        ),
        # The store itself, not its name: of a name it cannot load Rasa silently makes a store in memory.
        tracker_store=WholeTrackers(f"sqlite:///{data / 'dialogue.sqlite'}"),
    )
    port = int(os.environ["COUNSELLOR_DIALOGUE_PORT"])
    app = rasa_run.configure_app([Turns(secret)], enable_api=False, port=port, endpoints=endpoints)
    app.register_listener(
        partial(rasa_run.load_agent_on_start, os.environ["COUNSELLOR_DIALOGUE_MODEL"], endpoints, None),
        "before_server_start",
    )
    app.register_listener(lambda _app, _loop: settle(), "after_server_start")
    app.register_listener(rasa_run.close_resources, "after_server_stop")
    keep_words_out_of_logs()
    app.run(host="127.0.0.1", port=port, workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    serve()
