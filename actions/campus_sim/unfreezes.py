"""A lost card was found: its owner proves who is there with the code sent to the registered phone (第十九条)."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from actions.campus_sim.campus import Campus, Here
from actions.campus_sim.cards import DEPARTMENT, CardForm, card_in, loss_in
from actions.campus_sim.orders import MADE, Key, make_once
from actions.campus_sim.pages import button, page
from actions.campus_sim.pending import Pending, Stage, finish, give_up, order_now, pending, wait_for
from actions.campus_sim.problems import Problem
from actions.campus_sim.progress import set_status
from actions.campus_sim.registry import student_in

TITLE = "智慧校园平台 · 校园卡解挂"

router = APIRouter(tags=["cards"])

UnfreezeStatus = Literal["待验证", "已解挂", "已过期", "已作废"]
STATUS: dict[Stage, UnfreezeStatus] = {"open": "待验证", "done": "已解挂", "expired": "已过期", "void": "已作废"}
CODE_FIELD = '<p><input name="code" inputmode="numeric" autocomplete="one-time-code" placeholder="手机验证码"></p>'


class UnfreezeOrder(BaseModel):
    number: str
    status: UnfreezeStatus
    department: str
    student: str
    card: str
    lost_since: datetime
    verify_path: str
    """The page where the student proves who is there."""
    expires_at: datetime
    created_at: datetime


def _order(campus: Campus, db: sqlite3.Connection, number: str, form: CardForm) -> UnfreezeOrder:
    card, loss, now = card_in(db, form.student), loss_in(db, form.student), campus.now()
    if loss is None:
        frozen = card["status"] == "冻结"
        raise Problem(409, "card_frozen" if frozen else "card_not_lost", "该校园卡没有挂失。")
    give_up(db, "card_unfreeze", form.student, now)
    token, expires = wait_for(db, campus, number, "card_unfreeze", form.student)
    return UnfreezeOrder(
        number=number,
        status="待验证",
        department=DEPARTMENT,
        student=form.student,
        card=card["card"],
        lost_since=loss["since"],
        verify_path=f"/verify/{token}",
        expires_at=expires,
        created_at=now,
    )


@router.post("/card-unfreezes", response_model=UnfreezeOrder, status_code=201, responses=MADE)
def ask_to_unfreeze(form: CardForm, key: Key, campus: Here) -> Response:
    """Refuses with ``no_such_card``, ``card_not_lost`` and ``card_frozen``, which is no matter of a loss."""
    return make_once(
        campus, key, "card_unfreeze", form.student, form, lambda db, number: _order(campus, db, number, form)
    )


@router.get("/card-unfreezes/{number}", response_model=UnfreezeOrder)
def one_unfreeze(number: str, student: str, campus: Here) -> Any:
    with campus.ledger.reading() as db:
        stage = pending(db, number=number).stage(campus.now())
    return order_now(campus, "card_unfreeze", number, student, STATUS[stage])


def _waiting(db: sqlite3.Connection, token: str) -> Pending:
    found = pending(db, token=token)
    if found.kind != "card_unfreeze":
        raise Problem(404, "no_such_order", "没有查到这份单据。")
    return found


def code_for(token: str) -> str:
    """The code that goes to the phone. Here it is worked out of the token: nobody has a phone to read it from."""
    return f"{sum(ord(letter) * place for place, letter in enumerate(token, 1)) % 1_000_000:06d}"


@router.get("/verify/{token}", include_in_schema=False)
def show_verification(token: str, campus: Here) -> Response:
    with campus.ledger.reading() as db:
        found = _waiting(db, token)
        phone = student_in(db, found.student)["phone"]
    stage = found.stage(campus.now())
    if stage != "open":
        return page(TITLE, [f"这次解挂{STATUS[stage]}。"])
    lines = [
        f"验证码已发到你登记的手机 {phone[:3]}****{phone[-4:]}。",
        f"（演练环境没有短信，验证码是 {code_for(token)}。）",
        "验证通过后 5 分钟内恢复使用，不收费。",
    ]
    return page(TITLE, lines, button("验证并解挂", CODE_FIELD))


async def _typed(request: Request) -> str:
    return parse_qs((await request.body()).decode(errors="replace")).get("code", [""])[0].strip()


@router.post("/verify/{token}", include_in_schema=False)
def verify(token: str, typed: Annotated[str, Depends(_typed)], campus: Here) -> Response:
    now = campus.now()
    with campus.ledger.writing() as db:
        found = _waiting(db, token)
        stage = found.stage(now)
        right = typed == code_for(token)
        if stage == "open" and right:
            loss = loss_in(db, found.student)
            db.execute("UPDATE cards SET status = '正常' WHERE student = ?", (found.student,))
            db.execute(
                "UPDATE card_losses SET until = ? WHERE student = ? AND until IS NULL", (now.isoformat(), found.student)
            )
            finish(db, found, "已解挂", now)
            if loss and loss["number"]:
                set_status(db, "card_loss", loss["number"], "已解挂", now, None)
    if stage != "open":
        return page(TITLE, [f"这次解挂{STATUS[stage]}。"])
    if not right:
        return page(TITLE, ["验证码不对，请再输一次。"], button("验证并解挂", CODE_FIELD), status=422)
    return page(TITLE, ["已解挂。5 分钟内恢复使用，实体卡和电子校园码都可以用了。"])
