"""Slips of hurried fingers are mended where they are beyond doubt, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from knowledge_base import Document
from knowledge_base.fit_ordinary import counted
from knowledge_base.index import Index
from knowledge_base.lexical import Lexical
from knowledge_base.spelling import ORDINARY, Spelling, folded

from .conftest import CountingEncoder

QUESTIONS = Path(__file__).resolve().parents[2] / "training_data" / "questions"
RULES = [
    "缓考与补考管理办法 第一条 因病不能参加考试的，可以申请缓考。",
    "宿舍报修服务指南 第二条 宿舍设施损坏的，在线报修。",
    "奖学金评定办法 第三条 国家奖学金每人10000元。",
    "学费缴纳办法 第四条 学费可以分期缴纳，课程重修按学分收费。",
    "图书馆规则 第五条 图书馆22:00闭馆，研讨室须预约。",
]


@pytest.fixture(scope="module")
def lexical() -> Lexical:
    return Lexical.build(RULES)


@pytest.fixture(scope="module")
def spelling(lexical: Lexical) -> Spelling:
    return Spelling.build(lexical, [*(rule.split(" ")[0] for rule in RULES), "课程重修", "国家奖学金"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("缓靠怎么申请", "缓考怎么申请"),
        ("宿舍的灯坏了去哪报休", "宿舍的灯坏了去哪报修"),
        ("想申请huankao", "想申请缓考"),
        ("xuefei能分期吗", "学费能分期吗"),
        ("国家jiangxuejin多少钱", "国家奖学金多少钱"),
        ("chongxiu多少钱", "重修多少钱"),
        ("gjjxj多少钱", "国家奖学金多少钱"),
        ("图书官几点关", "图书馆几点关"),
    ],
)
def test_a_slip_is_mended(typed: str, meant: str, spelling: Spelling, lexical: Lexical) -> None:
    assert spelling.respelled(typed, lexical) == meant


@pytest.mark.parametrize(
    "question",
    [
        "缓考怎么申请",
        "寝室几点关门",
        "wifi密码是什么",
        "我室友每天打游戏到半夜",
        "hello",
        "",
        "  ",
        "😀？",
        "GPA3.5够吗",
    ],
)
def test_what_is_no_slip_stays_as_it_is(question: str, spelling: Spelling, lexical: Lexical) -> None:
    assert spelling.respelled(question, lexical) == question


@pytest.mark.parametrize(
    "question",
    [
        "我读博最长能读几年",
        "学姐说能缓考",
        "能立马搬出去吗",
        "羽绒服能放这儿吗",
        "四川大雪回不来怎么请假",
        "受了处分多久能撤",
        "团支书能请假吗",
        "寄到家里要几天",
        "3号楼三一四的灯坏了",
    ],
)
def test_ordinary_words_are_no_slips_of_words_that_sound_like_them(question: str) -> None:
    rules = [
        *RULES,
        "违纪处分办法 第一条 赌博的，给予记过处分；不能改正的，从重处分；能力不足的，视情况办理。",
        "学籍管理规定 第一条 大学应当建立学籍，按期记到档案；手机、知书达理、意思、四川大学另行规定。",
    ]
    lexical = Lexical.build(rules)
    named = ["赌博", "学籍", "能力", "不能", "四川大学", "手机", "知书", "记到", "学籍管理"]
    assert Spelling.build(lexical, named).respelled(question, lexical) == question


def test_what_hands_write_is_counted_where_it_stands_twice() -> None:
    found = counted()
    assert "博" in found["读"]
    assert "姐" in found["学"]
    stored = {line[0]: line[1:] for line in ORDINARY.read_text(encoding="utf-8").split()}
    assert {char for char in stored if set(stored[char]) - set(found.get(char, ""))} == set()


def test_sounds_that_many_do_not_tell_apart_are_one() -> None:
    assert [folded(each) for each in ("zheng", "shi", "chang", "jing", "qin")] == ["zen", "si", "cang", "jin", "qin"]


def test_an_abbreviation_means_the_word_that_stands_most_often_and_else_the_first() -> None:
    lexical = Lexical.build(["缓考办法 环科办法 换课办法"])
    first = Spelling.build(lexical, ["缓考办法", "环科办法"])
    often = Spelling.build(lexical, ["缓考办法", "环科办法", "本校环科办法"])
    assert (first.initials["hkbf"], often.initials["hkbf"]) == (("缓考办法",), ("环科办法",))


def test_an_abbreviation_has_three_letters_to_six_and_only_of_words_a_passage_has() -> None:
    built = Spelling.build(Lexical.build(["国家励志奖学金评定办法"]), ["国家励志奖学金评定条例"])
    own = {letters for letters in built.initials if letters in "gjlzjxjpdtl"}
    assert {len(letters) for letters in own} == {3, 4, 5, 6}
    assert "xjpd" in own
    assert not {"pdt", "dtl"} & own


def test_it_is_the_same_after_it_was_stored(spelling: Spelling, tmp_path: Path) -> None:
    spelling.save(tmp_path / "spelling.json")
    assert Spelling.load(tmp_path / "spelling.json") == spelling


def test_the_search_reads_a_mended_question(made: Callable[..., Document], encoder: CountingEncoder) -> None:
    text = "# 缓考管理办法\n\n第一条　因病不能参加考试的，可以申请缓考。\n\n第二条　其他事项由教务处解释。\n"
    document = made(text)
    rows = encoder.passages([passage.indexed for passage in document.passages])
    index = Index.build([document], rows, encoder.id)
    same = np.zeros(64, dtype=np.float32)  # the vector says nothing: only the words decide
    typed, meant = (index.search(question, same, date(2026, 1, 1)) for question in ("缓靠", "缓考"))
    assert typed.bm25 == meant.bm25 > 0


def test_every_slip_of_the_development_set_is_one_of_a_known_question() -> None:
    known = {
        str(each["question"])
        for name in ("policies.yml", "policies_more.yml")
        for each in yaml.safe_load((QUESTIONS / name).read_text(encoding="utf-8"))
    }
    slips = yaml.safe_load((QUESTIONS / "typos.yml").read_text(encoding="utf-8"))
    assert len(slips) >= 60
    assert [each["meant"] for each in slips if each["meant"] not in known or each["typed"] == each["meant"]] == []


def test_what_was_learnt_once_is_taken_from_the_version_before(
    spelling: Spelling, lexical: Lexical, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_base.spelling._sounds", lambda: pytest.fail("asked pypinyin again"))
    grown = Lexical.build([*RULES, "请假办法 第六条 请假三天以内由辅导员批准。"], lexical)
    again = Spelling.build(grown, ["请假办法"], spelling)
    assert again.respelled("怎么请嫁", grown) == "怎么请假"
