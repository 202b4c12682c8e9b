"""How a service asks: which question is next, whether an answer will do, what the confirm card shows.

Pure but for the checks an office makes: a :class:`Turn` and the :class:`State` so far give a :class:`Step`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from actions.task import CONFIRM, SIGN_IN, Field, Task

Reply = dict[str, Any]
Check = Callable[[str, str], Awaitable[None]]
"""Given a field's name and its value, raises ``offices`` refusals when the office would not take it."""

WEEKDAYS = "一二三四五六日"
TRIES = 3
"""After so many answers that could not be read, a way out is offered beside the question."""


class Unfit(Exception):
    """An answer that was read but will not do; ``code`` names a sentence among the task's refusals."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


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
        return value.isdigit() and of.least <= int(value) <= of.most
    if of.kind == "period":
        try:
            start, end = (datetime.fromisoformat(part) for part in value.split("/"))
        except ValueError:
            return False
        if end < start:
            raise Unfit("leave_ends_before_it_starts")
        if end < now or start.date() < now.date():
            raise Unfit("leave_in_the_past")
        return True
    if of.kind == "text":
        return 0 < len(value.strip()) <= 500
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
    return {
        "task": task.name,
        "asking": asking,
        "kind": kind,
        "choices": choices,
        # What may be corrected on the way: the pipeline looks for these kinds in the student's next words.
        "given": [{"name": of.name, "kind": of.kind} for of in task.fields if values.get(of.name)],
        "fields": [of.name for of in task.fields],
    }


def _said(text: str, choices: list[dict[str, str]]) -> Reply:
    return {"kind": "choices", "text": text, "choices": choices} if choices else {"kind": "text", "text": text}


def sign_in(task: Task, state: State) -> Step:
    """What someone not signed in is told: what the service is and needs, and where to sign in; what was said is kept."""
    text = f"{task.about}\n这项服务要先登录，登录后接着办，不用重新说。"
    reply = {"kind": "link", "text": text, "url": "/sign-in", "label": "去登录"}
    return Step(state, SIGN_IN, reply, _prompt(task, SIGN_IN, "sign_in", [], {}))


def question(task: Task, state: State, of: Field, person: Person | None, *, again: bool, why: str = "") -> Step:
    """The question for one field; after several unread answers with a way out beside it."""
    choices = _choices(of, person)
    text = why or (of.again if again else of.ask)
    if why:
        text = f"{why}{of.ask}"
    if state.tries >= TRIES:
        choices = [*choices, {"label": "不办了", "payload": "cancel"}, {"label": "找人工", "payload": "human"}]
    return Step(state, of.name, _said(text, choices), _prompt(task, of.name, of.kind, choices, state.values))


def card(task: Task, state: State) -> Step:
    """The confirm card with everything that will be sent."""
    fields = [
        {"label": of.label, "value": shown(of, str(state.values[of.name])), "name": of.name}
        for of in task.fields
        if state.values.get(of.name) and applies(of, state.values)
    ]
    again = state.trouble is not None
    change = [] if state.trouble == "unknown" else [{"label": "修改", "payload": "deny"}]
    choices = [
        {"label": "再试一次" if again else "确认提交", "payload": "affirm"},
        *change,
        {"label": "不办了", "payload": "cancel"},
    ]
    text = {"closed": task.closed, "unknown": task.unknown}.get(state.trouble or "", task.confirm or "")
    reply = {"kind": "confirm", "text": text, "fields": fields, "choices": choices}
    return Step(state, CONFIRM, reply, _prompt(task, CONFIRM, "confirm", choices, state.values))


def which(task: Task, state: State) -> Step:
    """After a no to the confirm card: which field is to change."""
    choices = [
        {"label": f"改{of.label}", "payload": f"change:{of.name}"} for of in task.fields if applies(of, state.values)
    ]
    choices.append({"label": "不用改，提交", "payload": "affirm"})
    return Step(state, CONFIRM, _said(task.change, choices), _prompt(task, CONFIRM, "confirm", choices, state.values))


async def advance(task: Task, state: State, turn: Turn, person: Person | None, check: Check, now: datetime) -> Step:
    """Takes one turn: checks what it brought, and gives the next question, the card, or the end."""
    values = dict(state.values)
    if state.trouble == "unknown":
        # The first try may have arrived: until that is known, only the very same order may be sent again.
        if values.get(CONFIRM) == "yes" and person is not None:
            return Step(state, None)
        return card(task, replace(state, values={**values, CONFIRM: None})) if person else sign_in(task, state)
    reopened = turn.entities.get("field") if turn.intent == "change" else None
    if reopened in {of.name for of in task.fields}:
        values[str(reopened)] = None
    if any(name != CONFIRM for name in turn.filled) or reopened:
        # What was confirmed is not what stands there now.
        values[CONFIRM] = None
    why, unread = "", False
    for of in task.fields:
        value = values.get(of.name)
        if of.name not in turn.filled or value is None:
            continue
        try:
            good = fits(of, value, now)
            if good:
                await check(of.name, value)
        except Unfit as unfit:
            words = task.refusals[unfit.code]
            values[of.name], why = None, words.text.format_map(unfit.details)
            continue
        if not good:
            values[of.name] = None
            unread = unread or of.name == turn.asked
    for of in task.fields:
        if not applies(of, values):
            values[of.name] = None
    state = replace(state, values=values)
    if task.personal and person is None:
        return sign_in(task, state)
    missing = next((of for of in task.fields if applies(of, values) and not values.get(of.name)), None)
    if missing is not None:
        again = turn.asked == missing.name and turn.intent == "answer" and (unread or missing.name not in turn.filled)
        state = replace(state, tries=state.tries + 1 if again or (why and turn.asked == missing.name) else 0)
        return question(task, state, missing, person, again=again, why=why)
    if task.confirm is None:
        return Step(state, None)
    if values.get(CONFIRM) == "yes":
        return Step(state, None)
    denied = values.get(CONFIRM) == "no"
    values[CONFIRM] = None
    state = replace(state, values=values, tries=0)
    return which(task, state) if denied else card(task, state)
