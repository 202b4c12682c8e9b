"""What stock Rasa 3.6.21 does over and over is done once: the same answers in two thirds of the time.

Applied by ``serve.py`` before the model is loaded. Each change keeps what Rasa accepts and says; ``tests/bot/test_quicker.py`` holds
the quick ways against the stock ones, in Rasa's own Python.
"""

from __future__ import annotations

import copy
import functools
import gc
from typing import Any


def make_quicker() -> None:
    """Changes Rasa in this process. Said twice, it changes nothing more."""
    _check_each_event_by_its_own_schema()
    _know_the_kinds_of_event()
    _copy_slots_plainly()
    _fill_only_slots_that_can_be()
    _leave_the_domain_at_home()


def settle() -> None:
    """After the model is loaded: the garbage collector no longer walks the half million objects that stay for good.

    A full collection over TensorFlow's modules took 60 to 120 ms, in the middle of somebody's turn.
    """
    gc.collect()
    gc.freeze()


def _check_each_event_by_its_own_schema() -> None:
    """An action's answer is checked against the schema of the event it names, not against all twenty-three.

    Stock checks the schema itself at every call, then every event against each branch of a ``oneOf``. The branches differ in the
    constant ``event``, so at most the one of that name can match: trying that one gives the same verdict.
    """
    from jsonschema import ValidationError
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.utils.schemas.events import EVENT_SCHEMA

    whole = RemoteAction.action_response_format_spec()
    kind = validator_for(whole)
    around = kind({**whole, "properties": {**whole["properties"], "events": {"type": "array"}}})
    outer = {name: value for name, value in EVENT_SCHEMA.items() if name != "oneOf"}
    by_name = {
        branch["properties"]["event"]["const"]: kind({"allOf": [outer, branch]}) for branch in EVENT_SCHEMA["oneOf"]
    }

    def validate(_self: Any, result: dict[str, Any]) -> bool:
        around.validate(result)
        for event in result.get("events", []):
            named = event.get("event") if isinstance(event, dict) else None
            if not isinstance(named, str) or named not in by_name:
                raise ValidationError("the action server answered with an event Rasa does not know")
            by_name[named].validate(event)
        return True

    RemoteAction._validate_action_result = validate


def _know_the_kinds_of_event() -> None:
    """The class of an event by its name is looked up, not searched for among all subclasses at every event read."""
    from rasa.shared.core.events import Event

    if not hasattr(Event.resolve_by_type, "cache_info"):
        Event.resolve_by_type = staticmethod(functools.lru_cache(maxsize=None)(Event.resolve_by_type))


def _copy_slots_plainly() -> None:
    """A tracker copies every slot of the domain, and a prediction makes many trackers: no pickling protocol for it.

    ``copy.copy`` of an object without ``__copy__`` goes by ``__reduce_ex__`` and gives the same: a new object, the same attributes.
    """
    from rasa.shared.core.slots import Slot

    def plainly(self: Any) -> Any:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    Slot.__copy__ = plainly


def _fill_only_slots_that_can_be() -> None:
    """Slots that this turn's intent and form leave out are not looked at mapping by mapping.

    Seventeen services have some hundred and thirty slots, a turn can fill a dozen of them. A slot is left out when each of its
    mappings names another intent, or forms none of which is open: stock would look at it and pass on.
    """
    from rasa.core.actions.action import ActionExtractSlots

    stock = ActionExtractSlots.run

    async def run(self: Any, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> Any:
        message = tracker.latest_message
        intent, form = message.intent.get("name") if message else None, tracker.active_loop_name
        narrowed = copy.copy(domain)
        narrowed.slots = [slot for slot in domain.slots if any(_may_apply(one, intent, form) for one in slot.mappings)]
        return await stock(self, output_channel, nlg, tracker, narrowed)

    if stock.__module__ != __name__:
        ActionExtractSlots.run = run


def _may_apply(mapping: dict[str, Any], intent: str | None, form: str | None) -> bool:
    """False only where stock certainly passes the mapping by; what this does not know is left to stock."""
    if mapping.get("type") == "custom":
        return "action" in mapping
    if mapping.get("type") != "from_entity":
        return True
    wanted = mapping.get("intent")
    if isinstance(wanted, str) and wanted != intent:
        return False
    conditions = mapping.get("conditions")
    return not conditions or any(one.get("active_loop") in (None, form) for one in conditions)


def _leave_the_domain_at_home() -> None:
    """An action that does not ask for the domain gets an empty one, where the endpoint says ``enable_selective_domain``.

    Ours never ask. Stock then sends none at all, which rasa-sdk answers with "send it again, with the domain".
    """
    from rasa.core.actions.action import RemoteAction

    stock = RemoteAction._action_call_format
    if stock.__module__ == __name__:
        return

    def call(self: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"domain": {}, **stock(self, tracker, domain)}

    RemoteAction._action_call_format = call
