"""Hangs the official account's callback into the gateway."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from bot.messages import Reply
from connectors.channels.wechat.callback import routes
from connectors.channels.wechat.news import News
from connectors.channels.wechat.pictures import Pictures, Unreachable
from connectors.channels.wechat.sentences import NOT_FETCHED, NOT_KEPT
from connectors.channels.wechat.settings import WechatSettings
from connectors.doors import Doors
from connectors.problems import Problem
from connectors.uploads import Uploads

log = structlog.get_logger()


def mount(app: FastAPI, doors: Doors, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
    """Opens ``/wechat`` when the official account is configured; without a token the door stays shut.

    ``transport`` replaces the network that pictures are fetched over.
    """
    settings = doors.settings
    token = settings.wechat_token.get_secret_value()
    if not token:
        return
    public = settings.public_url.rstrip("/")
    news = News(doors.cases)
    pictures, uploads = Pictures(transport), Uploads(settings.data)

    async def converse(openid: str, message_id: str, text: str) -> Sequence[dict[str, Any]]:
        return await answered(openid, message_id, text)

    async def look(openid: str, message_id: str, picture: str) -> Sequence[dict[str, Any]]:
        """A picture is kept like one of ``/api/uploads``, in a folder of this follower's own."""
        try:
            upload = await uploads.keep(await pictures.fetch(picture), _name(openid))
        except Unreachable as error:
            log.warning("wechat.picture_not_fetched", reason=str(error))
            return [{"kind": "text", "text": NOT_FETCHED}]
        except Problem as problem:
            return [{"kind": "text", "text": NOT_KEPT.format(why=problem.message)}]
        return await answered(openid, message_id, "", (upload,))

    async def answered(
        openid: str, message_id: str, text: str, attachments: tuple[str, ...] = ()
    ) -> Sequence[dict[str, Any]]:
        student = await _student(openid)
        replies, _trace = await doors.converse(
            channel="wechat",
            conversation=_name(openid),
            owner="wechat",
            message=message_id,
            text=text,
            student=student,
            attachments=attachments,
        )
        bound = [_with_binding(reply, openid) for reply in replies]
        return bound if student is None else await news.in_front(openid, message_id, student, bound)

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

    class Kept:
        """What the inbox knows of answers that were not handed over."""

        def missed(self, openid: str) -> Mapping[str, Sequence[Reply]]:
            missed = doors.undelivered.take(_name(openid))
            return {id: [_with_binding(dict(reply), openid) for reply in replies] for id, replies in missed.items()}

        def handed(self, openid: str, ids: Sequence[str]) -> None:
            news.handed(openid, ids)
            for id in ids:
                doors.inbox.delivered(_name(openid), id)

    key = settings.wechat_aes_key.get_secret_value() or None
    account = WechatSettings(token, settings.wechat_appid, key, public or None)
    # Before the others: every message passes here, and what is looked through first costs nothing.
    app.router.routes[:0] = routes(account, converse, look, courier=Kept())


def _name(openid: str) -> str:
    """A follower's conversation. The openid stays out of it: conversation ids reach the dialogue's trackers and the logs."""
    return f"wechat:{hashlib.sha256(openid.encode()).hexdigest()[:32]}"
