"""What the hall corrects is learnt: the next complaint in nearly the same words goes right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from actions.cases.learning import learn
from actions.cases.log import Cases, New
from actions.cases.reading import show
from actions.cases.returned import ReturnedCases
from actions.cases.stages import Actor
from tests.actions.cases.conftest import HALL, NOON

TEXT = "图书馆的电脑开机要十分钟，作业都来不及打印"
DAY = date(2026, 11, 23)
LOGISTICS = Actor("officer", "T2004", "后勤保障处")


def complained(store: Cases, kind: str = "complaint") -> str:
    new = New("key-1", kind, "2023010001", {"title": "投诉建议", "answers": {"事项": TEXT}})
    case = store.open(new, NOON).id
    store.act(case, "dispatch", HALL, NOON, facts={"department": "后勤保障处"})
    return case


@pytest.fixture
def memory(tmp_path: Path) -> ReturnedCases:
    return ReturnedCases(tmp_path / "dispatch.sqlite")


def corrected(store: Cases, case: str, memory: ReturnedCases, department: str) -> tuple[bool, str | None]:
    store.act(case, "dispatch", HALL, NOON, facts={"department": department})
    return learn(show(store.engine, case, HALL), memory, DAY), memory.find(TEXT)


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("not_ours", [("后勤保障处", "not_ours", "信息化办公室")]),
        ("several_departments", [("后勤保障处", "two_matters", "信息化办公室")]),
        ("wrong_place", [("后勤保障处", "other_leads", "信息化办公室")]),
        (None, [("后勤保障处", "other_leads", "信息化办公室")]),
        ("unclear", []),
    ],
)
def test_a_return_and_where_the_hall_sends_it_are_remembered_together(
    light: Cases, memory: ReturnedCases, reason: str | None, kept: list[tuple[str, str, str]]
) -> None:
    case = complained(light)
    assert learn(show(light.engine, case, HALL), memory, DAY) is False  # sent for the first time
    if reason:
        light.act(case, "return", LOGISTICS, NOON, reason=reason)
    assert corrected(light, case, memory, "信息化办公室") == (bool(kept), "信息化办公室" if kept else None)
    assert [(one.given, one.reason, one.department) for one in memory.waiting()] == kept


def test_what_goes_back_to_the_same_department_or_is_no_complaint_teaches_nothing(
    light: Cases, memory: ReturnedCases
) -> None:
    case = complained(light)
    light.act(case, "return", LOGISTICS, NOON, reason="not_ours")
    assert corrected(light, case, memory, "后勤保障处") == (False, None)
    repair = light.open(New("key-2", "repair_request", "2023010001", {"answers": {"事项": TEXT}}), NOON).id
    light.act(repair, "dispatch", HALL, NOON, facts={"department": "后勤保障处"})
    assert corrected(light, repair, memory, "信息化办公室") == (False, None)
