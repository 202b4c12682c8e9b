"""The stages, against a small model written by another hand than the table's, and nobody closes behind the student's back."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actions.cases import stages
from actions.cases.stages import ACTS, REASONS, RULES, STAGES, WHEN, Actor, Deed, Moved, Refused, State, possible, step

NOON = datetime(2026, 11, 23, 12)
DAY = timedelta(days=1)
ACTORS = {
    "student": Actor("student", "2023010001"),
    "officer": Actor("officer", "T1", "后勤保障处"),
    "assisting": Actor("officer", "T2", "保卫处"),
    "stranger": Actor("officer", "T3", "财务处"),
    "hall": Actor("hall", "T4"),
    "system": Actor("system"),
}
FACTS: dict[str, dict[str, Any]] = {
    "dispatch": {"department": "后勤保障处"},
    "assist": {"departments": ["保卫处"]},
    "extend": {"due_close": "2027-12-01T00:00:00.000000"},
    "rate": {"score": 4},
    "join": {"incident": "JB1", "lead_stage": "受理"},
    "open": {
        "kind": "repair_request",
        "due_response": "2026-11-23T14:00:00.000000",
        "due_close": "2026-11-26T12:00:00.000000",
    },
}
WORDY = ("note", "ask_student", "supply", "comment", "report")


def deed(act: str, who: str, at: datetime = NOON, **more: Any) -> Deed:
    """With everything that it may need."""
    reasons = {code for one in RULES if one.act == act for code in one.reasons}
    said = {
        "facts": FACTS.get(act, {}),
        "words": "内容" if act in WORDY else None,
        "reason": min(reasons, default=None),
    }
    return Deed(act, ACTORS[who], at, **{**said, **more})


def opened() -> State:
    moved = step(None, deed("open", "student"))
    assert isinstance(moved, Moved)
    return moved.state


def at_stage(stage: str) -> State:
    department = "" if stage == "受理" else "后勤保障处"
    return replace(opened(), stage=stage, department=department, assisting=("保卫处",) if department else ())


def done(state: State, *acts: tuple[str, str]) -> State:
    for act, who in acts:
        moved = step(state, deed(act, who))
        assert isinstance(moved, Moved), (act, moved)
        state = moved.state
    return state


def refused(state: State | None, one: Deed) -> str:
    answer = step(state, one)
    assert isinstance(answer, Refused)
    return answer.code


# nobody closes behind the student's back


@pytest.mark.parametrize(("who", "stage"), list(itertools.product(ACTORS, STAGES[:-1])))
def test_only_the_student_ends_a_case_or_a_long_silence(who: str, stage: str) -> None:
    ways = set()
    for act, asked, days in itertools.product(ACTS, (0, 1, 2), (0, 6.99, 7)):
        state = replace(at_stage(stage), asked=asked, asked_at=NOON if asked else None)
        moved = step(state, deed(act, who, NOON + timedelta(days=days)))
        if isinstance(moved, Moved) and moved.state.stage == "办结":
            ways.add((act, asked >= 2 and days >= 7))
    mine = {("withdraw", True), ("withdraw", False)}
    asked_for = {("solved", True), ("solved", False)} if stage in ("反馈", "回访") else set()
    silence = {("silent", True)} if stage == "回访" else set()
    assert ways == {"student": mine | asked_for, "system": silence}.get(who, set())


@pytest.mark.parametrize("stage", STAGES[:-1])
def test_staff_who_try_to_close_are_told_that_the_student_does(stage: str) -> None:
    for who, act in itertools.product(("officer", "assisting", "stranger", "hall"), ("solved", "withdraw", "silent")):
        assert refused(at_stage(stage), deed(act, who)) == "only_the_student_closes"


def test_a_word_of_the_student_begins_the_silence_anew() -> None:
    state = replace(at_stage("回访"), asked=2, asked_at=NOON)
    written = step(state, deed("comment", "student", NOON + 6 * DAY))
    assert isinstance(written, Moved)
    assert refused(written.state, deed("silent", "system", NOON + 12 * DAY)) == "long_silent"
    ended = step(written.state, deed("silent", "system", NOON + 13 * DAY))
    assert isinstance(ended, Moved)
    assert ended.state.outcome == "静默办结"


def test_a_case_that_was_reopened_is_asked_about_twice_again() -> None:
    state = done(replace(at_stage("回访"), asked=2, asked_at=NOON), ("unsolved", "student"), ("report", "officer"))
    assert (state.asked, state.asked_at) == (0, None)
    state = done(state, ("ask", "system"))
    assert refused(state, deed("silent", "system", NOON + 30 * DAY)) == "asked_twice"


# the ways


def test_the_whole_way_from_received_to_solved() -> None:
    way = [
        *(("dispatch", "hall"), ("take", "officer"), ("report", "officer")),
        *(("ask", "system"), ("solved", "student"), ("rate", "student")),
    ]
    state, seen = opened(), ["受理"]
    for act, who in way:
        state = done(state, (act, who))
        seen.append(state.stage)
    assert seen == ["受理", "转办", "办理", "反馈", "回访", "办结", "办结"]
    assert (state.outcome, state.rating, state.level) == ("已解决", 4, 0)


def test_a_wrong_dispatch_is_returned_with_a_reason_and_sent_elsewhere() -> None:
    sent = done(opened(), ("dispatch", "system"))
    assert refused(sent, deed("return", "officer", reason=None)) == "reason_needed"
    assert refused(sent, deed("return", "officer", reason="weather")) == "reason_unknown"
    back = done(sent, ("return", "officer"))
    assert (back.stage, back.department) == ("受理", "")
    again = step(back, deed("dispatch", "hall", facts={"department": "保卫处", "departments": ["财务处", "保卫处"]}))
    assert isinstance(again, Moved)
    assert (again.state.stage, again.state.department, again.state.assisting) == ("转办", "保卫处", ("财务处",))


def test_the_highest_level_is_not_passed() -> None:
    state = at_stage("办理")
    for level in (1, 2):
        state = done(state, ("supervise", "hall"))
        assert state.level == level
    assert refused(state, deed("supervise", "system")) == "not_at_the_top"
    assert done(replace(state, stage="反馈"), ("unsolved", "student")).level == 2


def test_a_student_urges_once_a_day_and_a_reminder_does_not_count() -> None:
    state = done(at_stage("办理"), ("urge", "system"), ("urge", "student"))
    assert refused(state, deed("urge", "student", NOON + timedelta(hours=11))) == "not_urged_today"
    assert isinstance(step(state, deed("urge", "student", NOON + timedelta(hours=12))), Moved)


def test_a_department_extends_once_and_only_in_time() -> None:
    state = at_stage("办理")
    earlier = {"due_close": "2026-11-24T00:00:00.000000"}
    assert refused(state, deed("extend", "officer", facts=earlier)) == "later_than_due"
    assert refused(state, deed("extend", "officer", state.due_close + DAY)) == "not_overdue"
    once = done(state, ("extend", "officer"))
    assert once.due_close == datetime(2027, 12, 1)
    later = {"due_close": "2028-01-01T00:00:00.000000"}
    assert refused(once, deed("extend", "officer", facts=later)) == "not_extended"
    assert isinstance(step(once, deed("extend", "hall", facts=later)), Moved)


@pytest.mark.parametrize("score", [0, 6, -1, True, 2.0, "3", None])
def test_a_rating_is_one_to_five(score: Any) -> None:
    ended = done(at_stage("反馈"), ("solved", "student"))
    assert refused(ended, deed("rate", "student", facts={"score": score})) == "wrong"


def test_what_was_withdrawn_is_neither_rated_nor_opened_again() -> None:
    ended = done(at_stage("办理"), ("withdraw", "student"))
    assert [refused(ended, deed(act, "student")) for act in ("rate", "reopen")] == ["was_handled", "was_handled"]


def test_nothing_but_known_facts_of_their_shape_gets_into_the_log() -> None:
    state = at_stage("受理")
    for facts in (
        {"department": "后勤保障处", "phone": "13800001234"},
        {"department": "x" * 41},
        {"department": "a\nb"},
    ):
        assert refused(state, deed("dispatch", "hall", facts=facts)) == "wrong"
    assert refused(state, deed("dispatch", "hall", facts={})) == "missing"
    assert refused(at_stage("办理"), deed("report", "officer", words=" \n")) == "missing"


def test_an_act_nobody_knows_is_refused() -> None:
    assert refused(opened(), deed("delete", "hall")) == "unknown_act"
    assert refused(opened(), deed("open", "student")) == "already_open"


# the table


def test_the_table_is_whole() -> None:
    refusals, tells = stages._TABLE["refusals"], stages.TELLS
    assert {one.act for one in RULES} == set(ACTS)
    assert {name for one in RULES for name in one.when} == set(WHEN)
    assert set(WHEN) <= set(refusals)
    assert {code for one in RULES for code in one.reasons} == set(REASONS)
    assert {name for one in RULES for name in one.needs} - {"words"} <= set(stages.FACTS)
    assert len({one.name for one in RULES}) == len(RULES)
    silent_to_students = {"note", "erase"} | {one for one in ACTS if {"student"} == _by(one)}
    assert set(tells) == (set(ACTS) - silent_to_students) | {"open"}


def _by(act: str) -> set[str]:
    return {kind for one in RULES if one.act == act for kind in one.by}


def test_one_person_has_one_rule_for_an_act_at_a_stage() -> None:
    places = [(one.act, kind, stage) for one in RULES for kind in one.by for stage in one.start]
    assert len(set(places)) == len(places)


def test_every_sentence_can_be_said_and_says_ni() -> None:
    for stage, act, who in itertools.product(STAGES, ACTS, ACTORS):
        answer = step(at_stage(stage), deed(act, who))
        if isinstance(answer, Refused):
            assert answer.sentence.endswith("。")
            assert "{" not in answer.sentence


def test_what_is_possible_is_what_goes_through() -> None:
    for stage, who in itertools.product(STAGES, ACTORS):
        state = replace(at_stage(stage), outcome="已解决" if stage == "办结" else None)
        may = {one.name for one in possible(state, ACTORS[who], NOON)}
        went = [step(state, deed(act, who)) for act in ACTS]
        assert may == {one.rule.name for one in went if isinstance(one, Moved)}, (stage, who)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_state_comes_back_from_json_as_it_was(data: st.DataObject) -> None:
    state = opened()
    for _ in range(data.draw(st.integers(0, 12))):
        moved = step(state, deed(data.draw(st.sampled_from(sorted(ACTS))), data.draw(st.sampled_from(sorted(ACTORS)))))
        state = moved.state if isinstance(moved, Moved) else state
    assert State.from_json(state.to_json()) == state


# a model of its own


@dataclass
class Model:
    """What should happen, said once more and otherwise."""

    stage: str = "受理"
    lead: bool = False
    helps: bool = False
    level: int = 0
    joined: bool = False
    waiting: bool = False
    asked: int = 0
    last_question: float = 0.0
    last_word: float = 0.0
    urged: int | None = None
    extended: bool = False
    outcome: str = ""
    rated: bool = False
    erased: bool = False
    reopened: int = 0

    def go(self, act: str, who: str, now: float) -> bool:
        """Days since noon of the first day; whether it goes."""
        opened_stages = "受理 转办 办理 反馈 回访"
        if who == "officer" and not self.lead:
            who = "stranger"
        if who == "assisting" and not self.helps:
            who = "stranger"
        handled = self.outcome in ("已解决", "静默办结")
        day = int(now + 0.5)
        table: dict[str, tuple[str, str, bool]] = {
            "dispatch": ("system" if self.stage == "受理" else "-", "受理 转办 办理", True),
            "join": ("system", "受理", not self.joined),
            "return": ("officer", "转办 办理", True),
            "take": ("officer system", "转办", True),
            "assist": ("officer hall system", "转办 办理", True),
            "note": ("officer assisting hall", "转办 办理", True),
            "ask_student": ("officer", "办理", not self.waiting),
            "supply": ("student", "办理", self.waiting),
            "comment": ("student", opened_stages, True),
            "urge": ("student hall system", "受理 转办 办理", who != "student" or self.urged != day),
            "supervise": ("hall system", "受理 转办 办理", self.level < 2),
            "report": ("officer system", "办理", True),
            "ask": (
                "hall system",
                "反馈 回访",
                self.stage == "反馈" or (self.asked < 2 and now - self.last_question >= 3),
            ),
            "solved": ("student", "反馈 回访", True),
            "unsolved": ("student", "反馈 回访", True),
            "silent": ("system", "回访", self.asked == 2 and now - max(self.last_question, self.last_word) >= 7),
            "withdraw": ("student", opened_stages, True),
            "reopen": ("student", "办结", handled and not self.erased),
            "rate": ("student", "办结", handled and not self.rated and not self.erased),
            "erase": ("hall system", "办结", not self.erased),
        }
        by, start, condition = table[act]
        if act == "dispatch" and who == "hall":
            by = "hall"
        if who not in by.split() or self.stage not in start.split() or not condition:
            return False
        if who == "student":
            self.last_word = now
        self.become(act, who, now, day)
        return True

    def become(self, act: str, who: str, now: float, day: int) -> None:
        if act in ("dispatch", "take", "return", "report"):
            self.stage = {"dispatch": "转办", "take": "办理", "return": "受理", "report": "反馈"}[act]
        if act in ("dispatch", "return"):
            self.lead, self.helps, self.waiting = act == "dispatch", False, False
        if act == "assist":
            self.helps = True
        if act == "join":
            self.joined, self.lead = True, False
        if act in ("ask_student", "supply"):
            self.waiting = act == "ask_student"
        if act == "urge" and who == "student":
            self.urged = day
        if act == "supervise":
            self.level += 1
        if act == "report":
            self.waiting, self.asked = False, 0
        if act == "ask":
            self.stage, self.asked, self.last_question = "回访", self.asked + 1, now
        if act in ("solved", "silent", "withdraw"):
            self.stage, self.waiting = "办结", False
            self.outcome = {"solved": "已解决", "silent": "静默办结", "withdraw": "撤销"}[act]
        if act in ("unsolved", "reopen"):
            self.stage, self.outcome, self.asked, self.rated = "办理", "", 0, False
            self.level, self.reopened = min(2, self.level + 1), self.reopened + 1
        if act == "rate":
            self.rated = True
        if act == "erase":
            self.erased = True


class Life(RuleBasedStateMachine):
    """A case and its model, through whatever people try to do."""

    @initialize()
    def begin(self) -> None:
        self.state, self.model, self.now = opened(), Model(), 0.0

    @rule(act=st.sampled_from(sorted(set(ACTS) - {"open", "extend"})), who=st.sampled_from(sorted(ACTORS)))
    def somebody_does_something(self, act: str, who: str) -> None:
        moved = step(self.state, deed(act, who, NOON + self.now * DAY))
        assert isinstance(moved, Moved) == self.model.go(act, who, self.now), (act, who, moved)
        if isinstance(moved, Moved):
            self.state = moved.state

    @rule(which=st.integers(0, 9))
    def somebody_does_something_that_goes(self, which: int) -> None:
        tries = [(rule.act, who) for who in sorted(ACTORS) for rule in possible(self.state, ACTORS[who], self.at())]
        tries = [one for one in tries if one[0] not in ("extend", "withdraw", "erase")]
        if tries:
            self.somebody_does_something(*tries[which % len(tries)])

    @rule(days=st.sampled_from([0.25, 1.0, 3.0, 7.0]))
    def time_passes(self, days: float) -> None:
        self.now += days

    def at(self) -> datetime:
        return NOON + self.now * DAY

    @invariant()
    def both_are_the_same(self) -> None:
        state, model = self.state, self.model
        assert (state.stage, state.level, state.outcome or "", state.asked) == (
            *(model.stage, model.level, model.outcome, model.asked),
        )
        assert (bool(state.department), "保卫处" in state.assisting) == (model.lead, model.helps)
        assert (state.waiting_since is not None, state.reopened, state.erased) == (
            *(model.waiting, model.reopened, model.erased),
        )
        assert (state.opened_at, state.due_close) == (NOON, datetime(2026, 11, 26, 12))


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
