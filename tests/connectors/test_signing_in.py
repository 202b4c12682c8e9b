"""Who is speaking: the development provider, its limits, and what a session may see."""

from __future__ import annotations

import uuid

import httpx
import pytest

from connectors.settings import Settings
from connectors.signing_in import same_site
from eval.house import House


def test_a_known_student_signs_in_and_is_told_who_they_are(running: House) -> None:
    with running.client() as client:
        assert client.get("/api/me").json() == {"student": None}
        answer = client.post("/sign-in", json={"student": "2023010001"})
        assert (answer.status_code, answer.json()["student"]) == (200, "2023010001")
        assert client.get("/api/me").json()["student"] == "2023010001"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"student": 2023010001}', 422),
        (b'{"student": ""}', 422),
        (b'{"student": "../students"}', 422),
        (b'{"student": "1999999999"}', 404),
    ],
)
def test_nobody_else_signs_in(running: House, body: bytes, status: int) -> None:
    with running.client() as client:
        answer = client.post("/sign-in", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message"}
        assert client.get("/api/me").json() == {"student": None}


def test_the_sign_in_changes_the_cookie_and_keeps_the_conversation(running: House) -> None:
    conversation = str(uuid.uuid4())
    with running.client() as client:
        client.post("/api/chat", json={"conversation": conversation, "message_id": "1", "text": "你好"})
        before = client.cookies["counsellor_session"]
        client.post("/sign-in", json={"student": "2023010001"})
        assert client.cookies["counsellor_session"] != before
        body = {"conversation": conversation, "message_id": "2", "text": "你好"}
        assert client.post("/api/chat", json=body).status_code == 200
        with httpx.Client(base_url=running.url, cookies={"counsellor_session": before}) as thief:
            assert thief.post("/api/chat", json={**body, "message_id": "3"}).status_code == 404
            assert thief.get("/api/me").json() == {"student": None}


def test_the_next_person_at_a_kiosk_finds_nothing_of_the_last(running: House) -> None:
    body = {"conversation": str(uuid.uuid4()), "message_id": "1", "text": "你好"}
    with running.client() as client:
        client.post("/sign-in", json={"student": "2023010001"})
        client.post("/api/chat", json=body)
        ended = client.post("/api/session/end")
        assert "storage" in ended.headers["clear-site-data"]
        assert client.get("/api/me").json() == {"student": None}
        assert client.post("/api/chat", json={**body, "message_id": "2"}).status_code == 404


def test_another_student_in_the_same_browser_starts_afresh(running: House) -> None:
    body = {"conversation": str(uuid.uuid4()), "message_id": "1", "text": "你好"}
    with running.client() as client:
        client.post("/sign-in", json={"student": "2023010001"})
        client.post("/api/chat", json=body)
        client.post("/sign-in", json={"student": "2023010002"})
        assert client.post("/api/chat", json={**body, "message_id": "2"}).status_code == 404


def test_the_form_works_without_scripts(running: House) -> None:
    with running.client() as client:
        page = client.get("/sign-in", params={"next": "/?resume=1"})
        assert "2023010001" in page.text
        wrong = client.post("/sign-in", data={"student": "1999999999", "next": "/"})
        assert wrong.status_code == 404
        assert "没有查到这个学号" in wrong.text
        right = client.post("/sign-in", data={"student": "2023010001", "next": "/kiosk"})
        assert (right.status_code, right.headers["location"]) == (303, "/kiosk")


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb"]
)
def test_a_sign_in_never_leads_to_another_site(path: str) -> None:
    assert same_site(path) == "/?resume=1"


@pytest.mark.parametrize(
    ("settings", "open_"),
    [
        ({}, True),
        ({"host": "localhost"}, True),
        ({"host": "0.0.0.0"}, False),  # noqa: S104  (what must be refused)
        ({"host": "10.1.2.3"}, False),
        ({"host": "::"}, False),
        ({"campus_url": "https://office.example.edu.cn"}, False),
    ],
)
def test_the_development_provider_is_shut_beyond_loopback_or_with_a_real_office(
    settings: dict[str, str], open_: bool
) -> None:
    assert Settings(**settings).development_sign_in is open_  # type: ignore[arg-type]
