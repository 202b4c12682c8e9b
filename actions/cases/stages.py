"""The stages of a case: who may do what, when, by which rule. Pure; the table is ``stages.yml``.

All times are campus time without an offset, as :meth:`actions.settings.Settings.now` gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

_TABLE = yaml.safe_load(Path(__file__).with_name("stages.yml").read_text(encoding="utf-8"))

STAGES: tuple[str, ...] = tuple(_TABLE["stages"])
RECEIVED, SENT, WORKING, REPORTED, ASKING, ENDED = STAGES
ACTS: Mapping[str, str] = _TABLE["acts"]
"""Every act with what a person calls it."""
REASONS: Mapping[str, str] = _TABLE["reasons"]
LEVELS: tuple[str, ...] = tuple(_TABLE["levels"])
TELLS: Mapping[str, str] = _TABLE["tells"]
SECOND_QUESTION = timedelta(days=_TABLE["second_question_days"])
SILENCE = timedelta(days=_TABLE["silence_days"])

SOLVED, SILENT, WITHDRAWN = "已解决", "静默办结", "撤销"
CLOCKS = ("answer", "finish")
"""首次响应 and 办结."""
USED = (50, 80, 100, 200)
"""Percent of its limit that a clock has used up when somebody is reminded, or passed over."""
LOW = 2
"""A rating up to here opens a follow-up."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something."""

    kind: str
    """``student`` (whoever's case it is), ``officer``, ``hall`` or ``system``."""
    number: str = field(default="", repr=False)
    """Staff number; for a student the student number; empty for the system."""
    department: str = ""
    """Of an officer."""


SYSTEM = Actor("system")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody wants to do to a case."""

    act: str
    actor: Actor
    at: datetime
    reason: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What goes along into the log for good: names, days and codes, never a person's words."""
    words: str | None = field(default=None, repr=False)
    """What somebody wrote; kept beside the log, can be erased."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table."""

    name: str
    act: str
    by: tuple[str, ...]
    start: tuple[str, ...]
    """Stages it may be done from; empty for what opens a case."""
    to: str
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    responds: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """All that is known about a case but its words: the fold of its transitions."""

    stage: str
    kind: str
    opened_at: datetime
    """The original clock: never set anew, however often the case is opened again."""
    due_response: datetime
    due_close: datetime
    urgent: bool = False
    """With the limits for what cannot wait."""
    department: str = ""
    assisting: tuple[str, ...] = ()
    level: int = 0
    """Place in ``LEVELS``."""
    incident: str | None = None
    """The first case of the same fault."""
    follows: str | None = None
    """The case whose low rating opened this one."""
    responded_at: datetime | None = None
    reported_at: datetime | None = None
    reported_due: datetime | None = None
    """The deadline as it stood at the last report."""
    waiting_since: datetime | None = None
    """The student was asked for more: the clock pauses."""
    asked: int = 0
    asked_at: datetime | None = None
    heard_at: datetime | None = None
    """The student's last word."""
    urged_at: datetime | None = None
    extended: bool = False
    reminded: tuple[int, int] = (0, 0)
    """Of each clock of ``CLOCKS``, the share of its limit at which somebody was reminded last."""
    denied: bool = False
    """The student said 未解决 and the case has not ended since."""
    reopened: int = 0
    outcome: str | None = None
    ended_at: datetime | None = None
    rating: int | None = None
    erased: bool = False

    @property
    def waits(self) -> bool:
        """Whether it cannot go on without a word of its student."""
        return self.waiting_since is not None or self.stage in (REPORTED, ASKING)

    def to_json(self) -> dict[str, Any]:
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: _plain(value) for name, value in values.items()}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> State:
        times = {name: datetime.fromisoformat(said[name]) for name in _TIMES if said[name] is not None}
        return cls(**{**said, **times, **{name: tuple(said[name]) for name in ("assisting", "reminded")}})


_TIMES = tuple(one.name for one in fields(State) if "datetime" in str(one.type))


def stamp(at: datetime) -> str:
    """A time as the log writes it: 26 characters, always with microseconds."""
    return at.isoformat(timespec="microseconds")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Moved:
    """It may be done, and this is the case afterwards."""

    state: State
    rule: Rule


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not."""

    code: str
    sentence: str
    """What the person reads."""


def _rule(row: Mapping[str, Any]) -> Rule:
    lists = {name: tuple(row.get(name, ())) for name in ("by", "reasons", "needs", "when")}
    return Rule(
        row["name"], row["act"], start=tuple(row["from"]), to=row["to"], responds=row.get("responds", False), **lists
    )


RULES: tuple[Rule, ...] = tuple(_rule(row) for row in _TABLE["rules"])

Check = Callable[[State, Deed], bool]


def _due(deed: Deed) -> datetime:
    return datetime.fromisoformat(deed.facts["due_close"])


def _silent_since(state: State) -> datetime:
    return max(at for at in (state.asked_at, state.heard_at, state.opened_at) if at is not None)


WHEN: Mapping[str, Check] = {
    "incident_is_new": lambda state, deed: state.incident is None,
    "not_waiting": lambda state, deed: state.waiting_since is None,
    "waiting": lambda state, deed: state.waiting_since is not None,
    "not_urged_today": lambda state, deed: state.urged_at is None or state.urged_at.date() != deed.at.date(),
    "not_at_the_top": lambda state, deed: state.level < len(LEVELS) - 1,
    "later_than_due": lambda state, deed: _due(deed) > state.due_close,
    "not_extended": lambda state, deed: not state.extended,
    "not_overdue": lambda state, deed: deed.at <= state.due_close,
    "asked_once": lambda state, deed: state.asked < 2,
    "some_days_since_the_question": lambda state, deed: (
        state.asked_at is not None and deed.at - state.asked_at >= SECOND_QUESTION
    ),
    "asked_twice": lambda state, deed: state.asked >= 2,
    "long_silent": lambda state, deed: deed.at - _silent_since(state) >= SILENCE,
    "was_handled": lambda state, deed: state.outcome in (SOLVED, SILENT),
    "not_rated": lambda state, deed: state.rating is None,
    "not_erased": lambda state, deed: not state.erased,
}


def _name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 40 and value.isprintable()


def _time(value: Any) -> bool:
    try:
        return isinstance(value, str) and stamp(datetime.fromisoformat(value)) == value
    except ValueError:
        return False


FACTS: Mapping[str, Callable[[Any], bool]] = {
    "kind": _name,
    "department": _name,
    "departments": lambda value: isinstance(value, list) and 0 < len(value) <= 10 and all(map(_name, value)),
    "due_response": _time,
    "due_close": _time,
    "incident": _name,
    "lead_stage": lambda value: value in (RECEIVED, SENT, WORKING),
    "follows": _name,
    "urgent": lambda value: value is True,
    "level": lambda value: type(value) is int and 0 <= value < len(LEVELS),
    "score": lambda value: type(value) is int and 1 <= value <= 5,
    "clock": lambda value: value in CLOCKS,
    "used": lambda value: value in USED,
    "confidence": lambda value: type(value) is float and 0 <= value <= 1,
}
"""The shape of every fact. Nothing else enters the log, so that nothing in it would ever have to be erased."""
CARRIED: Mapping[str, tuple[str, ...]] = {
    "open": ("follows", "level", "urgent"),
    "join": ("department",),
    "dispatch": ("departments", "confidence", "due_close"),
    "return": ("due_close",),
    "supply": ("due_close",),
    "report": ("due_close",),
    "urge": ("clock", "used"),
    "supervise": ("clock", "used"),
}
"""Facts that may come along with an act besides those that its rule needs. A new ``due_close`` is what a pause has won."""


def _refused(code: str, deed: Deed, state: State | None, what: str = "") -> Refused:
    words = {"title": ACTS.get(deed.act, ""), "stage": state.stage if state else "", "what": what}
    days = {name: _TABLE[name] for name in ("second_question_days", "silence_days")}
    return Refused(code, str(_TABLE["refusals"][code]).format(**words, **days))


def _kinds(state: State | None, actor: Actor) -> tuple[str, ...]:
    """As what somebody stands before this case."""
    if actor.kind != "officer" or state is None:
        return (actor.kind,)
    if actor.department and actor.department == state.department:
        return ("officer",)
    return ("assisting",) if actor.department in state.assisting else ()


def step(state: State | None, deed: Deed) -> Moved | Refused:
    """What becomes of the case, or why it may not be. ``state`` is ``None`` for a case that is not there yet."""
    if deed.act not in ACTS:
        return _refused("unknown_act", deed, state)
    kinds = _kinds(state, deed.actor)
    known = [rule for rule in RULES if rule.act == deed.act]
    theirs = [rule for rule in known if set(rule.by) & set(kinds)]
    if not theirs:
        closing = deed.act in ("solved", "withdraw", "silent")
        return _refused("only_the_student_closes" if closing else "not_for_you", deed, state)
    here = [rule for rule in theirs if (state.stage in rule.start if state else not rule.start)]
    if not here:
        return _refused("already_open" if deed.act == "open" else "not_now", deed, state)
    rule = here[0]
    if rule.reasons and deed.reason is None:
        return _refused("reason_needed", deed, state)
    if deed.reason is not None and deed.reason not in rule.reasons:
        return _refused("reason_unknown", deed, state)
    for name in rule.needs:
        if not (deed.words or "").strip() if name == "words" else name not in deed.facts:
            return _refused("missing", deed, state, name)
    for name, value in deed.facts.items():
        if name not in (*rule.needs, *CARRIED.get(deed.act, ())) or name not in FACTS or not FACTS[name](value):
            return _refused("wrong", deed, state, name)
    if state is not None:
        for condition in rule.when:
            if not WHEN[condition](state, deed):
                return _refused(condition, deed, state)
    return Moved(after(state, deed, target(state, rule, deed.facts), rule.responds), rule)


def possible(state: State, actor: Actor, at: datetime) -> list[Rule]:
    """What somebody may do now, for the buttons; whether the facts will do is not known yet."""
    open_to = set(_kinds(state, actor))
    here = [rule for rule in RULES if set(rule.by) & open_to and state.stage in rule.start]
    needless = Deed("", actor, at, facts={"due_close": stamp(datetime.max)})
    return [rule for rule in here if all(WHEN[condition](state, needless) for condition in rule.when)]


def target(state: State | None, rule: Rule, facts: Mapping[str, Any]) -> str:
    """The stage a rule leads to."""
    if rule.to == "lead":
        return str(facts["lead_stage"])
    return state.stage if rule.to == "same" and state else rule.to


def after(state: State | None, deed: Deed, to: str, responds: bool) -> State:
    """The case after something that was allowed; the same fold rebuilds a case from its log."""
    facts, at = deed.facts, deed.at
    if state is None:
        response, close = (datetime.fromisoformat(facts[name]) for name in ("due_response", "due_close"))
        more = {"urgent": facts.get("urgent", False), "level": facts.get("level", 0), "follows": facts.get("follows")}
        return State(to, facts["kind"], at, response, close, **more)
    state = replace(state, stage=to)
    if "due_close" in facts:
        state = replace(state, due_close=_due(deed))
    if responds and state.responded_at is None:
        state = replace(state, responded_at=at)
    if deed.actor.kind == "student":
        state = replace(state, heard_at=at)
    change = CHANGES.get(deed.act)
    return change(state, deed) if change else state


def _dispatched(state: State, deed: Deed) -> State:
    others = tuple(one for one in deed.facts.get("departments", ()) if one != deed.facts["department"])
    return replace(state, department=deed.facts["department"], assisting=others, waiting_since=None)


def _joined(state: State, deed: Deed) -> State:
    # That somebody is at it already is the first answer this student gets.
    heard = deed.at if state.stage == WORKING and state.responded_at is None else state.responded_at
    department = deed.facts.get("department", "")
    return replace(state, incident=deed.facts["incident"], department=department, responded_at=heard)


def _reminded(state: State, deed: Deed) -> State:
    if "used" not in deed.facts:
        return state
    both = list(state.reminded)
    both[CLOCKS.index(deed.facts["clock"])] = deed.facts["used"]
    return replace(state, reminded=(both[0], both[1]))


def _urged(state: State, deed: Deed) -> State:
    return replace(state, urged_at=deed.at) if deed.actor.kind == "student" else _reminded(state, deed)


def _assisted(state: State, deed: Deed) -> State:
    more = tuple(one for one in deed.facts["departments"] if one not in (state.department, *state.assisting))
    return replace(state, assisting=(*state.assisting, *dict.fromkeys(more)))


def _again(state: State, deed: Deed) -> State:
    """Unsolved: one level up, on the clock it always had; what was reported does not count."""
    level = min(state.level + 1, len(LEVELS) - 1)
    fresh = replace(state, asked=0, asked_at=None, outcome=None, ended_at=None, rating=None)
    fresh = replace(fresh, reported_at=None, reported_due=None)
    return replace(fresh, level=level, denied=True, reopened=state.reopened + 1)


def _ended(outcome: str) -> Callable[[State, Deed], State]:
    return lambda state, deed: replace(state, outcome=outcome, ended_at=deed.at, denied=False, waiting_since=None)


CHANGES: Mapping[str, Callable[[State, Deed], State]] = {
    "join": _joined,
    "dispatch": _dispatched,
    "return": lambda state, deed: replace(state, department="", assisting=(), waiting_since=None),
    "assist": _assisted,
    "ask_student": lambda state, deed: replace(state, waiting_since=deed.at),
    "supply": lambda state, deed: replace(state, waiting_since=None),
    "urge": _urged,
    "supervise": lambda state, deed: replace(_reminded(state, deed), level=state.level + 1),
    # A later deadline is reminded of anew; that the first answer was late stays said.
    "extend": lambda state, deed: replace(state, extended=True, reminded=(state.reminded[0], 0)),
    "report": lambda state, deed: replace(
        state, reported_at=deed.at, reported_due=state.due_close, waiting_since=None, asked=0, asked_at=None
    ),
    "ask": lambda state, deed: replace(state, asked=state.asked + 1, asked_at=deed.at),
    "solved": _ended(SOLVED),
    "silent": _ended(SILENT),
    "withdraw": _ended(WITHDRAWN),
    "unsolved": _again,
    "reopen": _again,
    "rate": lambda state, deed: replace(state, rating=deed.facts["score"]),
    "erase": lambda state, deed: replace(state, erased=True),
}
