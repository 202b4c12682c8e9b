"""Signed sessions: an opaque cookie, a row that says who, a new id at every sign-in."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Response
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import Connection, delete, insert, select, update

from connectors.inbox import Inbox
from connectors.tables import sessions

COOKIE = "counsellor_session"
BINDING_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Session:
    """Who is at the other end of a browser."""

    owner: str
    """Owns conversations; stays the same over a sign-in, changes with the person."""
    student: str | None
    cookie: str | None = None
    """The new cookie to set; ``None`` when the browser has it already."""
    staff: str | None = None
    """Staff number of who is signed in as staff, and then nobody's student."""


class Sessions:
    """Opens, rotates and ends sessions."""

    def __init__(self, inbox: Inbox, secret: str, idle_minutes: int, clock: Callable[[], float] = time.time) -> None:
        self.inbox, self.idle, self.clock = inbox, idle_minutes * 60, clock
        self._signer = URLSafeSerializer(secret, salt="session")
        self._binder = URLSafeTimedSerializer(secret, salt="wechat-binding")

    async def open(self, cookie: str | None) -> Session:
        """The session of a cookie; a new anonymous one for none, a forged or a forgotten one."""
        return await self.look(cookie) or await self._new(None, secrets.token_hex(16))

    async def look(self, cookie: str | None) -> Session | None:
        """The session of a cookie where there is one; nothing is made for anybody else."""
        name = self._named(cookie)
        return await self.inbox.write(lambda db: self._find(db, name)) if name else None

    async def sign_in(
        self, session: Session, cookie: str | None, student: str | None = None, staff: str | None = None
    ) -> Session:
        """A new id for the same conversations; another person starts afresh."""
        same = session.student in (None, student) and session.staff in (None, staff)
        await self.end(cookie)
        return await self._new(student, session.owner if same else secrets.token_hex(16), staff)

    async def end(self, cookie: str | None) -> None:
        """Forgets the session; nobody owns its conversations any more."""
        if name := self._named(cookie):
            await self.inbox.write(lambda db: db.execute(delete(sessions).where(sessions.c.id == name)))

    def binding(self, openid: str) -> str:
        """A token, good for ten minutes, that a sign-in page can bind to its student."""
        return str(self._binder.dumps(openid))

    def bound_by(self, token: str) -> str | None:
        """The openid of a binding token; ``None`` for a forged or an old one."""
        try:
            return str(self._binder.loads(token, max_age=BINDING_SECONDS))
        except BadData:
            return None

    def _named(self, cookie: str | None) -> str | None:
        try:
            return hashlib.sha256(str(self._signer.loads(cookie)).encode()).hexdigest() if cookie else None
        except BadData:
            return None

    def _find(self, db: Connection, name: str) -> Session | None:
        now = self.clock()
        row = db.execute(select(sessions).where(sessions.c.id == name)).one_or_none()
        if row is None:
            return None
        if (row.student or row.staff) is not None and now - row.seen > self.idle:
            db.execute(delete(sessions).where(sessions.c.id == name))
            return None
        if now - row.seen > 30:
            # Once in half a minute is enough to know an idle session from a used one.
            db.execute(update(sessions).where(sessions.c.id == name).values(seen=now))
        return Session(row.owner, row.student, staff=row.staff)

    async def _new(self, student: str | None, owner: str, staff: str | None = None) -> Session:
        opaque = secrets.token_urlsafe(32)
        row = {"id": hashlib.sha256(opaque.encode()).hexdigest(), "owner": owner, "student": student, "staff": staff}
        await self.inbox.write(lambda db: db.execute(insert(sessions).values(**row, seen=self.clock())))
        return Session(owner, student, str(self._signer.dumps(opaque)), staff)


def set_cookie(response: Response, session: Session, secure: bool) -> Response:
    """Puts a new session's cookie on a response; leaves the browser's own alone."""
    if session.cookie is not None:
        response.set_cookie(COOKIE, session.cookie, httponly=True, samesite="lax", secure=secure, path="/")
    return response
