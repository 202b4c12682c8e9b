"""The one way into Rasa: the doors post a turn, the reply is what the actions said. Runs on Rasa's Python."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse


class Collected(OutputChannel):
    """Keeps what the actions said, in order: the reply objects of ``docs/seams.md``."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "counsellor"

    async def send_custom_json(self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any) -> None:
        self.said.append(json_message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        # Our actions never utter bare text, so this is Rasa speaking by itself: the pipeline apologises instead.
        return


class Turns(InputChannel):
    """``POST /webhooks/counsellor/turn``; a call without the inner secret is 401."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    @classmethod
    def name(cls) -> str:
        return "counsellor"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        turns = Blueprint("counsellor_turns")

        @turns.route("/health", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @turns.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            if not hmac.compare_digest(request.headers.get("x-counsellor-secret", ""), self.secret):
                return response.json({"error": {"code": "unauthorised"}}, status=401)
            body = request.json
            collected = Collected()
            await on_new_message(
                UserMessage(
                    body["message"],
                    collected,
                    body["sender"],
                    input_channel=self.name(),
                    metadata=body.get("metadata") or {},
                )
            )
            return response.json(collected.said)

        return turns
