"""A complaint is led by one department, supported by those the plan pairs with it, and told apart where it is two."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from actions.cases import dispatch, dispatch_model, fit_dispatch, parts
from actions.cases.dispatch import Dispatcher, pairings, rules
from actions.cases.dispatch_model import MODEL, Model, Vector, named
from actions.offices.departments import departments, propose
from knowledge_base import Encoder
from knowledge_base.encoder import NotSetUp

ANNEX = Path(__file__).resolve().parents[2] / "knowledge_base" / "data" / "annex_185.yml"
SHORT = {
    "学工部": "学生工作部（处）",
    "后保处": "后勤保障处",
    "信息办": "信息化办公室",
    "团委": "校团委",
    "组织部": "党委组织部",
    "宣传部": "党委宣传部",
    "两办": "学校办公室",
    "校办": "学校办公室",
}


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher()


@pytest.mark.parametrize(
    ("complaint", "lead"),
    [
        ("第二食堂昨天中午的菜里有虫子", "后勤保障处"),
        ("保安在校门口骂人", "保卫处"),
        ("选修课没开成，学分也不给补", "教务处"),
        ("校园网晚上连不上，重连十次都没用", "信息化办公室"),
        ("辅导员从来不回消息，谈话就是走过场", "学生工作部（处）"),
        ("志愿时长三个月没录上", "校团委"),
        ("学费多扣了一次，说好的退款一直没到", "财务处"),
        ("体测的仪器一测三个数", "体育健康学院"),
        ("入党申请书交了两年没人找我谈话", "党委组织部"),
        ("官微用了我的照片没有问过我", "党委宣传部"),
        ("校长信箱写了三封一封都没回", "学校办公室"),
    ],
)
def test_what_is_plainly_one_department_s_duty_goes_there_and_is_sure(
    dispatcher: Dispatcher, complaint: str, lead: str
) -> None:
    found = dispatcher.propose(complaint)
    assert (found.lead, found.sure, found.source) == (lead, True, "model")
    assert found.candidates[0] == (lead, found.confidence)
    assert [part.text for part in found.parts] == [complaint]


def test_what_says_nothing_is_not_sure_and_names_two(dispatcher: Dispatcher) -> None:
    found = dispatcher.propose("就是很不满意")
    assert not found.sure
    assert len({name for name, _ in found.candidates[:2]}) == 2


def test_two_grievances_are_told_apart_and_the_second_department_supports_with_its_words(
    dispatcher: Dispatcher,
) -> None:
    found = dispatcher.propose("水房漏水一个星期没人修。另外，保安天天在校门口对学生大吼大叫。")
    assert [(part.department, part.text) for part in found.parts] == [
        ("后勤保障处", "水房漏水一个星期没人修。"),
        ("保卫处", "保安天天在校门口对学生大吼大叫。"),
    ]
    other = next(part for part in found.parts if part.department != found.lead)
    assert found.support[0].department == other.department
    assert other.text[:10] in found.support[0].reason


def test_units_that_the_plan_pairs_support_with_their_row_and_never_the_lead_itself(dispatcher: Dispatcher) -> None:
    found = dispatcher.propose("宿舍楼的监控坏了三个月，门禁也形同虚设，陌生人随便进")
    assert found.lead == "保卫处"
    assert [unit.department for unit in found.support] == ["信息化办公室", "后勤保障处"]
    assert all("E.1.2" in unit.reason for unit in found.support)


def test_a_rule_wins_over_the_model_and_is_told() -> None:
    found = Dispatcher().propose("浴室里发现针孔摄像头，洗澡的热水也不好")
    assert (found.lead, found.source, found.confidence, found.sure) == ("保卫处", "rule", 1.0, True)
    assert found.because == "人身与财产安全，保卫处先到"


def test_rules_and_support_name_only_departments_of_the_table() -> None:
    known = {row.name for row in departments()}
    assert {rule.department for rule in rules()} <= known
    assert {row.lead for row in pairings()} <= known
    assert set(yaml.safe_load(dispatch_model.WORDS.read_text(encoding="utf-8"))) == known
    assert set(Model.load().labels) == known


def test_every_support_unit_stands_in_the_row_of_the_annex_that_it_quotes() -> None:
    rows = {row["indicator"]: row for row in yaml.safe_load(ANNEX.read_text(encoding="utf-8"))}

    def units(said: str) -> set[str]:
        names = [re.sub(r"等(?:相关部门)?$", "", name) for name in said.split("、")]
        return {SHORT.get(name, name) for name in names}

    wrong = [
        (row.row, row.lead, row.support)
        for row in pairings()
        if row.row not in rows
        or row.lead not in units(rows[row.row]["lead"])
        or row.support not in units(rows[row.row]["support"])
    ]
    assert wrong == []


def test_without_an_encoder_the_words_decide_and_nothing_is_sure() -> None:
    def closed() -> Encoder:
        raise NotSetUp("not here")

    found = Dispatcher(encoder=closed).propose("第二食堂昨天中午的菜里有虫子")
    assert (found.lead, found.sure, len(found.parts)) == ("后勤保障处", False, 1)


def test_without_a_model_the_words_of_the_table_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Model, "load", classmethod(lambda _cls: (_ for _ in ()).throw(FileNotFoundError())))
    found = Dispatcher().propose("校园网好慢")
    assert (found.lead, found.source, found.sure) == (propose("校园网好慢").department, "words", False)
    assert found.because == "校园网"


def test_the_encoder_is_not_opened_before_the_first_complaint() -> None:
    opened: list[bool] = []

    def opening() -> Encoder:
        opened.append(True)
        raise NotSetUp("not here")

    dispatcher = Dispatcher(encoder=opening)
    assert opened == []
    dispatcher.propose("食堂涨价")
    dispatcher.propose("食堂又涨价")
    assert opened == [True]


def test_a_complaint_of_any_length_or_none_is_dispatched(dispatcher: Dispatcher) -> None:
    for text in ("", "？", "网", "食堂太贵了，" * 200, "\n\n", "🙂" * 40):
        assert dispatcher.propose(text).lead in {row.name for row in departments()}


def test_the_same_words_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    dispatcher = Dispatcher()
    real = Model.scores

    def reading(self: Model, vector: Vector, text: str) -> Vector:
        read.append(text)
        return real(self, vector, text)

    monkeypatch.setattr(Model, "scores", reading)
    dispatcher.propose("洗衣机坏了")
    dispatcher.propose("洗衣机坏了")
    assert read == ["洗衣机坏了"]


def test_chances_are_a_distribution_and_what_is_stored_is_small() -> None:
    model = Model.load()
    chances = model.chances(model.by_words("食堂涨价"))
    assert float(chances.sum()) == pytest.approx(1.0, abs=1e-5)
    assert int(np.argmax(chances)) == model.labels.index("后勤保障处")
    assert MODEL.stat().st_size <= 2_000_000


def test_a_model_of_other_duties_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch_model, "duties", lambda: (("教务处: 课堂", ("上课",)),))
    with pytest.raises(ValueError, match="does not fit"):
        Model.load()


def test_a_stored_model_says_what_it_said_before(tmp_path: Path) -> None:
    model = Model.load()
    model.save(tmp_path / "again.npz")
    again = Model.load(tmp_path / "again.npz")
    before, after = model.by_words("食堂涨价"), again.by_words("食堂涨价")
    assert np.abs(model.chances(before) - again.chances(after)).max() <= 0.02


def test_a_word_within_a_longer_one_of_its_duty_does_not_count_again() -> None:
    assert named("宿管阿姨")["后勤保障处: 医院绿化"] == ("宿管阿姨",)


def test_places_to_cut_are_behind_marks_and_before_words_that_join() -> None:
    found = parts.cuts("水房漏水一直没人修。另外保安在校门口骂人然后还推了我同学")
    assert [(cut.mark, cut.joined) for cut in found] == [("stop", True), ("bare", True)]
    assert found[0].first == "水房漏水一直没人修。"
    assert found[0].then == "保安在校门口骂人然后还推了我同学"
    assert parts.cuts("网断了，烦") == []


def test_show_tells_a_proposal(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main(["show", "第二食堂昨天中午的菜里有虫子"]) == 0
    assert capsys.readouterr().out.startswith("后勤保障处")


def test_what_was_fine_on_the_way_is_not_blamed_and_what_is_complained_of_is() -> None:
    text = "一早体育老师还夸了我，路上保安也帮我指了路。可食堂的饭馊了，阿姨还骂人"
    cut = next(cut for cut in parts.cuts(text) if cut.mark == "stop")
    even = np.full(11, 1 / 11, dtype=np.float32)
    seen = parts.features(text, cut, 0.5, even, even, even)
    assert (seen["blame_first"], seen["blame_then"], seen["blame_least"]) == (0.0, 0.5, 0.0)
    assert seen["fine_first"] > seen["fine_then"] == 0.0


def test_a_hand_is_measured_only_by_what_did_not_know_it() -> None:
    hands = {row.hand for row in fit_dispatch.read_rows()}
    assert set(fit_dispatch.KNEW) | set().union(*fit_dispatch.KNEW.values()) <= hands
    assert fit_dispatch.strange("first") == {"first", "third", "seventh"}
    assert fit_dispatch.strange("seventh") == {"seventh"}
