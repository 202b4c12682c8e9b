"""The cases as the doors ask for them: who asks is said, and signed, here; the action server decides what they may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import structlog
from fastapi import Response
from itsdangerous import URLSafeTimedSerializer

from bot.following_up import Awaited
from bot.messages import Reply
from connectors.problems import Problem
from connectors.sessions import Session

log = structlog.get_logger()

PASSED_ON = (
    "idempotency-key",
    "x-counsellor-partner",
    "x-counsellor-department",
    "x-counsellor-timestamp",
    "x-counsellor-signature",
)
NOTICES_SECONDS = 1.5
AWAITED_SECONDS = 0.6
"""Of a turn that may take four: words that nobody waits for are words like others."""


class CaseDesk:
    """The action server's cases, for whoever is at the door."""

    def __init__(self, actions: httpx.AsyncClient, secret: str) -> None:
        self._actions = actions
        self._signer = URLSafeTimedSerializer(secret, salt="identity")

    def _signed(self, **who: Any) -> dict[str, str]:
        return {"X-Counsellor-Identity": str(self._signer.dumps(who))}

    async def ask(
        self, method: str, path: str, query: str, body: bytes, session: Session | None, said: Mapping[str, str]
    ) -> Response:
        """One call as this session, or as the partner that signed it. Raises :class:`Problem` when nobody is there."""
        headers = {name: said[name] for name in PASSED_ON if name in said}
        if "x-counsellor-partner" not in said and session is not None and (session.student or session.staff):
            who = {"student": session.student} if session.student else {"staff": session.staff}
            headers |= self._signed(**who)
        if body:
            headers["content-type"] = "application/json"
        url = f"/cases{path}" + (f"?{query}" if query else "")
        try:
            answer = await self._actions.request(method, url, content=body, headers=headers)
        except httpx.HTTPError as error:
            log.warning("cases.unavailable", error=type(error).__name__)
            raise Problem(503, "cases_closed", "暂时查不到办理情况，请稍后再试。") from error
        return Response(answer.content, answer.status_code, media_type="application/json")

    async def openapi(self) -> dict[str, Any]:
        try:
            said: dict[str, Any] = (await self._actions.get("/cases.json")).json()
        except (httpx.HTTPError, ValueError) as error:
            raise Problem(503, "cases_closed", "暂时查不到接口说明，请稍后再试。") from error
        paths = {
            path: of for path, of in said["paths"].items() if path in ("/cases", "/cases/{case}", "/cases/{case}/acts")
        }
        return {**said, "paths": {f"/api{path}": of for path, of in paths.items()}}

    async def notices(self, student: str) -> list[dict[str, Any]]:
        """What this student is to be told, each ``{"id", "replies"}``, the oldest first; nothing while that cannot be known."""
        try:
            answer = await self._actions.get(
                "/cases/notices", params={"student": student}, headers=self._signed(doors=True), timeout=NOTICES_SECONDS
            )
            found = answer.json() if answer.status_code == 200 else []
        except (httpx.HTTPError, ValueError) as error:
            log.warning("notices.unavailable", error=type(error).__name__)
            return []
        return [{"id": one["id"], "replies": [_reply(one)]} for one in found]

    async def awaiting(self, student: str) -> list[Awaited]:
        """This student's cases that wait for them, the newest first; nothing while that cannot be known."""
        try:
            answer = await self._actions.get(
                "/cases/awaited", params={"student": student}, headers=self._signed(doors=True), timeout=AWAITED_SECONDS
            )
            return [Awaited(**one) for one in answer.json()] if answer.status_code == 200 else []
        except (httpx.HTTPError, ValueError) as error:
            log.warning("cases.unavailable", error=type(error).__name__)
            return []

    async def seen(self, student: str, ids: Sequence[int]) -> None:
        """These were shown; what cannot be said now is shown once more."""
        for one in ids:
            try:
                await self._actions.post(
                    f"/cases/notices/{one}", params={"student": student}, headers=self._signed(doors=True)
                )
            except httpx.HTTPError as error:
                log.warning("notices.unavailable", error=type(error).__name__)
                return


def _reply(notice: dict[str, Any]) -> Reply:
    if notice["choices"]:
        return {"kind": "choices", "text": notice["text"], "choices": notice["choices"]}
    return {"kind": "text", "text": notice["text"]}
