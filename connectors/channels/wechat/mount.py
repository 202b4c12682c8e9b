"""Hangs the official account's callback into the gateway."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from connectors.channels.wechat.callback import router
from connectors.channels.wechat.settings import WechatSettings
from connectors.doors import Doors

log = structlog.get_logger()


def mount(app: FastAPI, doors: Doors) -> None:
    """Opens ``/wechat`` when the official account is configured; without a token the door stays shut."""
    settings = doors.settings
    token = settings.wechat_token.get_secret_value()
    if not token:
        return
    public = settings.public_url.rstrip("/")

    async def converse(openid: str, message_id: str, text: str) -> Sequence[dict[str, Any]]:
        # The openid stays out of conversation ids: those reach the dialogue's trackers and the logs.
        conversation = f"wechat:{hashlib.sha256(openid.encode()).hexdigest()[:32]}"
        replies, _trace = await doors.converse(
            channel="wechat",
            conversation=conversation,
            owner="wechat",
            message=message_id,
            text=text,
            student=await _student(openid),
        )
        return [_with_binding(reply, openid) for reply in replies]

    async def _student(openid: str) -> str | None:
        try:
            return await doors.inbox.bound(openid)
        except SQLAlchemyError as error:
            # With the database gone nobody is known, but a crisis sentence must still get its card.
            log.critical("bindings.unavailable", error=type(error).__name__)
            return None

    def _with_binding(reply: dict[str, Any], openid: str) -> dict[str, Any]:
        """A sign-in link from here binds the follower to the student who signs in."""
        if reply.get("url") != "/sign-in":
            return reply
        return {**reply, "url": f"{public}/sign-in?bind={doors.sessions.binding(openid)}"}

    key = settings.wechat_aes_key.get_secret_value() or None
    app.include_router(router(WechatSettings(token, settings.wechat_appid, key, public or None), converse))
