"""Questions are kept for ``gaps`` without who asked them, and what is no question on the rules is not kept at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.messages import Answered, Inbound, State, Trace
from connectors.asked import worth_keeping
from connectors.inbox import Inbox
from connectors.masking import masked
from connectors.settings import Settings
from connectors.tables import open_engine
from knowledge_base.recorded import Recorded, recorded

SETTINGS = Settings(today=date(2026, 11, 25))
VAIN = Answered(({"kind": "text", "text": "…"},), State(), Trace("declined", "policy_question"))
FOUND = replace(VAIN, trace=Trace("policy", "policy_question"))


def asked(text: str) -> Inbound:
    return Inbound("web:c", text, student="2023010001")


@pytest.fixture
async def inbox(tmp_path: Path) -> AsyncIterator[Inbox]:
    opened = Inbox(open_engine(f"sqlite:///{tmp_path / 'doors.sqlite'}"))
    yield opened
    opened.close()


async def say(inbox: Inbox, text: str, answered: Answered = VAIN, settings: Settings = SETTINGS) -> None:
    await inbox.finish("web:c", "m", answered, worth_keeping(asked(text), State(), answered, settings))


async def test_the_same_words_are_counted_and_the_last_outcome_stands(inbox: Inbox, tmp_path: Path) -> None:
    await say(inbox, "停车证怎么办")
    await say(inbox, "游泳馆几点开门")
    await say(inbox, " 停车证怎么办", FOUND, SETTINGS.model_copy(update={"today": date(2026, 12, 1)}))
    assert recorded(tmp_path / "doors.sqlite") == [
        Recorded("停车证怎么办", True, 2, date(2026, 11, 25), date(2026, 12, 1)),
        Recorded("游泳馆几点开门", False, 1, date(2026, 11, 25), date(2026, 11, 25)),
    ]


async def test_what_nobody_asked_for_so_many_days_is_forgotten(inbox: Inbox, tmp_path: Path) -> None:
    await say(inbox, "停车证怎么办")
    await say(inbox, "游泳馆几点开门", settings=SETTINGS.model_copy(update={"today": date(2027, 5, 24)}))
    assert len(recorded(tmp_path / "doors.sqlite")) == 2
    await say(inbox, "快递在哪取", settings=SETTINGS.model_copy(update={"today": date(2027, 5, 25)}))
    assert [each.question for each in recorded(tmp_path / "doors.sqlite")] == ["快递在哪取", "游泳馆几点开门"]


@pytest.mark.parametrize(
    ("inbound", "before", "answered", "days"),
    [
        (asked("我不想活了"), State(), replace(VAIN, alarm="rule", trace=Trace("crisis", "crisis")), 180),
        (asked("我不想活了"), State(), replace(VAIN, alarm="rule"), 180),
        (asked("好难受"), State(), replace(VAIN, trace=Trace("declined", "out_of_scope")), 180),
        (asked("你好"), State(), replace(VAIN, trace=Trace("smalltalk", "greet")), 180),
        (asked("3号楼502漏水"), State(), replace(VAIN, trace=Trace("task", "repair_request")), 180),
        (asked("13812345678"), State(task="t", prompt={"kind": "phone"}), VAIN, 180),
        (asked("那缓考呢"), State(paused={"task": "t"}), VAIN, 180),
        (Inbound("web:c", payload="ask:宿舍几点关门"), State(), FOUND, 180),
        (asked("说来话长" * 60), State(), VAIN, 180),
        (asked("停车证怎么办"), State(), VAIN, 0),
    ],
)
def test_what_is_no_question_on_the_rules_is_not_kept(
    inbound: Inbound, before: State, answered: Answered, days: int
) -> None:
    assert worth_keeping(inbound, before, answered, SETTINGS.model_copy(update={"gaps_days": days})) is None


def test_who_asked_is_not_kept() -> None:
    kept = worth_keeping(asked("我是张三丰，学号2023010001，停车证怎么办"), State(), VAIN, SETTINGS)
    assert kept is not None
    assert kept.text == "我是〈姓名〉，学号〈号码〉，停车证怎么办"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王小明，能转专业吗", "我叫〈姓名〉，能转专业吗"),
        ("张伟老师的办公时间", "〈姓名〉老师的办公时间"),
        ("找李娜老师签字要多久", "找〈姓名〉老师签字要多久"),
        ("欧阳雪同学可以代领吗", "〈姓名〉同学可以代领吗"),
        ("电话138 1234 5678打不通怎么办", "电话〈电话〉打不通怎么办"),
        ("打021-55501210没人接", "打〈电话〉没人接"),
        ("身份证11010119900307123X丢了", "身份证〈证件号〉丢了"),
        ("学号2023010001查不到成绩", "学号〈号码〉查不到成绩"),
        ("加微信zhang_san88可以吗", "加微信〈账号〉可以吗"),
        ("发到abc.d@mail.edu.cn行吗", "发到〈邮箱〉行吗"),
        ("3号楼502可以装空调吗", "3号楼〈房间〉可以装空调吗"),
        ("一三八零零一三八零零零是谁的电话", "〈号码〉是谁的电话"),
        ("看https://x.edu.cn/a?id=1没说", "看〈网址〉没说"),
    ],
)
def test_what_names_or_reaches_a_person_becomes_a_mark(said: str, kept: str) -> None:
    assert masked(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "2023级的培养方案在哪看",
        "沪商院学〔2024〕185号还有效吗",
        "高数老师可以换吗",
        "任课老师不给缓考怎么办",
        "找辅导员请假要提前几天",
        "我是大一新生，可以转专业吗",
        "国家奖学金8000元什么时候发",
        "第三十二条说的方式是什么",
        "12306的学生优惠怎么核验",
    ],
)
def test_what_names_nobody_stays_as_it_is(said: str) -> None:
    assert masked(said) == said


def test_a_database_of_an_earlier_edition_gets_the_new_columns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'doors.sqlite'}"
    engine = open_engine(url)
    with engine.begin() as db:
        for table in ("sessions", "messages", "crisis_records", "doors_version"):  # there was no version yet
            db.exec_driver_sql(f"DROP TABLE {table}")
        db.exec_driver_sql(
            "CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, owner VARCHAR(32), student VARCHAR(20), seen FLOAT)"
        )
        db.exec_driver_sql("INSERT INTO sessions VALUES ('a', 'b', '2023010001', 1.0)")
    engine.dispose()
    engine = open_engine(url)
    with engine.connect() as db:
        assert db.exec_driver_sql("SELECT student, staff FROM sessions").fetchall() == [("2023010001", None)]
    engine.dispose()
