"""What a department sends back is remembered at once, and learnt once a person has looked at it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest
import yaml

from actions.cases.dispatch import Dispatcher
from actions.cases.fit_dispatch import read_rows
from actions.cases.returned import FILE, REASONS, ReturnedCases, add, masked, review

TODAY = date(2026, 11, 23)
TEXT = "楼下快递柜超时收费一天一块，谁批准的，找谁都说不知道"


@pytest.fixture
def store(tmp_path: Path) -> ReturnedCases:
    return ReturnedCases(tmp_path / FILE)


def typing(answers: Iterable[str]) -> Callable[[str], str]:
    waiting = iter(answers)

    def read(_prompt: str) -> str:
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    return read


def test_the_same_and_nearly_the_same_words_go_right_from_then_on(store: ReturnedCases) -> None:
    dispatcher = Dispatcher(store)
    given = dispatcher.propose(TEXT).lead
    right = "财务处" if given != "财务处" else "后勤保障处"
    assert store.record(TEXT, given, "other_leads", right, TODAY)
    for text in (TEXT, TEXT + "！", TEXT.replace("谁批准的", "谁批的")):
        found = dispatcher.propose(text)
        assert (found.lead, found.source, found.sure, found.confidence) == (right, "correction", True, 1.0)
    assert dispatcher.propose("浴室热水忽冷忽热，洗到一半就没了").source == "model"


def test_a_later_correction_of_the_same_words_wins_and_is_looked_at_again(store: ReturnedCases) -> None:
    store.record(TEXT, "后勤保障处", "not_ours", "财务处", TODAY)
    (waiting,) = store.waiting()
    store.settle(waiting.id, "accepted")
    assert store.waiting() == []
    store.record(TEXT, "财务处", "not_ours", "学校办公室", TODAY)
    assert store.find(TEXT) == "学校办公室"
    assert [(one.department, one.count) for one in store.waiting()] == [("学校办公室", 2)]


def test_where_nobody_can_tell_nothing_is_learnt(store: ReturnedCases) -> None:
    assert store.record("就是很不满意", "学生工作部（处）", "too_little", None, TODAY)
    assert store.find("就是很不满意") is None
    assert store.waiting() == []


@pytest.mark.parametrize(
    ("given", "reason", "department"),
    [
        ("后勤保障处", "no_idea", "财务处"),
        ("后勤保障处", "not_ours", "后勤保障处"),
        ("后勤保障处", "not_ours", "天文台"),
        ("天文台", "not_ours", "财务处"),
        ("后勤保障处", "not_ours", None),
        ("后勤保障处", "too_little", "财务处"),
    ],
)
def test_a_return_that_makes_no_sense_is_refused(
    store: ReturnedCases, given: str, reason: str, department: str | None
) -> None:
    with pytest.raises(ValueError, match=r"no such|must be said"):
        store.record(TEXT, given, reason, department, TODAY)
    assert store.find(TEXT) is None


def test_what_a_rule_decides_is_not_kept(store: ReturnedCases) -> None:
    assert not store.record("室友说她不想活了，我很怕", "学生工作部（处）", "not_ours", "保卫处", TODAY)
    assert store.find("室友说她不想活了，我很怕") is None


def test_nobody_s_name_number_or_room_is_kept(store: ReturnedCases) -> None:
    said = "我叫王小明，学号2023010001，电话13812345678，住3号楼502，邮箱wang@example.edu，卡被多扣了两块"
    store.record(said, "后勤保障处", "not_ours", "信息化办公室", TODAY)
    with sqlite3.connect(store.path) as db:
        (kept,) = db.execute("SELECT text FROM returned").fetchone()
    assert kept == masked(said) == "我叫〈姓名〉,学号〈号码〉,电话〈号码〉,住3号楼〈房间〉,邮箱〈邮箱〉,卡被多扣了两块"
    assert store.find(said) == "信息化办公室"


def test_what_is_old_is_forgotten(store: ReturnedCases) -> None:
    store.record(TEXT, "后勤保障处", "not_ours", "财务处", date(2025, 1, 1))
    store.record("校车不停我们这一站，等了半小时", "保卫处", "not_ours", "后勤保障处", TODAY)
    assert store.find(TEXT) is None


def test_a_store_that_is_not_there_remembers_nothing_and_makes_no_file(tmp_path: Path) -> None:
    store = ReturnedCases(tmp_path / "nowhere" / FILE)
    assert store.find(TEXT) is None
    assert store.waiting() == []
    assert list(tmp_path.iterdir()) == []


def test_a_reviewed_complaint_is_learnt_from_and_a_dropped_one_is_forgotten(
    store: ReturnedCases, tmp_path: Path
) -> None:
    texts = {
        "甲楼的自助机吞了我的身份证": "学生工作部（处）",
        "乙楼的饮水机没有水": "体育健康学院",
        "丙楼的灯一直闪": "保卫处",
    }
    for text, department in texts.items():
        store.record(text, "财务处", "not_ours", department, TODAY)
    waiting = [one.text for one in store.waiting()]
    shown: list[str] = []
    learnt = tmp_path / "learnt.yml"
    assert review(store, learnt, typing(["什么", "", "d", "信息化办公室"]), shown.append) == (2, 1)
    rows = read_rows(tmp_path)
    assert [(row.text, row.departments, row.hand) for row in rows] == [
        (waiting[0], (texts[waiting[0]],), "learnt"),
        (waiting[2], ("信息化办公室",), "learnt"),
    ]
    assert store.waiting() == []
    assert store.find(waiting[1]) is None
    assert store.find(waiting[2]) == "信息化办公室"
    assert any(REASONS["not_ours"] in line for line in shown)
    assert any("没有这个部门" in line for line in shown)


def test_a_review_that_is_broken_off_keeps_what_was_decided(store: ReturnedCases, tmp_path: Path) -> None:
    store.record(TEXT, "后勤保障处", "not_ours", "财务处", TODAY)
    store.record("校车不停我们这一站，等了半小时", "保卫处", "not_ours", "后勤保障处", TODAY)
    assert review(store, tmp_path / "learnt.yml", typing(["s"]), lambda _line: None) == (0, 0)
    assert len(store.waiting()) == 2
    assert review(store, tmp_path / "learnt.yml", typing([""]), lambda _line: None) == (1, 0)
    assert len(store.waiting()) == 1


def test_a_complaint_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "learnt.yml"
    assert add('他说："不管"\n第二行', "财务处", path)
    assert not add('他说："不管"\n第二行', "财务处", path)
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == [
        {"text": '他说："不管"\n第二行', "department": "财务处"}
    ]
