"""Faults on a real server: what the caller sees, and what was done meanwhile."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import httpx
import pytest

from tests.actions.campus_sim.back_office import SECRET, BackOffice, fresh_key
from tests.actions.campus_sim.forms import TRANSCRIPT, key


def ask(office: httpx.Client, **fault: Any) -> None:
    assert office.post("/_faults", json={"path": "/transcripts", **fault}).status_code == 201


def order(office: httpx.Client, said: str) -> httpx.Response:
    return office.post("/transcripts", json=TRANSCRIPT, headers=key(said))


def done(office: httpx.Client, said: str) -> bool:
    return office.get(f"/orders/by-key/{said}").status_code == 200


def raw(running: BackOffice, said: str) -> bytes:
    """What comes back on the bare socket; raises ``ConnectionResetError`` on a reset."""
    body = json.dumps(TRANSCRIPT).encode()
    head = f"POST /transcripts HTTP/1.1\r\nHost: campus\r\nX-Counsellor-Secret: {SECRET}\r\nIdempotency-Key: {said}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=5) as line:
        line.sendall(head.encode() + body)
        return line.recv(65536)


@pytest.mark.parametrize(("kind", "was_done"), [("reset_before", False), ("reset_after_commit", True)])
def test_a_reset_drops_the_connection_without_a_byte(
    running: BackOffice, office: httpx.Client, kind: str, was_done: bool
) -> None:
    ask(office, kind=kind)
    said = fresh_key()
    with pytest.raises(ConnectionResetError):
        raw(running, said)
    assert done(office, said) is was_done
    assert running.output == ""


def test_after_a_reset_after_commit_the_order_is_found_by_its_key_and_made_only_once(office: httpx.Client) -> None:
    ask(office, kind="reset_after_commit")
    said = fresh_key()
    with pytest.raises(httpx.TransportError):
        order(office, said)
    found = office.get(f"/orders/by-key/{said}").json()
    again = order(office, said)
    assert (found["kind"], found["order"]) == ("transcript", again.json())
    assert again.headers["idempotent-replayed"] == "true"


def test_a_status_comes_instead_of_the_work(office: httpx.Client) -> None:
    ask(office, kind="status", status=502)
    said = fresh_key()
    answer = order(office, said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "fault_on_request")
    assert done(office, said) is False


def test_a_login_page_comes_with_200_instead_of_the_work(office: httpx.Client) -> None:
    ask(office, kind="html_200")
    said = fresh_key()
    answer = order(office, said)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "统一身份认证" in answer.text
    assert done(office, said) is False


@pytest.mark.parametrize("kind", ["status", "html_200"])
def test_a_fault_after_the_work_hides_an_order(office: httpx.Client, kind: str) -> None:
    ask(office, kind=kind, after_commit=True)
    said = fresh_key()
    assert order(office, said).status_code == (503 if kind == "status" else 200)
    assert done(office, said) is True


def test_a_truncated_answer_is_half_of_the_real_one(office: httpx.Client) -> None:
    ask(office, kind="truncated")
    said = fresh_key()
    answer = order(office, said)
    whole = order(office, said).content
    assert (answer.status_code, answer.content) == (201, whole[: len(whole) // 2])


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_delayed_answer_is_late_and_right(office: httpx.Client, after_commit: bool) -> None:
    ask(office, kind="delay", delay_ms=300, after_commit=after_commit)
    began = time.monotonic()
    assert order(office, fresh_key()).status_code == 201
    assert time.monotonic() - began >= 0.3


def give_up(office: httpx.Client, said: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        office.post("/transcripts", json=TRANSCRIPT, headers=key(said), timeout=0.1)


def test_late_work_is_done_although_nobody_waits(office: httpx.Client) -> None:
    ask(office, kind="delay", delay_ms=400)
    said = fresh_key()
    give_up(office, said)
    began = time.monotonic()
    while not done(office, said):
        assert time.monotonic() - began < 10
        time.sleep(0.05)


def test_late_work_and_a_second_try_with_its_key_make_one_order(office: httpx.Client) -> None:
    ask(office, kind="delay", delay_ms=800)
    said = fresh_key()
    give_up(office, said)
    second = order(office, said).json()
    time.sleep(1.0)
    assert office.get(f"/orders/by-key/{said}").json()["order"] == second


def test_a_fault_happens_as_often_as_asked_the_oldest_first(office: httpx.Client) -> None:
    ask(office, kind="status", status=500, times=2)
    ask(office, kind="status", status=503)
    assert [one["times"] for one in office.get("/_faults").json()["faults"]] == [2, 1]
    statuses = [order(office, fresh_key()).status_code for _ in range(4)]
    assert statuses == [500, 500, 503, 201]
    assert office.get("/_faults").json() == {"faults": []}


def test_a_fault_fits_its_method_its_path_and_what_lies_below(office: httpx.Client) -> None:
    ask(office, path="/orders", method="GET", kind="status", times=2)
    assert office.get("/printers").status_code == 200
    assert order(office, fresh_key()).status_code == 201
    assert office.get("/orders/by-key/x").status_code == 503
    assert office.get("/orders").status_code == 503
    ask(office, path="/print", method="GET", kind="status")
    assert office.get("/printers").status_code == 200


def test_faults_are_forgotten_when_asked_and_never_befall_their_own_control(office: httpx.Client) -> None:
    for method in ("GET", "DELETE"):
        ask(office, path="/", method=method, kind="status", times=9)
    assert office.get("/health").status_code == 503
    assert office.delete("/_faults").json() == {"faults": []}
    assert office.get("/health").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "meteor"},
        {"kind": "status", "status": 200},
        {"kind": "delay", "delay_ms": -1},
        {"kind": "status", "x": 1},
    ],
)
def test_an_unknown_fault_is_refused(office: httpx.Client, fault: dict[str, Any]) -> None:
    answer = office.post("/_faults", json={"path": "/transcripts", **fault})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert office.get("/_faults").json() == {"faults": []}


def test_the_connection_lives_on_after_every_fault_that_answers(running: BackOffice, office: httpx.Client) -> None:
    ports = set()
    long = {"more": "长" * 1_000_000}
    for kind in ("status", "html_200", "truncated", "delay"):
        ask(office, kind=kind, delay_ms=1)
        answer = office.post("/transcripts", json=TRANSCRIPT | long, headers=key())
        ports.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(ports) == 1
    assert running.output == ""
