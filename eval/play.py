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
      receipt: true                    # the last reply is a receipt whose number the office knows
    - fault: {path: /repairs, method: POST, kind: status, status: 503, times: 1}   # the office is told to fail

``orders: 1`` at the end of a dialogue says how many orders the office took in it.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import yaml

from eval.house import House

ROOT = Path(__file__).resolve().parent.parent
EXPECTATIONS = {"asking", "task", "route", "kinds", "text", "contains", "lacks", "fields", "receipt"}
DEEDS = {"say", "tap", "sign_in", "fault"}


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


def _check(turn: dict[str, Any], replies: list[dict[str, Any]], trace: dict[str, Any], house: House) -> None:
    last, read = replies[-1], "\n".join(_read(reply) for reply in replies)

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
        wants("kind", "receipt", last["kind"])
        path = {"BX": "repairs", "CJ": "transcripts", "QJ": "leaves"}[last["number"][:2]]
        with house.campus() as campus:
            known = campus.get(f"/{path}/{last['number']}", params={"student": house_student(turn)})
        wants(f"the office knows {last['number']}", 200, known.status_code)


def house_student(turn: dict[str, Any]) -> str:
    """Who is signed in at this turn; :func:`play` notes it there."""
    return str(turn["_student"])


def play(dialogue: dict[str, Any], house: House) -> list[float]:
    """Plays one dialogue; gives each turn's milliseconds at the client. Raises :class:`Wrong`."""
    import time

    before, took = house.orders(), []
    conversation, replies, student = str(uuid.uuid4()), list[dict[str, Any]](), dialogue.get("signed_in")
    with house.client() as client, house.campus() as campus:
        campus.delete("/_faults")
        if student:
            client.post("/sign-in", json={"student": student}).raise_for_status()
        for place, turn in enumerate(dialogue["turns"], 1):
            try:
                if "fault" in turn:
                    campus.post("/_faults", json=turn["fault"]).raise_for_status()
                    continue
                said: dict[str, str]
                if "sign_in" in turn:
                    student = turn["sign_in"]
                    client.post("/sign-in", json={"student": student}).raise_for_status()
                    said = {"payload": "resume"}
                elif "tap" in turn:
                    said = {"payload": _payload(turn["tap"], replies)}
                else:
                    said = {"text": turn["say"]}
                body = {"conversation": conversation, "message_id": str(uuid.uuid4()), **said}
                begun = time.perf_counter()
                answer = client.post("/api/chat", json=body)
                took.append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 200:
                    raise Wrong(f"status {answer.status_code}: {answer.text[:300]}")
                replies = answer.json()["replies"]
                _check({**turn, "_student": student}, replies, answer.json()["trace"], house)
            except Wrong as wrong:
                raise Wrong(f"turn {place} ({turn}): {wrong}") from None
        campus.delete("/_faults")
    if "orders" in dialogue and (made := house.orders() - before) != dialogue["orders"]:
        raise Wrong(f"orders: wanted {dialogue['orders']}, came {made}")
    return took
