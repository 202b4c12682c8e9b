"""Orders of every kind: made once for each idempotency key, and found again."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.problems import Problem

Kind = Literal[
    "repair",
    "transcript",
    "leave",
    "card_loss",
    "card_unfreeze",
    "top_up",
    "coffee",
    "leave_return",
    "complaint",
    "hazard",
    "counselling",
    "tutor",
    "venue",
    "activity",
    "release",
    "application",
    "certificate",
]
PREFIXES: dict[Kind, str] = {
    "repair": "BX",
    "transcript": "CJ",
    "leave": "QJ",
    "card_loss": "GS",
    "card_unfreeze": "JG",
    "top_up": "CZ",
    "coffee": "KF",
    "leave_return": "XJ",
    "complaint": "TS",
    "hazard": "YH",
    "counselling": "XL",
    "tutor": "DS",
    "venue": "CD",
    "activity": "HD",
    "release": "QX",
    "application": "SQ",
    "certificate": "ZM",
}
Deed = Literal["urge", "withdraw", "rate", "charge", "refund", "print"]
"""What may be done with an order that is there already."""
LONGEST_KEY = 255
KEYS_IGNORED = "keys_ignored"

router = APIRouter(tags=["orders"])


class OrderByKey(BaseModel):
    """What was made under one idempotency key."""

    kind: Kind | Deed
    number: str
    order: dict[str, Any]
    """Exactly the body of the 201."""


class OrdersByMarker(BaseModel):
    """Everything that carries one marker; more than one where somebody asked twice and keys are not kept."""

    orders: list[OrderByKey]
    """The oldest first."""


class Marked(BaseModel):
    """A form in which the caller may write a word of its own."""

    marker: str | None = Field(default=None, min_length=1, max_length=LONGEST_KEY)
    """Kept beside the order, searched by ``/orders/by-marker``, and not unique."""


class Keys(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kept: bool
    """``False``: an office as many are, for which Idempotency-Key is any header. A second POST makes a second order."""


def _idempotency_key(
    idempotency_key: Annotated[str | None, Header(description=f"1–{LONGEST_KEY} characters, one per order")] = None,
) -> str:
    if not idempotency_key or len(idempotency_key) > LONGEST_KEY:
        raise Problem(400, "idempotency_key_missing", f"缺少 Idempotency-Key 请求头(1–{LONGEST_KEY} 个字符)。")
    return idempotency_key


Key = Annotated[str, Depends(_idempotency_key)]

MADE: dict[int | str, dict[str, Any]] = {
    201: {
        "headers": {
            "Idempotent-Replayed": {
                "description": "`true` when this key had already made the order and nothing was done again",
                "schema": {"type": "string"},
            }
        }
    }
}
"""What the contract says about every 201."""


def order_number(db: sqlite3.Connection, kind: Kind, day: date) -> str:
    """The next number of ``kind`` on ``day``, for instance ``BX20261122-0001``."""
    return serial(db, PREFIXES[kind], day)


def serial(db: sqlite3.Connection, prefix: str, day: date) -> str:
    """The next number with ``prefix`` on ``day``."""
    stamp = f"{day:%Y%m%d}"
    last = db.execute(
        "INSERT INTO sequences VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
        (prefix, stamp),
    ).fetchone()[0]
    return f"{prefix}{stamp}-{last:04d}"


def key_for(db: sqlite3.Connection, key: str) -> str:
    """``key``, or one nobody knows while this office ignores keys."""
    ignored = db.execute("SELECT 1 FROM modes WHERE mode = ?", (KEYS_IGNORED,)).fetchone()
    return secrets.token_urlsafe(16) if ignored else key


def file_under(db: sqlite3.Connection, marker: str | None, key: str) -> None:
    """Let what was made under ``key`` be found by ``marker``."""
    if marker is not None:
        db.execute("INSERT INTO markers VALUES (?, ?)", (marker, key))


def make_once(
    campus: Campus,
    key: str,
    kind: Kind,
    student: str,
    form: BaseModel,
    make: Callable[[sqlite3.Connection, str], BaseModel],
) -> Response:
    """The 201 of ``form``: ``make(db, number)`` gives the order, and is not called when ``key`` was used before.

    The same key with the same form gives the stored body again with ``Idempotent-Replayed: true``; with another form
    it raises :class:`Problem` 422 ``idempotency_key_reused`` (details: the number made with it). A refusal by ``make``
    leaves the key free.
    """
    fingerprint = fingerprint_of(kind, form)
    with campus.ledger.writing() as db:
        key = key_for(db, key)
        claimed = db.execute(
            "INSERT INTO orders (key, kind, student, fingerprint) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (key, kind, student, fingerprint),
        ).rowcount
        if not claimed:
            earlier = db.execute("SELECT fingerprint, number, answer FROM orders WHERE key = ?", (key,)).fetchone()
            if earlier["fingerprint"] != fingerprint:
                details = {"number": earlier["number"]}
                raise Problem(422, "idempotency_key_reused", "该 Idempotency-Key 已用于另一份申请。", details)
            return created(earlier["answer"], replayed=True)
        number = order_number(db, kind, campus.now().date())
        body = make(db, number).model_dump_json()
        db.execute("UPDATE orders SET number = ?, answer = ? WHERE key = ?", (number, body, key))
        if isinstance(form, Marked):
            file_under(db, form.marker, key)
    return created(body)


def fingerprint_of(what: str, form: BaseModel) -> str:
    """The same for the same request, whatever its key."""
    said = json.dumps([what, form.model_dump(mode="json")], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def created(body: str, *, replayed: bool = False) -> Response:
    """The 201 with a stored body."""
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    return Response(body, status_code=201, media_type="application/json", headers=headers)


def order_of(campus: Campus, kind: Kind, number: str, student: str) -> JSONResponse:
    """The order ``number`` of ``student``; somebody else's is 404, like one that does not exist."""
    with campus.ledger.reading() as db:
        row = db.execute(
            "SELECT answer FROM orders WHERE number = ? AND kind = ? AND student = ?", (number, kind, student)
        ).fetchone()
    if row is None:
        raise Problem(404, "no_such_order", "没有查到这份单据。")
    return JSONResponse(json.loads(row["answer"]))


@router.get("/orders/by-key/{key}", response_model=OrderByKey)
def order_by_key(key: str, campus: Here) -> JSONResponse:
    """What became of a POST whose answer was lost."""
    with campus.ledger.reading() as db:
        row = db.execute(
            "SELECT kind, number, answer FROM orders WHERE key = ?"
            " UNION ALL SELECT deed, number, answer FROM deeds WHERE key = ?",
            (key, key),
        ).fetchone()
    if row is None:
        raise Problem(404, "no_such_order", "该 Idempotency-Key 下没有单据。")
    return JSONResponse({"kind": row["kind"], "number": row["number"], "order": json.loads(row["answer"])})


@router.get("/orders/by-marker/{marker}", response_model=OrdersByMarker)
def orders_by_marker(marker: str, campus: Here) -> dict[str, Any]:
    """What carries ``marker``; an empty list when nothing does."""
    with campus.ledger.reading() as db:
        rows = db.execute(
            "SELECT kind, number, answer, markers.rowid AS place FROM orders JOIN markers USING (key) WHERE marker = ?"
            " UNION ALL SELECT deed, number, answer, markers.rowid FROM deeds JOIN markers USING (key) WHERE marker = ?"
            " ORDER BY place",
            (marker, marker),
        ).fetchall()
    return {
        "orders": [{"kind": row["kind"], "number": row["number"], "order": json.loads(row["answer"])} for row in rows]
    }


@router.put("/_keys", response_model=Keys)
def keep_keys(keys: Keys, campus: Here) -> Keys:
    """For tests and rehearsals: be an office without a unique key, or with one again."""
    with campus.ledger.writing() as db:
        db.execute("DELETE FROM modes WHERE mode = ?", (KEYS_IGNORED,))
        if not keys.kept:
            db.execute("INSERT INTO modes VALUES (?)", (KEYS_IGNORED,))
    return keys
