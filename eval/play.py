"""Plays ``dialogues.yaml`` against a running house, the way a student would have it.

A dialogue is a name, who is signed in, and turns. A turn does one thing and says what must come of it:

    - say: 3号楼502空调不制冷          # or tap: a button's label, or sign_in: a student number
      asking: phone                    # the open question afterwards; null when none is open
      task: repair_request             # the service at work
      route: task                      # how the message was taken
      kinds: [choices]                 # kinds of the replies, in order
      text: "…"                        # the last reply's text, exactly
      contains: ["…"]                  # all of these stand in the replies
      lacks: ["…"]                     # none of these does
      fields: {地点: 3号楼502}          # the confirm card shows these
      receipt: true                    # a receipt came, and the office knows its number
    - fault: {path: /repairs, method: POST, kind: status, status: 503, times: 1}   # the office is told to fail

    - press: answer:zh                # an old button: its payload, whatever stands there now
    - sign_in_only: "2023010001"       # the cookie alone; the next message goes on
    - printers: out_of_paper           # every printer of the campus
    - staff: {number: "{number}", status: 已完成, note: 换了阀芯}   # a member of staff moves an order on
    - rival: counselling               # somebody quicker takes what the next order of this service wants
    - pay: true                        # the student opens the last payment link and pays
    - verify: true                     # the student opens the last link to prove who is there, and does
    - robots: {KF01: {status: offline}}   # the coffee robots: status, sold_out, opens, closes
    - card_feed: 40                    # the accounts of the card centre lag so many minutes behind
    - case: {number: "{number}", stage: 反馈}   # waits until the case of this order stands there
    - told: [后勤保障处已经接办]       # waits until the student is told so, in this order, on whatever page is open
    - officer: {staff: T2004, number: "{number}", act: return, reason: not_ours}   # somebody at a desk acts on the case
    - absent: {service: venue, student: "2023010001", times: 2}   # did not come to what was booked
Days in expectations are written as a student says them and compared as the counsellor writes them: ``{下周三}`` is
11月25日（周三） on the 20th. A number kept with ``keep: number`` is expected again as ``{number}``, and may be said again; so is
the code of a case without a name, kept with ``keep: code``.

``orders: 1`` at the end of a dialogue says how many orders the office took in it.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import yaml

from eval.house import House

ROOT = Path(__file__).resolve().parent.parent
EXPECTATIONS = {"asking", "task", "route", "kinds", "text", "contains", "lacks", "fields", "receipt", "keep"}
DEEDS = {
    "case",
    "told",
    "officer",
    "say",
    "tap",
    "press",
    "sign_in",
    "sign_in_only",
    "fault",
    "printers",
    "staff",
    "rival",
    "absent",
    "pay",
    "verify",
    "robots",
    "card_feed",
}
CAMPUS = ZoneInfo("Asia/Shanghai")
AT_WORK = {"status": "ok", "opens": "00:00", "closes": "24:00", "sold_out": []}
DAYS = {"今天": 0, "明天": 1, "后天": 2, "大后天": 3}


class Wrong(AssertionError):
    """A dialogue did not go as written; the message tells the turn, what was wanted and what came."""


def read_dialogues() -> dict[str, dict[str, Any]]:
    """Every dialogue of every task and of ``tests/dialogues``, by ``<file>: <name>``."""
    files = [
        *sorted((ROOT / "actions" / "tasks").glob("*/dialogues.yaml")),
        *sorted((ROOT / "tests" / "dialogues").glob("*.yaml")),
    ]
    found = {}
    for path in files:
        stem = path.parent.name if path.name == "dialogues.yaml" else path.stem
        for dialogue in yaml.safe_load(path.read_text(encoding="utf-8")):
            name = f"{stem}: {dialogue['name']}"
            if name in found:
                raise ValueError(f"two dialogues are called {name}")
            for turn in dialogue["turns"]:
                if unknown := set(turn) - EXPECTATIONS - DEEDS:
                    raise ValueError(f"{name}: unknown {sorted(unknown)}")
            found[name] = dialogue
    return found


def written(text: str, today: date) -> str:
    """``text`` with every ``{下周三}`` as the counsellor writes that day."""

    def one(match: re.Match[str]) -> str:
        if match[1] in DAYS:
            meant = today + timedelta(days=DAYS[match[1]])
        else:
            monday = today - timedelta(days=today.weekday())
            meant = monday + timedelta(days=7 * match[1].count("下") + "一二三四五六日".index(match[1][-1]))
        return f"{meant.month}月{meant.day}日（周{'一二三四五六日'[meant.weekday()]}）"

    return re.sub(r"\{(今天|明天|后天|大后天|下+周[一二三四五六日])\}", one, text)


def _payload(label: str, replies: list[dict[str, Any]]) -> str:
    offered = {one["label"]: one["payload"] for reply in replies for one in reply.get("choices", ())}
    if label not in offered:
        raise Wrong(f"there is no button {label!r} among {sorted(offered)}")
    return str(offered[label])


def _read(reply: dict[str, Any]) -> str:
    """Everything a student reads of one reply."""
    parts = [reply["text"]]
    parts += [f"{one['label']}：{one['value']}" for one in reply.get("fields", ())]
    parts += [one["label"] for one in reply.get("choices", ())]
    parts += [f"{one['name']} {one['phone']}" for one in reply.get("hotlines", ())]
    parts += [f"{one['document']} {one['locator']} {one['quote']}" for one in reply.get("sources", ())]
    return "\n".join(parts)


def _check(
    turn: dict[str, Any], replies: list[dict[str, Any]], trace: dict[str, Any], student: str, house: House
) -> None:
    last, read = replies[-1], "\n".join(_read(reply) for reply in replies)
    if turn.get("receipt"):
        # What may be done next stands below a receipt.
        last = next((reply for reply in reversed(replies) if reply["kind"] == "receipt"), last)

    def wants(what: str, wanted: Any, came: Any) -> None:
        if wanted != came:
            raise Wrong(f"{what}: wanted {wanted!r}, came {came!r}; replies were:\n{read}")

    for name in ("asking", "task", "route"):
        if name in turn:
            wants(name, turn[name], trace[name])
    if "kinds" in turn:
        wants("kinds", turn["kinds"], [reply["kind"] for reply in replies])
    if "text" in turn:
        wants("text", turn["text"].strip(), last["text"])
    for words in turn.get("contains", ()):
        wants(f"says {words!r}", True, words in read)
    for words in turn.get("lacks", ()):
        wants(f"says {words!r}", False, words in read)
    if "fields" in turn:
        shown = {one["label"]: one["value"] for one in last.get("fields", ())}
        wants("fields", turn["fields"], {name: shown.get(name) for name in turn["fields"]})
    if turn.get("receipt"):
        # Behind a receipt may stand a way on, or the question of the service that waited.
        last = next((reply for reply in reversed(replies) if reply["kind"] == "receipt"), last)
        wants("kind", "receipt", last["kind"])
        _knows(last, student, house)


def _knows(receipt: dict[str, Any], student: str, house: House) -> None:
    """Raises :class:`Wrong` where the office does not know the order of a receipt, by its code where it has no name."""
    code = re.search(r"查询码 ([A-Z0-9]{8})", receipt["text"])
    path = f"/orders/by-code/{code[1]}" if code else f"/orders/{receipt['number']}"
    with house.campus() as campus:
        known = campus.get(path, params={} if code else {"student": student})
    if known.status_code != 200 or known.json()["number"] != receipt["number"]:
        raise Wrong(f"the office does not know {receipt['number']}")


def _kept(name: str, replies: list[dict[str, Any]]) -> str:
    """A part of the last reply that has it; ``code`` is the one that follows a case without a name."""
    if name == "code":
        return next(found[1] for reply in replies if (found := re.search(r"查询码 ([A-Z0-9]{8})", reply["text"])))
    return next(str(reply[name]) for reply in reversed(replies) if name in reply)


def _expected(value: Any, today: date, kept: dict[str, str]) -> Any:
    """An expectation with its days and kept values filled in."""
    if isinstance(value, str):
        for name, known in kept.items():
            value = value.replace(f"{{{name}}}", known)
        return written(value, today)
    if isinstance(value, list):
        return [_expected(one, today, kept) for one in value]
    if isinstance(value, dict):
        return {name: _expected(one, today, kept) for name, one in value.items()}
    return value


def _arrange(turn: dict[str, Any], campus: httpx.Client) -> bool:
    """Does what a turn asks of the back office instead of the counsellor; ``False`` when it asks nothing."""
    if "fault" in turn:
        campus.post("/_faults", json=turn["fault"]).raise_for_status()
    elif "staff" in turn:
        change = {name: value for name, value in turn["staff"].items() if name != "number"}
        campus.put(f"/_orders/{turn['staff']['number']}", json=change).raise_for_status()
    elif "printers" in turn:
        for printer in campus.get("/printers").json()["printers"]:
            campus.put(f"/_printers/{printer['printer']}", json={"status": turn["printers"]}).raise_for_status()
    elif "rival" in turn:
        campus.post("/_rivals", json={"service": turn["rival"]}).raise_for_status()
    elif "robots" in turn:
        for robot, change in turn["robots"].items():
            campus.put(f"/_robots/{robot}", json=change).raise_for_status()
    elif "card_feed" in turn:
        campus.put("/_cards/feed", json={"minutes_late": turn["card_feed"]}).raise_for_status()
    elif "absent" in turn:
        for _ in range(turn["absent"]["times"]):
            absence = {name: turn["absent"][name] for name in ("service", "student")}
            campus.post("/_absences", json=absence).raise_for_status()
    else:
        return False
    return True


WAITS_SECONDS = 30.0
"""For what the cases' timers do; they look every five seconds."""


def _follow(turn: dict[str, Any], client: httpx.Client, house: House) -> list[dict[str, Any]] | None:
    """What a turn waits for, or has a person do, in the cases; gives what the student is told by it. ``None``: says nothing of them."""
    if "case" in turn:
        wanted = turn["case"]
        _until(lambda: _case(client, wanted["number"])["stage"], wanted["stage"])
    elif "told" in turn:
        told = _told(client, len(turn["told"]))
        texts = [str(reply["text"]) for reply in told]
        if len(texts) != len(turn["told"]) or any(
            part not in text for part, text in zip(turn["told"], texts, strict=True)
        ):
            raise Wrong(f"told: wanted {turn['told']}, came {texts}")
        return told
    elif "officer" in turn:
        act = {name: value for name, value in turn["officer"].items() if name not in ("staff", "number")}
        with house.client() as desk:
            desk.post("/sign-in", json={"staff": turn["officer"]["staff"]}).raise_for_status()
            case = _case(desk, turn["officer"]["number"])["case"]
            answer = desk.post(f"/api/cases/{case}/acts", json=act)
            if answer.status_code != 200:
                raise Wrong(f"the officer could not: {answer.text}")
    else:
        return None
    return []


def _case(client: httpx.Client, number: str) -> dict[str, Any]:
    """The case of an order, as whoever is signed in sees it; one without a stage when it is not there (yet)."""
    listed = client.get("/api/cases", params={"size": 100}).json()["cases"]
    return next((one for one in listed if one["order"] == number), {"stage": None, "case": None})


def _until(look: Callable[[], Any], wanted: Any) -> None:
    began = time.monotonic()
    while (found := look()) != wanted:
        if time.monotonic() - began > WAITS_SECONDS:
            raise Wrong(f"waited for {wanted!r}, it stays {found!r}")
        time.sleep(0.2)


def _told(client: httpx.Client, count: int) -> list[dict[str, Any]]:
    """The next ``count`` things the student is told, all of them seen then."""
    began, found = time.monotonic(), list[dict[str, Any]]()
    while len(found) < count:
        if time.monotonic() - began > WAITS_SECONDS:
            raise Wrong(f"waited to be told {count} things, came {[one['replies'] for one in found]}")
        found = client.post("/api/notices", json={"seen": []}).json()["notices"]
        time.sleep(0.2)
    client.post("/api/notices", json={"seen": [one["id"] for one in found]})
    return [reply for one in found for reply in one["replies"]]


def _open_page(replies: list[dict[str, Any]]) -> None:
    """Does in a browser what the last link is for: pays, or types the code that was sent to the phone."""
    link = next((reply["url"] for reply in reversed(replies) if reply["kind"] == "link"), None)
    if link is None:
        raise Wrong("there is no link to open")
    with httpx.Client(trust_env=False) as browser:
        code = re.search(r"验证码是 (\d{6})", browser.get(link).text)
        answer = browser.post(link, data={"code": code[1]} if code else None)
    if answer.status_code != 200:
        raise Wrong(f"the page said {answer.text}")


def play(dialogue: dict[str, Any], house: House) -> list[float]:
    """Plays one dialogue; gives each turn's milliseconds at the client. Raises :class:`Wrong`."""
    before, took = house.orders(), list[float]()
    conversation, replies, kept = str(uuid.uuid4()), list[dict[str, Any]](), dict[str, str]()
    student = dialogue.get("signed_in")
    with house.client() as client, house.campus() as campus:
        campus.delete("/_faults")
        for robot in ("KF01", "KF02"):
            # Dialogues are played at any hour.
            campus.put(f"/_robots/{robot}", json=AT_WORK).raise_for_status()
        if student:
            client.post("/sign-in", json={"student": student}).raise_for_status()
        for place, turn in enumerate(dialogue["turns"], 1):
            try:
                if _arrange(_expected(turn, datetime.now(CAMPUS).date(), kept) if "staff" in turn else turn, campus):
                    continue
                if {"case", "told", "officer"} & set(turn):
                    told = _follow(_expected(turn, datetime.now(CAMPUS).date(), kept), client, house)
                    replies = told or replies
                    continue
                if "pay" in turn or "verify" in turn:
                    _open_page(replies)
                    continue
                if signs_in := turn.get("sign_in") or turn.get("sign_in_only"):
                    student = signs_in
                    client.post("/sign-in", json={"student": student}).raise_for_status()
                if "sign_in_only" in turn:
                    continue
                said = _said(_expected(turn, datetime.now(CAMPUS).date(), kept), replies)
                body = {"conversation": conversation, "message_id": str(uuid.uuid4()), **said}
                begun = time.perf_counter()
                answer = client.post("/api/chat", json=body)
                took.append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 200:
                    raise Wrong(f"status {answer.status_code}: {answer.text[:300]}")
                replies = answer.json()["replies"]
                today = datetime.now(CAMPUS).date()
                wanted = {
                    name: _expected(value, today, kept) if name in EXPECTATIONS else value
                    for name, value in turn.items()
                }
                _check(wanted, replies, answer.json()["trace"], str(student), house)
                if name := turn.get("keep"):
                    kept[name] = _kept(name, replies)
            except Wrong as wrong:
                raise Wrong(f"turn {place} ({turn}): {wrong}") from None
        campus.delete("/_faults")
    if "orders" in dialogue and (made := house.orders() - before) != dialogue["orders"]:
        raise Wrong(f"orders: wanted {dialogue['orders']}, came {made}")
    return took


def _said(turn: dict[str, Any], replies: list[dict[str, Any]]) -> dict[str, str]:
    """What the client sends for a turn."""
    if "sign_in" in turn:
        return {"payload": "resume"}
    if "tap" in turn:
        return {"payload": _payload(turn["tap"], replies)}
    if "press" in turn:
        return {"payload": turn["press"]}
    return {"text": turn["say"]}
