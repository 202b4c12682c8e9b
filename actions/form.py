"""How a service asks: which question is next, whether an answer will do, what the confirm card shows.

Pure but for the checks an office makes: a :class:`Turn` and the :class:`State` so far give a :class:`Step`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from actions.task import CONFIRM, SIGN_IN, Field, Task, read_words

Reply = dict[str, Any]
Check = Callable[[str, str], Awaitable[None]]
"""Given a field's name and its value, raises ``offices`` refusals when the office would not take it."""

WORDS = read_words()
WEEKDAYS = "一二三四五六日"
TRIES = 3
"""After so many answers that could not be read, a way out is offered beside the question."""


class Unfit(Exception):
    """An answer that was read but will not do; ``code`` names a sentence among the task's refusals.

    ``so_far`` among the details is the part of the answer that stands: the pipeline reads the next words as its end.
    """

    def __init__(self, code: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.details = details or {}


@dataclass(frozen=True, slots=True)
class Turn:
    """What one posted turn brought."""

    intent: str
    entities: Mapping[str, str]
    filled: tuple[str, ...]
    """Names of the steps that this turn put a value into."""
    asked: str | None
    """The step whose question was open."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known so far."""

    values: Mapping[str, str | None]
    tries: int = 0
    trouble: str | None = None
    """``closed`` or ``unknown`` after a submission that did not come back well."""
    sent: Mapping[str, str] | None = None
    """With ``unknown``: the values as they were sent. They must not change before the office has spoken."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is speaking, from the signed session, with what their own record suggests."""

    student: str
    suggestions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """Where the form goes now."""

    state: State
    asking: str | None
    """The step whose question is open now; ``None`` when everything is known and confirmed."""
    reply: Reply | None = None
    prompt: Reply | None = None


def masked(phone: str) -> str:
    """A phone number as a bystander may see it: ``138****5678``."""
    return f"{phone[:3]}****{phone[-4:]}" if re.fullmatch(r"1\d{10}", phone) else phone


def moment(text: str) -> str:
    """``2026-11-25T14:00`` as a person reads it: ``11月25日（周三）14:00``."""
    at = datetime.fromisoformat(text)
    return f"{day(at.date())}{at:%H:%M}"


def day(value: date) -> str:
    """``11月25日（周三）``; the weekday is read back because that is where spoken dates go wrong."""
    return f"{value.month}月{value.day}日（周{WEEKDAYS[value.weekday()]}）"


def shown(of: Field, value: str) -> str:
    """A value as the confirm card shows it."""
    if of.kind == "period":
        start, end = value.split("/")
        whole_days = start.endswith("T00:00") and end.endswith("T23:59")
        if not whole_days:
            return f"{moment(start)} 至 {moment(end)}"
        first, last = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
        return f"{day(first)}全天" if first == last else f"{day(first)} 至 {day(last)}"
    if of.kind == "date":
        return day(date.fromisoformat(value))
    return of.shown(value)


def fits(of: Field, value: str, now: datetime) -> bool:
    """Whether a value is one of the field's kind at all. Raises :class:`Unfit` when it is, but cannot be taken."""
    if of.kind == "choice":
        return value in {choice.value for choice in of.choices}
    if of.kind == "phone":
        return re.fullmatch(r"1[3-9]\d{9}", value) is not None
    if of.kind == "count":
        return re.fullmatch(r"[0-9]{1,3}", value) is not None and of.least <= int(value) <= of.most
    if of.kind == "period":
        try:
            start, end = (datetime.fromisoformat(part) for part in value.split("/"))
        except ValueError:
            return False
        if end <= start:
            raise Unfit("leave_ends_before_it_starts")
        if end < now or start.date() < now.date():
            raise Unfit("leave_in_the_past")
        return True
    if of.kind == "text":
        # A lone number or emoji tells an office nothing.
        return re.search(r"[^\W\d_]", value) is not None and len(value.strip()) <= of.longest
    return bool(value.strip())


def applies(of: Field, values: Mapping[str, str | None]) -> bool:
    """Whether the field is asked at all, given the other answers."""
    return of.when is None or all(values.get(name) == wanted for name, wanted in of.when.items())


def _choices(of: Field, person: Person | None) -> list[dict[str, str]]:
    choices = [{"label": choice.label, "payload": f"answer:{choice.value}"} for choice in of.choices]
    if of.suggest and person and (value := person.suggestions.get(of.suggest)):
        label = of.suggest_label.format(value=masked(value))
        choices.insert(0, {"label": label, "payload": f"answer:{value}"})
    return choices


def _prompt(task: Task, asking: str, kind: str, choices: list[dict[str, str]], values: Mapping[str, Any]) -> Reply:
    given = [(of, values[of.name]) for of in task.fields if values.get(of.name)]
    return {
        "task": task.name,
        "asking": asking,
        "kind": kind,
        "choices": choices,
        # What may be corrected on the way: the pipeline looks for these kinds in the student's next words.
        "given": [{"name": of.name, "kind": of.kind, "label": of.label, "value": value} for of, value in given],
        "fields": [of.name for of in task.fields],
    }


def _said(text: str, choices: list[dict[str, str]]) -> Reply:
    return {"kind": "choices", "text": text, "choices": choices} if choices else {"kind": "text", "text": text}


def sign_in(task: Task, state: State) -> Step:
    """What someone not signed in is told: what the service is and needs, and where to sign in; what was said is kept."""
    # Nobody's yes counts for whoever signs in next.
    values = {name: value for name, value in state.values.items() if name != CONFIRM}
    state = replace(state, values=values | ({CONFIRM: None} if task.confirm else {}))
    text = f"{task.about}\n{WORDS['sign_in']}"
    reply = {"kind": "link", "text": text, "url": "/sign-in", "label": WORDS["sign_in_label"]}
    return Step(state, SIGN_IN, reply, _prompt(task, SIGN_IN, "sign_in", [], {}))


def question(
    task: Task,
    state: State,
    of: Field,
    person: Person | None,
    *,
    again: bool,
    lead: str = "",
    unfit: Unfit | None = None,
) -> Step:
    """The question for one field; after several unread answers with a way out beside it."""
    choices = _choices(of, person)
    text, so_far = of.again if again else of.ask, None
    if unfit is not None:
        words, so_far = task.refusals[unfit.code], unfit.details.get("so_far")
        text = words.text.format_map(unfit.details) + (words.question or of.ask).format_map(unfit.details)
    if state.tries >= TRIES:
        out = [{"label": WORDS["cancel"], "payload": "cancel"}, {"label": WORDS["human"], "payload": "human"}]
        choices = [*choices, *out]
    prompt = _prompt(task, of.name, of.kind, choices, state.values)
    if said := {one.value: one.said for one in of.choices if one.said}:
        prompt["said"] = said
    if so_far:
        prompt["so_far"] = so_far
    elif lead or again or unfit is not None:
        prompt["question"] = _said(of.ask, choices)
    return Step(state, of.name, _said(lead + text, choices), prompt)


def card(task: Task, state: State, lead: str = "") -> Step:
    """The confirm card with everything that will be sent."""
    fields = [
        {"label": of.label, "value": shown(of, str(state.values[of.name])), "name": of.name}
        for of in task.fields
        if state.values.get(of.name) and applies(of, state.values)
    ]
    again = state.trouble is not None
    choices = [{"label": WORDS["again" if again else "confirm"], "payload": "affirm"}]
    if state.trouble != "unknown":
        choices.append({"label": WORDS["change"], "payload": "deny"})
    choices.append({"label": WORDS["cancel"], "payload": "cancel"})
    text = {"closed": task.closed, "unknown": task.unknown}.get(state.trouble or "", task.confirm or "")
    reply = {"kind": "confirm", "text": text, "fields": fields, "choices": choices}
    prompt = _prompt(task, CONFIRM, "confirm", choices, state.values)
    if lead:
        prompt["question"], reply = reply, {**reply, "text": lead + text}
    return Step(state, CONFIRM, reply, prompt)


def which(task: Task, state: State) -> Step:
    """After a no to the confirm card: which field is to change."""
    choices = [
        {"label": WORDS["change_one"].format(label=of.label), "payload": f"change:{of.name}"}
        for of in task.fields
        if applies(of, state.values)
    ]
    choices.append({"label": WORDS["change_none"], "payload": "resume"})
    choices.append({"label": WORDS["cancel"], "payload": "cancel"})
    return Step(state, CONFIRM, _said(task.change, choices), _prompt(task, CONFIRM, "confirm", choices, state.values))


def hear(task: Task, turn: Turn, values: Mapping[str, str | None]) -> dict[str, str]:
    """Choices named in passing: 随时可以来 in the first sentence, 要密封 at the confirm card."""
    words = turn.entities.get("utterance")
    if not words or turn.intent not in (task.name, "correct", "answer"):
        return {}
    found = {}
    for of in task.fields:
        # An answer to one question may tell more, but must not overturn in passing what was told before.
        open_now = turn.intent != "answer" or turn.asked in (of.name, CONFIRM) or not values.get(of.name)
        if open_now and of.name not in turn.filled and (value := of.heard(words)) and value != values.get(of.name):
            found[of.name] = value
    return found


def unsettled(task: Task, state: State, turn: Turn, person: Person | None) -> Step:
    """The first try may have arrived: until that is known, only the very same order may be sent again."""
    confirmed = state.values.get(CONFIRM) == "yes"
    wants_change = turn.intent in ("correct", "change") or state.values.get(CONFIRM) == "no"
    values = {of.name: (state.sent or {}).get(of.name) for of in task.fields}
    state = replace(state, values={**values, CONFIRM: "yes" if confirmed else None})
    if person is None:
        return sign_in(task, state)
    return Step(state, None) if confirmed else card(task, state, WORDS["unsettled"] if wants_change else "")


async def advance(task: Task, state: State, turn: Turn, person: Person | None, check: Check, now: datetime) -> Step:
    """Takes one turn: checks what it brought, and gives the next question, the card, or the end."""
    if state.trouble == "unknown":
        return unsettled(task, state, turn, person)
    heard = hear(task, turn, state.values)
    values: dict[str, str | None] = {**state.values, **heard}
    filled = {*(name for name in turn.filled if name != CONFIRM), *heard}
    reopened = turn.entities.get("field") if turn.intent == "change" else None
    if reopened in {of.name for of in task.fields}:
        values[str(reopened)] = None
    if filled or reopened:
        # What was confirmed is not what stands there now.
        values[CONFIRM], state = None, replace(state, trouble=None)
    unfit: dict[str, Unfit] = {}
    for of in task.fields:
        value = values.get(of.name)
        if of.name not in filled or value is None:
            continue
        try:
            good = fits(of, value, now)
            if good:
                await check(of.name, value)
        except Unfit as reason:
            unfit[of.name], good = reason, False
        if not good:
            values[of.name] = None
            filled.discard(of.name)
    for of in task.fields:
        if not applies(of, values):
            values[of.name] = None
    state = replace(state, values=values)
    if task.personal and person is None:
        return sign_in(task, state)
    corrected = [of for of in task.fields if of.name in filled and values.get(of.name) and of.name != turn.asked]
    if turn.intent not in ("correct", "answer"):
        corrected = []
    missing = [of for of in task.fields if applies(of, values) and not values.get(of.name)]
    if missing:
        # What was just said and will not do comes first: later it would seem to come from nowhere.
        of = next((of for of in missing if of.name in unfit), missing[0])
        again = turn.asked == of.name and turn.intent in ("answer", "correct") and not filled
        lead = _noted(corrected, values)
        progress = of.name in unfit and "so_far" in unfit[of.name].details
        state = replace(state, tries=state.tries + 1 if again and not progress else 0)
        return question(task, state, of, person, again=again, lead=lead, unfit=unfit.get(of.name))
    if task.confirm is None or values.get(CONFIRM) == "yes":
        return Step(state, None)
    denied = values.get(CONFIRM) == "no"
    unread = turn.asked == CONFIRM and turn.intent == "answer" and not denied and not filled
    values[CONFIRM] = None
    state = replace(state, values=values, tries=0)
    if denied:
        return which(task, state)
    changed = corrected and (turn.asked == CONFIRM or turn.intent == "correct")
    return card(task, state, WORDS["unread_card"] + "\n" if unread else WORDS["changed"] if changed else "")


def _noted(fields: list[Field], values: Mapping[str, str | None]) -> str:
    """What was understood beside the open question, read back."""
    what = "，".join(f"{of.label}：{shown(of, str(values[of.name]))}" for of in fields)
    return WORDS["noted"].format(what=what) if what else ""
