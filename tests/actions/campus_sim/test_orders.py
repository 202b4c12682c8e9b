from __future__ import annotations

import asyncio
import sqlite3

import httpx
import pytest

from actions.campus_sim.ledger import Ledger
from tests.actions.campus_sim.back_office import SECRET, BackOffice, fresh_key
from tests.actions.campus_sim.forms import LEAVE, REPAIR, TRANSCRIPT, key

POSTS = [("/repairs", REPAIR), ("/transcripts", TRANSCRIPT), ("/leaves", LEAVE)]


@pytest.mark.parametrize(("path", "form"), POSTS)
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 256}])
async def test_no_order_without_a_key(
    desk: httpx.AsyncClient, path: str, form: dict[str, object], headers: dict[str, str]
) -> None:
    answer = await desk.post(path, json=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(("path", "form"), POSTS)
async def test_the_same_key_and_form_gives_the_same_answer_and_one_order(
    desk: httpx.AsyncClient, ledger: Ledger, path: str, form: dict[str, object]
) -> None:
    first = await desk.post(path, json=form, headers=key("k" * 255))
    again = await desk.post(path, json=dict(reversed(form.items())), headers=key("k" * 255))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    with ledger.reading() as db:
        assert db.execute("SELECT count(*) FROM orders WHERE key NOT LIKE 'seed-%'").fetchone()[0] == 1


async def test_the_same_key_with_another_form_is_refused(desk: httpx.AsyncClient) -> None:
    made = (await desk.post("/repairs", json=REPAIR, headers=key("once"))).json()
    for path, form in [("/repairs", REPAIR | {"room": "501"}), ("/leaves", LEAVE)]:
        answer = await desk.post(path, json=form, headers=key("once"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "idempotency_key_reused")
        assert answer.json()["error"]["details"] == {"number": made["number"]}


async def test_a_refusal_leaves_the_key_free_and_uses_up_no_number(desk: httpx.AsyncClient) -> None:
    refused = await desk.post("/repairs", json=REPAIR | {"room": "999"}, headers=key("once"))
    assert refused.status_code == 404
    made = await desk.post("/repairs", json=REPAIR, headers=key("once"))
    assert (made.status_code, made.json()["number"]) == (201, "BX20261123-0001")


@pytest.mark.parametrize(
    ("path", "form", "kind"),
    [(*post, kind) for post, kind in zip(POSTS, ("repair", "transcript", "leave"), strict=True)],
)
async def test_an_order_is_found_by_its_key(
    desk: httpx.AsyncClient, path: str, form: dict[str, object], kind: str
) -> None:
    made = (await desk.post(path, json=form, headers=key("case:7-a.b_c"))).json()
    found = await desk.get("/orders/by-key/case:7-a.b_c")
    assert found.json() == {"kind": kind, "number": made["number"], "order": made}


async def test_an_unused_key_has_no_order(desk: httpx.AsyncClient) -> None:
    answer = await desk.get("/orders/by-key/never")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_order")


async def test_twenty_posts_at_once_with_one_key_make_one_order(running: BackOffice, office: httpx.Client) -> None:
    one = key(fresh_key())
    async with httpx.AsyncClient(
        base_url=running.url, headers={"X-Counsellor-Secret": SECRET}, trust_env=False, timeout=20
    ) as client:
        answers = await asyncio.gather(*(client.post("/transcripts", json=TRANSCRIPT, headers=one) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1


def test_the_file_itself_forbids_two_orders_with_one_key(ledger: Ledger) -> None:
    insert = "INSERT INTO orders (key, kind, student, fingerprint) VALUES ('once', 'repair', '2023010001', 'f')"
    with ledger.writing() as db:
        db.execute(insert)
        with pytest.raises(sqlite3.IntegrityError, match=r"orders\.key"):
            db.execute(insert)
