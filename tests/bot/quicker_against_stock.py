"""Run by ``test_quicker.py`` on Rasa's own Python, in ``bot/dialogue``: prints one JSON object of what it compared."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import random
import sys
from pathlib import Path

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
sys.path.insert(0, os.getcwd())

from jsonschema import ValidationError
from rasa.core.actions.action import ActionExtractSlots, RemoteAction
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

STOCK = {
    "validate": RemoteAction._validate_action_result,
    "extract": ActionExtractSlots.run,
    "resolve": Event.resolve_by_type,
}
from quicker import make_quicker  # noqa: E402
from trackers import WholeTrackers  # noqa: E402

HERE = Path.cwd()
CHANCE = random.Random(7)


def domain() -> Domain:
    files = [HERE / "domain.yml", *sorted((HERE / "generated").glob("*.yml"))]
    whole = Domain.empty()
    for path in files:
        whole = whole.merge(Domain.from_yaml(path.read_text(encoding="utf-8")))
    return whole


def answers() -> list[dict]:
    """Well-formed answers, and the same with one thing broken in each."""
    events = [
        {"event": "slot", "name": "a", "value": 1},
        {"event": "slot", "name": "a", "value": None, "timestamp": None},
        {"event": "followup", "name": "action_listen"},
        {"event": "active_loop", "name": None},
        {"event": "action", "name": "a", "policy": None, "confidence": 0.5, "hide_rule_turn": False},
        {"event": "user", "text": "a", "parse_data": {"intent": {"name": "b"}, "entities": [], "text": "a"}},
        {"event": "bot", "text": "a", "data": {}},
        {"event": "reset_slots"},
        {"event": "entities", "entities": [{"start": 0, "end": 1, "entity": "a", "value": "b"}]},
    ]
    broken = [
        {"event": "slot", "name": "a"},
        {"event": "slot", "value": 1},
        {"event": "slot", "name": 3, "value": 1},
        {"event": "no_such_event"},
        {"event": 3},
        {"name": "a"},
        [],
        "slot",
        None,
        {"event": "action", "confidence": "much"},
        {"event": "user", "text": 3},
        {"event": "entities", "entities": {}},
        {"event": "slot", "name": "a", "value": 1, "timestamp": "now"},
    ]
    made = [{"events": [one], "responses": []} for one in [*events, *broken]]
    made += [{"events": [CHANCE.choice(events), CHANCE.choice([*events, *broken])]} for _ in range(40)]
    return [
        *made,
        {},
        {"events": {}},
        {"events": None},
        {"responses": {}},
        {"responses": [3]},
        {"events": [], "more": 1},
    ]


def verdict(check, answer) -> bool:
    try:
        check(RemoteAction("action_a", None), copy.deepcopy(answer))
    except ValidationError:
        return False
    return True


def kind(resolve, name: str) -> type | str:
    try:
        return resolve(name)
    except ValueError as error:
        return str(error)


def trackers(whole: Domain) -> list[DialogueStateTracker]:
    """Turns of every service: opened, answered, corrected, cancelled, with and without its form open."""
    made = []
    for form in [None, *whole.form_names]:
        slots = [None, *whole.forms[form]["required_slots"]] if form else [None]
        entities = [one for one in whole.entities if CHANCE.random() < 0.3] + ["value", "deed"]
        for slot in slots:
            for intent in ("answer", "correct", "change", "cancel", "resume", str(form).removesuffix("_form")):
                found = [{"entity": one, "value": f"v{place}"} for place, one in enumerate(entities)]
                events = [ActionExecuted("action_listen")]
                events += [ActiveLoop(form), SlotSet("requested_slot", slot)] if form else []
                events.append(UserUttered("a", {"name": intent, "confidence": 1.0}, found))
                made.append(DialogueStateTracker.from_events("one", events, whole.slots))
    return made


async def main() -> None:
    whole = domain()
    given = answers()
    stock_says = [verdict(STOCK["validate"], one) for one in given]
    turns = trackers(whole)
    extract = ActionExtractSlots(None)
    stock_fills = [await STOCK["extract"](extract, None, None, one, whole) for one in turns]
    names = [*sorted({one.type_name for one in Event.__subclasses__()}), "no_such_event"]
    stock_kinds = [kind(STOCK["resolve"], one) for one in names]
    tracker = next(one for one in reversed(turns) if one.active_loop_name)

    make_quicker()
    make_quicker()
    seen = {"all_slots": len(whole.slots), "looked_at": 0}
    slots = list(whole.slots)
    copies = [copy.copy(one) for one in slots]
    call = RemoteAction("action_a", EndpointConfig("http://localhost", enable_selective_domain=True))
    with SQLTrackerStore(whole, dialect="sqlite", db=sys.argv[1] + "/stock.sqlite").session_scope():
        pass
    stock_store = SQLTrackerStore(whole, dialect="sqlite", db=sys.argv[1] + "/stock.sqlite")
    own_store = WholeTrackers(f"sqlite:///{sys.argv[1]}/own.sqlite")
    own_store.domain = whole
    for store in (stock_store, own_store):
        await store.save(tracker)
    tracker.update(SlotSet("requested_slot", None))
    for store in (stock_store, own_store):
        await store.save(tracker)
    again = WholeTrackers(f"sqlite:///{sys.argv[1]}/own.sqlite")
    again.domain = whole
    kept, stock_kept = await again.retrieve("one"), await stock_store.retrieve("one")

    result = {
        "answers": len(given),
        "refused": stock_says.count(False),
        "same verdicts": [verdict(RemoteAction._validate_action_result, one) for one in given] == stock_says,
        "turns": len(turns),
        "filled": sum(map(len, stock_fills)),
        "same slots": [await extract.run(None, None, one, whole) for one in turns] == stock_fills,
        "same kinds": [kind(Event.resolve_by_type, one) for one in names] == stock_kinds,
        "kinds looked up": hasattr(Event.resolve_by_type, "cache_info"),
        "same copies": all(
            type(one) is type(other) and one is not other and one.__dict__ == other.__dict__
            for one, other in zip(slots, copies, strict=True)
        ),
        "domain sent": call._action_call_format(tracker, whole)["domain"],
        "same tracker": kept.current_state() == stock_kept.current_state()
        and [one.as_dict() for one in kept.events] == [one.as_dict() for one in stock_kept.events],
        "requested slot after": kept.get_slot("requested_slot"),
        "nobody": await again.retrieve("two"),
        "senders": list(await again.keys()),
        **seen,
    }
    print(json.dumps(result, ensure_ascii=False))


asyncio.run(main())
